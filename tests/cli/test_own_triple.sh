#!/bin/sh
# ucsim --triple FILE: a triple from a shared object is known everywhere as a built-in one is; what does not fit is an error. ucsim new
# --triple --c writes one that builds with the installed headers and runs at once.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${VARIANT:=release}" "${CC:=gcc}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
completion=$PWD/docs/ucsim.bash
make -s install VARIANT="$VARIANT" PREFIX="$T/opt" >"$T/log" 2>&1 || { cat "$T/log"; exit 1; }
export PKG_CONFIG_PATH="$T/opt/lib/pkgconfig" CC NO_COLOR=1
unset B VARIANT MAKEFLAGS MAKELEVEL MFLAGS
UCSIM=$T/opt/bin/ucsim
mkdir "$T/run" && cd "$T/run" || exit 1
bad=0
wrong() { echo "$*"; bad=1; }
expect() { # CODE TEXT ARGUMENT...
    code=$1 text=$2; shift 2
    "$UCSIM" "$@" >out 2>&1
    got=$?
    [ $got = "$code" ] && { [ -z "$text" ] || grep -qF -e "$text" out; } || wrong "ucsim $*: expected exit $code and '$text', got $got: $(head -n 5 out)"
}

# ---- what new writes
expect 0 'notes.c, notes.lua and Makefile written in notes; next: make -C notes check' new --triple --c notes
make -s -C notes CFLAGS=-O0 check >out 2>&1 && grep -q '^ok .*: indistinguishable$' out || wrong "make check: $(cat out)"
make -s -C notes explore >out 2>&1 && grep -q 'nothing found' out && grep -q 'complete' out || wrong "make explore: $(cat out)"
expect 2 'notes/notes.c is there already; nothing was written' new --triple --c notes
rm notes/notes.c
expect 2 'notes/notes.lua is there already; nothing was written' new --triple --c notes
[ ! -e notes/notes.c ] || wrong "new: wrote a part"
expect 0 '' new --triple --c notes more/notes
cp more/notes/notes.c notes
for given in "Notes" "3d" "a/b" "-x" ""; do
    expect 2 'expected a name of lower-case letters' new --triple --c -- "$given"
done
expect 2 "expected a name that no protocol has, got 'counted-macs'" new --triple --c counted-macs
expect 2 'expected --c too' new --triple x
expect 2 'expected --triple too' new --c x
expect 2 '--protocol' new --triple --c x --protocol counted-macs

# ---- every subcommand
own="--triple notes/notes.so"
# shellcheck disable=SC2086
use() { code=$1 text=$2; shift 2; expect "$code" "$text" $own "$@"; }
use 0 'z:say(party, to, text)' list notes
use 0 '  notes ' list
use 0 'indistinguishable' check --torture notes/notes.lua
use 0 '(4 seeds)' check --seeds 4 --jobs 2 notes/notes.lua
expect 0 'indistinguishable' --triple=notes/notes.so check notes/notes.lua
use 2 'F_NOTES has no scenario to start from' new first --protocol notes
use 0 'nothing found' lint notes/notes.lua
use 0 'heard from=alice text=hello' run --world ideal notes/notes.lua
use 0 '' check --trace notes.jsonl notes/notes.lua
use 0 'as expected' replay notes.jsonl
expect 2 "got 'notes'" replay notes.jsonl
expect 2 "got 'notes'" check notes/notes.lua
use 0 '' diagram notes.jsonl --format mermaid -o notes.mmd
grep -q 'say(bob, #34;hello#34;)' notes.mmd || wrong "diagram: $(cat notes.mmd)"
use 0 '' report notes.jsonl -o notes.html
grep -q 'ucsim --triple notes/notes.so replay notes.jsonl' notes.html || wrong "report: no command that reproduces it"
printf 'return scenario { title = "guess", protocol = "notes", environment = function (z) return z:deliver("bob", z:say("alice", "bob", "x"):flip(80)) and 1 or 0 end }\n' >guess.lua
use 0 'advantage' advantage --samples 100 guess.lua
use 0 'reproduce: ucsim --triple notes/notes.so advantage' advantage --samples 100 guess.lua
bash -c '. "$1"; COMP_WORDS=("$2" --triple notes/notes.so new --protocol no); COMP_CWORD=5; _ucsim; echo "${COMPREPLY[*]}"
    COMP_WORDS=("$2" --triple notes/notes.so lis); COMP_CWORD=3; _ucsim; echo "${COMPREPLY[*]}"
    COMP_WORDS=("$2" --triple notes/notes.s); COMP_CWORD=2; _ucsim; echo "${COMPREPLY[*]}"' - "$completion" "$UCSIM" >out
[ "$(tr '\n' ' ' <out)" = 'notes list notes/notes.so ' ] || wrong "completion: $(cat out)"

# ---- broken by hand: the harness sees it, and says how to run it again
flags="-std=gnu11 -O0 -fPIC $(pkg-config --cflags ucsim)" libs=$(pkg-config --libs ucsim)
mkdir headers && grep '^#include' notes/notes.c >headers/all.h
# shellcheck disable=SC2086
$CC $flags -x c-header -o headers/all.h.gch headers/all.h || wrong "the headers do not compile"
compile() { # SOURCE OBJECT: with its headers read once
    sed 's/^#include.*//' "$1" >bare.c
    # shellcheck disable=SC2086
    $CC $flags -include headers/all.h -shared -o "$2" bare.c $libs >log 2>&1 || { wrong "$1: $(cat log)"; return 1; }
}
sed '/if (CRYPTO_memcmp(mac/,+1d' notes/notes.c >broken.c
cmp -s notes/notes.c broken.c && wrong "broken.c: nothing is broken"
compile broken.c broken.so
expect 1 'simulation failed' --triple ./broken.so check notes/notes.lua
grep -qxF 'reproduce: ucsim --triple ./broken.so check notes/notes.lua' out || wrong "reproduce: $(cat out)"
expect 1 'found by 2 moves' --triple ./broken.so explore --schedule found.schedule notes/notes.lua
expect 1 'simulation failed' --triple ./broken.so replay found.schedule
grep -qxF 'reproduce: ucsim --triple ./broken.so replay found.schedule' out || wrong "reproduce: $(cat out)"
use 0 'found was simulation failed, which does not happen any more' replay found.schedule
expect 0 '' --triple ./broken.so shrink found.schedule

# ---- watch, which runs check in a process of its own
# shellcheck disable=SC2086
"$UCSIM" $own watch notes/notes.lua >watched 2>&1 &
watching=$!
for _ in $(seq 100); do grep -q 'waiting for changes' watched && break; sleep 0.05; done
kill $watching
grep -q '^ok .*: indistinguishable$' watched || wrong "watch: $(cat watched)"

# ---- two at once
sed 's/"notes"/"others"/g' notes/notes.c >others.c && compile others.c others.so
expect 0 'others ' --triple notes/notes.so --triple others.so list
expect 0 'indistinguishable' --triple others.so --triple notes/notes.so check notes/notes.lua

# ---- as a session beside built-in ones, of which nothing is taken in another
cat >sessions.lua <<'L'
return scenario { title = "sessions",
  sessions = { one = { functionality = "F_COM", parties = { "alice", "bob" } }, two = { functionality = "F_COM", parties = { "alice", "bob" } },
               own = { functionality = "F_NOTES", parties = { "alice", "bob" } } },
  environment = function (z)
    local one, two = z.one:commit("alice", "bob", "heads"), z.two:commit("alice", "bob", "heads")
    assert(one.bytes ~= two.bytes and z.two:deliver("bob", one) == nil)
    assert(z.one:deliver("bob", one).kind == "receipt" and z.two:deliver("bob", two).kind == "receipt")
    local o = z.one:open("alice", "bob")
    assert(z.two:deliver("bob", o) == nil and z.one:deliver("bob", o).text == "heads")
    assert(z.own:deliver("bob", z.own:say("alice", "bob", "x")).text == "x")
  end }
L
use 0 'indistinguishable' check sessions.lua
expect 2 "F_NOTES" check sessions.lua

# ---- what does not fit
expect 2 '--triple: expected a file, got none' --triple
expect 2 '--triple: none.so: expected a shared object: cannot open shared object file: No such file' --triple none.so list
echo 'int x;' >notes.txt
expect 2 '--triple: notes.txt: expected a shared object: ' --triple notes.txt list
expect 2 '--triple: notes: expected a shared object: ' --triple notes list
echo 'int x;' >plain.c && compile plain.c plain.so
expect 2 '--triple: plain.so: expected the symbol ucsim_triple (UC_EXPORT_TRIPLE), got none' --triple plain.so list
cp notes/notes.so again.so
expect 2 "expected a protocol with a name of its own, got 'notes', which there is already" --triple notes/notes.so --triple again.so list
fails() { # EXPRESSION EXPECTED: the skeleton with this done to it is refused so
    sed "$1" notes/notes.c >wrong.c
    cmp -s notes/notes.c wrong.c && wrong "nothing done by $1"
    compile wrong.c wrong.so && expect 2 "--triple: wrong.so: $2" --triple wrong.so list
}
by_hand='const UcTripleExport ucsim_triple = '
fails "s/^UC_EXPORT_TRIPLE.*/$by_hand{ 7, UC_TRIPLE_LAYOUT, NULL };/" 'expected a triple for version 1 of the descriptors, got version 7: compile it with this'
fails "s/^UC_EXPORT_TRIPLE.*/$by_hand{ UC_TRIPLE_ABI, 7, NULL };/" "expected a triple made with this program's headers, got one made with others"
fails 's/ simulators, NULL)/ NULL, NULL)/' 'notes: expected a UC simulator, got none'
fails 's/    uc_effect(ctx/    uc_efect(ctx/' 'expected a shared object: undefined symbol: uc_efect'
if [ -n "${UCSIM_LONG_TESTS:-}" ]; then # the other tables
fails "s/^UC_EXPORT_TRIPLE.*/$by_hand{ UC_TRIPLE_ABI, UC_TRIPLE_LAYOUT, NULL };/" 'expected a triple, got NULL'
fails 's/UC_EXPORT_TRIPLE(&protocol/UC_EXPORT_TRIPLE(NULL/' "protocol: expected a name of lower-case letters, digits and '-', got ''"
fails 's/"notes"/"My notes"/' "protocol: expected a name of lower-case letters, digits and '-', got 'My notes'"
fails 's/"notes"/"counted-macs"/' "expected a protocol with a name of its own, got 'counted-macs', which there is already"
fails 's/ &functionality, simulators/ NULL, simulators/' 'functionality: expected a name, got none'
fails 's/, .step = party_step//' 'notes: expected a class with a name and a step, got none'
fails 's/{ "say", SAY }/{ "say", 99 }/' "interface F_NOTES, word 'say': expected a kind of its messages, got 99"
fails 's/{ "to", .not_self/{ "two", .not_self/' "input 'say', 'two': expected a field of the message, once, got 'two'"
fails 's/{ "to", 4, 4, UC_PARTY }/{ "to", 4, 9, UC_PARTY }/' "payload field 'to'"
fails 's/.setup_new = setup_new, .setup_free = g_free/.setup_new = setup_new/' 'notes: expected setup_new and setup_free, or neither'
fails 's/.item_handles = 1 }/.item_handles = 4 }/' "F_NOTES, region 'texts': expected handles among 1 words, got one beyond"
fi
option() { # NAME SCRIPT: the skeleton with an option, in options.so
    sed "s/^static const UcInterface interface = {/static const UcOptionRow row[] = { { \"$1\", \"$2\", UC_OPTION_NUMBER } };\n\
static const uint64_t value;\n&.options = { row, 1, \&value, sizeof value }, /; s/\"notes\"/\"words\"/" notes/notes.c >options.c
    compile options.c options.so
}
option length length && expect 0 'length (0)' --triple ./options.so list words
option storage length && expect 2 "options.so: words: expected options with names of their own, got 'storage'" --triple ./options.so list
option seed length && expect 2 "options.so: words: expected options with names of their own, got 'seed'" --triple ./options.so list
option title-of title && sed 's/"notes"/"words"/' notes/notes.lua >words.lua &&
    expect 2 "expected options with names of their own, got 'title', which every scenario has" --triple ./options.so check words.lua
sed 's/{ "say", SAY }/{ "deliver", SAY }/; s/"notes"/"words"/' notes/notes.c >words.c && compile words.c words.so
sed 's/"notes"/"words"/' notes/notes.lua >words.lua
expect 2 "F_NOTES: expected words of its own for inputs, got 'deliver', which z has already" --triple ./words.so check words.lua

# The program exports what the headers declare, and nothing else of its own (sanitizers' own are not ours).
nm -D --defined-only "$UCSIM" | sed -n 's/.* [TDBR] //p' | grep -v '^g_\|@\|^__[a-z]*san_' >exports
grep -vE '^uc_' exports | grep -vE '^(malloc|calloc|realloc|memalign|aligned_alloc|posix_memalign)$' && wrong "exports that are no business of a triple's"
for name in $(grep -ohE '^[A-Za-z].*\buc_[a-z0-9_]+\(' "$T"/opt/include/ucsim/simulator/*.h "$T"/opt/include/ucsim/simulator/triple/*.h |
    grep -v '^static\|^#' | grep -oE 'uc_[a-z0-9_]+\($' | tr -d '(' | sort -u); do
    grep -qx "$name" exports || wrong "$name is declared in a header, but not exported"
done
exit $bad
