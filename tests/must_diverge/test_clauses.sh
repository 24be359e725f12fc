#!/bin/sh
# The table of rules and clauses says what clauses.txt says, and a handful of clauses are needed (all of them in long_clauses.sh).
set -u
cd "$(dirname "$0")/../.." || exit 2
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "python3 is not installed"; exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0
/usr/bin/python3 tests/must_diverge/clauses.py --table >"$work/table" || bad=1
sed -n '/^| rule /,$p' docs/rules.md >"$work/page"
diff "$work/page" "$work/table" || { echo "docs/rules.md is not what clauses.py --table says"; bad=1; }
/usr/bin/python3 tests/must_diverge/clauses.py quick >"$work/quick" || { cat "$work/quick"; bad=1; }
says() { # TEXT COMMAND...: exit code 2, and no more than a line
    text=$1; shift
    "$@" >"$work/out" 2>&1; got=$?
    [ $got = 2 ] && grep -qF -e "$text" "$work/out" && [ "$(wc -l <"$work/out")" = 1 ] && return
    echo "$*: expected exit 2 and '$text', got $got:"; head -n 5 "$work/out"; bad=1
}
says "got 'NOSUCH'" /usr/bin/python3 tests/must_diverge/clauses.py NOSUCH
says "got 'viw'; did you mean view?" /usr/bin/python3 tests/must_diverge/clauses.py I1 viw
says "there is no tests/must_diverge/nosuchpatch.patch" sh tests/must_diverge/run.sh nosuchpatch
says "there is no tests/must_diverge/nosuchpatch.patch" sh tests/must_diverge/run.sh --build nosuchpatch
says "got no name" sh tests/must_diverge/run.sh --record
(B=$work/none; export B; says "expected a build in $work/none" sh tests/must_diverge/run.sh sign-then-persist; exit $bad) || bad=1
exit $bad
