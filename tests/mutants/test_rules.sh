#!/bin/sh
# What the rules make of a small file: each id and each change, and nothing inside the use of a macro.
set -u
cd "$(dirname "$0")" || exit 2
here=$PWD work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -c 'import clang.cindex' 2>/dev/null || { echo "python3-clang-14 is not installed"; exit 77; }
cat >"$work/small.c" <<'C'
#include <stdbool.h>
#include <stddef.h>
#define TWICE(x) ((x) + (x))
void free(void *), list_free(int *);
int *find(int from, int to);
void note(long code);
static bool inside(int a, int b, int n)
{
    if (a >= 0 && n < b)
        return true;
    note(3);
    return !find(a, n);
}
int *walk(int *list, int n)
{
    int sum = TWICE(n - 1);
    for (int i = 0; i != n; i++) {
        if (inside(list[i], n, i))
            continue;
        sum += list[i];
    }
    free(list); list_free(list);
    switch (sum) {
    case 1: note(sum); break;
    }
    return find(sum, n);
}
C
cat >"$work/expected" <<'E'
inside:negate:1 9 a >= 0 && n < b => !(a >= 0 && n < b)
inside:operand:1 9 a >= 0 && n < b => a >= 0
inside:operand:2 9 a >= 0 && n < b => n < b
inside:bound:1 9 >= => >
inside:constant:1 9 0 => 1
inside:bound:2 9 < => <=
inside:no-return:1 10 return true => 
inside:constant:2 10 true => false
inside:drop:1 11 note(3) => 
inside:constant:3 11 3 => 4
inside:constant:4 11 3 => 2
inside:no-return:2 12 return !find(a, n) => 
inside:not:1 12 ! => 
inside:return:1 12 !find(a, n) => true
inside:return:2 12 !find(a, n) => false
inside:swap:1 12 a, n => n, a
walk:constant:1 17 0 => 1
walk:negate:1 17 i != n => !(i != n)
walk:arithmetic:1 17 ++ => --
walk:negate:2 18 inside(list[i], n, i) => !(inside(list[i], n, i))
walk:call:1 18 inside(list[i], n, i) => true
walk:call:2 18 inside(list[i], n, i) => false
walk:swap:1 18 list[i], n => n, list[i]
walk:swap:2 18 n, i => i, n
walk:drop:1 19 continue => 
walk:drop:2 20 sum += list[i] => 
walk:arithmetic:2 20 += => -=
walk:drop:3 24 note(sum) => 
walk:drop:4 24 break => 
walk:no-return:1 26 return find(sum, n) => 
walk:return:1 26 find(sum, n) => NULL
walk:swap:3 26 sum, n => n, sum
E
list='
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import rules
text = open("small.c", "rb").read()
for m in rules.mutants("small.c", []):
    print(m.id.replace("small.c:", ""), m.line, m.change)
    assert rules.apply(text, m).count(b"\n") == text.count(b"\n"), m.id
'
(cd "$work" && /usr/bin/python3 -c "$list" "$here") >"$work/got" || exit 1
bad=0
diff -u "$work/expected" "$work/got" || bad=1

# What cannot be meant is said, with exit code 2; `| head` ends it quietly.
cd ../.. || exit 2
says() { # TEXT ARGUMENT...
    text=$1; shift
    /usr/bin/python3 tests/mutants/mutants.py "$@" >"$work/out" 2>&1; got=$?
    [ $got = 2 ] && grep -qF -e "$text" "$work/out" && ! grep -q Traceback "$work/out" && return
    echo "mutants.py $*: expected exit 2 and '$text', got $got:"; head -n 5 "$work/out"; bad=1
}
: "${B:=build/release}"; export B
[ -e "$B/libucsim.a" ] || { echo "no build in $B"; exit 77; }
id=$(/usr/bin/python3 tests/mutants/mutants.py list --files protocol/ticketed/seal.c 2>"$work/err" | head -n 1 | cut -f 1)
[ -s "$work/err" ] && { echo "list | head: $(head -n 3 "$work/err")"; bad=1; }
says 'no catcher of room' one "$id" nocatcher
says "no such mutant; did you mean $id?" one "${id}x"
says 'did you mean protocol/ticketed/seal.c?' one protocol/ticketed/saal.c:x
says 'none of them is in' list --files nowhere.c
says 'expected a number from 1 on, got 0' run --jobs 0
exit $bad
