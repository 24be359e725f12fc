#!/bin/sh
# What the command line reads and writes: pipes, devices and byte order marks, numbers, names, full disks, and outputs that
# are inputs.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
bad=0
wrong() { echo "$*"; bad=1; }
expect() { # CODE TEXT COMMAND...
    code=$1 text=$2; shift 2
    timeout 20 "$@" >"$T/out" 2>"$T/err" </dev/null
    got=$?
    [ $got = "$code" ] && cat "$T/out" "$T/err" | grep -qF -e "$text" && return
    wrong "$*: expected exit $code and '$text', got exit $got: $(head -n 3 "$T/out" "$T/err")"
}
mark=$(printf '\357\273\277')
set=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
seed=$(printf '%096d' 7)
printf "return scenario { title = 't', crypto = 'ideal', environment = function (z) z:keygen('hsm1') end }\n" >"$T/s.lua"
"$UCSIM" check --quiet --trace "$T/t.jsonl" "$T/s.lua" || wrong "no trace"
printf 'ucsim-schedule 1\noption parties a b\noption crypto ideal\nkeygen a %s\nkeygen b %s\n' $set $set >"$T/m.schedule"

# A FIFO that nobody writes to, a folder and a device, wherever a file is read.
mkfifo "$T/fifo" "$T/lib.lua"
for what in fifo .; do
    why=$([ $what = fifo ] && echo "nobody writes to" || echo "directory")
    expect 2 "$why" "$UCSIM" run --world real "$T/$what"
    [ $what = . ] || expect 2 "$why" "$UCSIM" replay "$T/$what" # of a folder it runs what is in it
    expect 2 "$why" "$UCSIM" diagram -o "$T/x.svg" "$T/$what"
    expect 2 "$why" "$UCSIM" shrink -o "$T/x" "$T/$what"
    expect 2 "$why" "$UCSIM" plot advantage -o "$T/x.svg" "$T/$what"
    expect 2 "$why" "$UCSIM" plot lengths -o "$T/x.svg" "$T/$what"
    expect 2 "$why" "$UCSIM" plot sweep -o "$T/x.svg" "$T/$what"
    expect 2 "$why" "$UCSIM" sig sign --set $set --seed "$seed" --index 0 --message "$T/$what" --signature "$T/x"
    expect 2 "$why" "$UCSIM" sig verify --set $set --public "$T/$what" --message "$T/s.lua" --signature "$T/$what"
    expect 2 "$why" "$UCSIM" explore --bound sign=1 --resume "$T/$what" --checkpoint "$T/x" "$T/s.lua"
done 2>/dev/null
expect 2 "a device" "$UCSIM" check /dev/zero
expect 2 "nobody writes to" "$UCSIM" check "$T/fifo"
echo "local l = use 'lib' return scenario { title = 't', environment = function (z) end }" >"$T/u.lua"
expect 2 "expected 'lib.lua' to be the text of a script, got what is no file" "$UCSIM" check "$T/u.lua"
exec 7<>"$T/lib.lua" # somebody holds it open and says nothing
expect 2 "got what is no file" "$UCSIM" check "$T/u.lua"
exec 7>&-
rm "$T/lib.lua"
expect 2 "there is no 'lib.lua'" "$UCSIM" check "$T/u.lua"
printf 'return 1 \0' >"$T/lib.lua"
expect 2 "to be the text of a script, got one with a zero byte in it" "$UCSIM" check "$T/u.lua"
mkdir "$T/lib"; mv "$T/lib.lua" "$T/lib/lib.lua"; mkdir "$T/lib.lua" # in the next place
expect 2 "got one with a zero byte" "$UCSIM" check "$T/u.lua"
echo "return {}" >"$T/lib/lib.lua"
expect 0 "indistinguishable" "$UCSIM" check "$T/u.lua" # a folder is in nobody's way
rm -r "$T/lib.lua" "$T/lib"
# With a writer a pipe is a file like any other.
"$UCSIM" check --quiet /dev/stdin <"$T/s.lua" || wrong "a script from a file as standard input"
{ sleep 0.1; cat "$T/s.lua"; } | "$UCSIM" check --quiet /dev/stdin || wrong "a script from a slow pipe"
{ cat "$T/s.lua" >"$T/fifo" & } ; sleep 0.1; timeout 20 "$UCSIM" check --quiet "$T/fifo" || wrong "a script from a FIFO"
expect 0 "signature:" "$UCSIM" sig sign --set $set --seed "$seed" --index 0 --message /dev/null --signature "$T/x"
# Standard input from a file is an input too, which must not be written over.
cp "$T/s.lua" "$T/message"
"$UCSIM" sig sign --set $set --seed "$seed" --index 0 --message - --signature "$T/message" <"$T/message" 2>"$T/err"
[ $? = 2 ] && grep -q "expected another file to write to" "$T/err" && cmp -s "$T/s.lua" "$T/message" ||
    wrong "a signature over its message from standard input: $(cat "$T/err")"
"$UCSIM" sig sign --quiet --set $set --seed "$seed" --index 0 --message - --signature "$T/sig" <"$T/message" ||
    wrong "a signature beside its message from standard input"

# A schedule with a hole is refused before it is read, a word of megabytes is not said again.
truncate -s 3G "$T/sparse"
expect 2 "expected at most 67108864 bytes" "$UCSIM" replay "$T/sparse"
{ cat "$T/m.schedule"; head -c 3000000 /dev/zero | tr '\0' w; echo; } >"$T/word"
expect 2 "bytes left out" "$UCSIM" replay "$T/word"
[ "$(wc -c <"$T/err")" -lt 1500 ] || wrong "replay says a word of megabytes: $(wc -c <"$T/err") bytes"
echo "local w = ('w'):rep(3000000) return scenario { title = 't', scheme = w, environment = function (z) end }" >"$T/word.lua"
for command in check "check --json" "check --tap" "run --world real" explore lint; do
    "$UCSIM" $command "$T/word.lua" >"$T/out" 2>&1 </dev/null
    [ "$(wc -c <"$T/out")" -lt 5000 ] || wrong "$command says a word of megabytes: $(wc -c <"$T/out") bytes"
done

# JSON with a million levels of brackets, in whatever is JSON; what its parser takes as a comment hides none of them.
open() { head -c 1000000 /dev/zero | tr '\0' "$1"; }
{ printf '{"a":'; open '['; open ']'; echo '}'; } >"$T/lists.json"
{ open 1 | sed 's/1/{"a":/g'; printf 1; open '}'; } >"$T/objects.json"
{ printf '/* " */ '; open '['; } >"$T/comment.json"
{ printf '{"a":"'; open '['; printf '\\"[", "depth": 3, "states": 4}\n'; } >"$T/text.json"
"$UCSIM" sig keygen --quiet --set $set --seed "$seed" --public "$T/public"
levels="levels of brackets"
for f in lists objects comment; do
    [ $f = comment ] && levels="expected JSON, got '/'"
    expect 2 "no JSON object: column" "$UCSIM" report "$T/$f.json" -o "$T/x.html"
    for plot in exploration "sweep --x a --y b" advantage; do
        # shellcheck disable=SC2086
        expect 2 "$f.json: " "$UCSIM" plot $plot "$T/$f.json" -o "$T/x.svg"
        expect 2 "$levels" "$UCSIM" plot $plot "$T/$f.json" -o "$T/x.svg"
    done
    expect 2 "$f.json:1: expected a" "$UCSIM" audit signatures --public "$T/public" --manifest "$T/$f.json"
done
command -v gnuplot >/dev/null && { "$UCSIM" plot exploration "$T/text.json" -o "$T/x.svg" || wrong "brackets in a text were taken as levels"; }

# A byte order mark in every text.
for f in s.lua t.jsonl m.schedule; do { printf '%s' "$mark"; cat "$T/$f"; } >"$T/bom-$f"; done
expect 0 "indistinguishable" "$UCSIM" check "$T/bom-s.lua"
expect 0 "nothing found" "$UCSIM" lint "$T/bom-s.lua"
expect 0 "indistinguishable" "$UCSIM" replay "$T/bom-t.jsonl"
expect 0 "indistinguishable" "$UCSIM" replay "$T/bom-m.schedule"
expect 0 "sequenceDiagram" "$UCSIM" diagram -f mermaid -o - "$T/bom-t.jsonl"
printf '%sreturn { n = 1 }\n' "$mark" >"$T/lib.lua"
expect 0 "indistinguishable" "$UCSIM" check "$T/u.lua"
printf '%s%sreturn 1\n' "$mark" "$mark" >"$T/two.lua"
expect 2 "two.lua:1:" "$UCSIM" check "$T/two.lua"

# Numbers are decimal; a seed has one range.
for n in 0x2 +2 " 2" 2x "" 1e1; do
    expect 2 "jobs: expected a decimal number, got '$n'" "$UCSIM" check --jobs "$n" "$T/s.lua"
    expect 2 "--seeds: expected a decimal number" "$UCSIM" check --seeds "$n" "$T/s.lua"
    expect 2 "--depth: expected a decimal number" "$UCSIM" explore --depth "$n" "$T/s.lua"
    expect 2 "--rows: expected a decimal number" "$UCSIM" diagram --rows "$n" -o "$T/x.svg" "$T/t.jsonl"
    expect 2 "--bound: expected NAME=NUMBER" "$UCSIM" explore --bound "sign=$n" "$T/s.lua"
    expect 2 "--index: expected a number" "$UCSIM" sig sign --set $set --seed "$seed" --index "$n" --message "$T/s.lua" --signature "$T/x"
    expect 2 "--samples: expected a number" "$UCSIM" advantage --samples "$n" native:hand-over
done
for n in 0x.1 +0.1 " 0.1" nan inf 1e-3 .5 5.; do
    expect 2 "--alpha: expected a number between 0 and 1" "$UCSIM" advantage --alpha "$n" native:hand-over
    expect 2 "--seconds: expected a decimal number" "$UCSIM" explore --seconds "$n" "$T/s.lua"
done
expect 0 "indistinguishable" "$UCSIM" check --jobs 010 "$T/s.lua" # ten, not eight
expect 2 "--jobs: expected a decimal number from -2^31 to 2^31 - 1, got '9999999999999999999999'" "$UCSIM" check --jobs 9999999999999999999999 "$T/s.lua"
expect 2 "--seeds: expected a decimal number from -2^31 to 2^31 - 1, got '99999999999'" "$UCSIM" check --seeds 99999999999 "$T/s.lua"
expect 2 "expected 1 to 64, got 65" "$UCSIM" check --jobs 65 "$T/s.lua"
for n in 9223372036854775808 99999999999999999999 -1 0x1 +1; do
    for command in "check" "run --world real" "explore --bound keygen=1" "advantage --samples 2"; do
        # shellcheck disable=SC2086
        expect 2 "--seed: expected a" "$UCSIM" $command "--seed=$n" "$T/s.lua"
    done
done
expect 0 "indistinguishable" "$UCSIM" check --seed 9223372036854775807 "$T/s.lua"

# Behind "--" a word that begins with a dash is a name.
mkdir "$T/dash"
at() { (cd "$T/dash" && timeout 20 "$UCSIM" "$@" >../out 2>../err </dev/null) || wrong "$*: exit $?, $(cat "$T/err")"; }
cp "$T/s.lua" "$T/dash/-s.lua"; cp "$T/t.jsonl" "$T/dash/-t.jsonl"; cp "$T/sig" "$T/dash/-x.sig"; cp "$T/public" "$T/dash/-p"
for command in check lint "run --world real" "explore --bound keygen=1"; do
    # shellcheck disable=SC2086
    at $command -- -s.lua
done
at replay -- -t.jsonl
at diagram -f dot -o x.dot -- -t.jsonl
at report -o x.html -- -t.jsonl
cp "$T/s.lua" "$T/dash/--.lua"; at check -- --.lua
expect 2 "got '-q'" "$UCSIM" new -- -q
at sig inspect -- -x.sig
mkdir "$T/dash/-folder"; cp "$T/s.lua" "$T/dash/-folder"; at list -- -folder
at audit signatures --public -p -- -x.sig
cp "$T/t.jsonl" "$T/dash/--"; at diagram -f dot -o x.dot -- --

# A full disk.
if [ -w /dev/full ]; then
    for command in --help --version help "help check" "sig --help" "sig sets" list "check $T/s.lua" "check --tap $T/s.lua" \
        "check --json $T/s.lua" "run --world real $T/s.lua" "lint $T/s.lua" "replay $T/t.jsonl" "diagram -f dot -o - $T/t.jsonl" \
        "explore --bound keygen=1 $T/s.lua"; do
        # shellcheck disable=SC2086
        "$UCSIM" $command >/dev/full 2>"$T/err" </dev/null
        [ $? = 2 ] && grep -q "standard output" "$T/err" || wrong "$command on a full disk: $(cat "$T/err")"
    done
fi

# What was read is not written to, by whatever name.
cp "$T/s.lua" "$T/in"; ln "$T/in" "$T/hard"; ln -s in "$T/soft"
for out in in hard soft ./in; do
    expect 2 "this one is read" "$UCSIM" sig sign --set $set --seed "$seed" --index 0 --message "$T/in" --signature "$T/$out"
    expect 2 "this one is read" "$UCSIM" check --trace "$T/$out" "$T/in"
    expect 2 "this one is read" "$UCSIM" check --junit "$T/$out" "$T/in"
    expect 2 "this one is read" "$UCSIM" run --world real --trace "$T/$out" "$T/in"
    cmp -s "$T/s.lua" "$T/in" || wrong "$out was written to"
done
cp "$T/t.jsonl" "$T/in.jsonl"; ln -f "$T/in.jsonl" "$T/hard"
expect 2 "this one is read" "$UCSIM" diagram -f mermaid -o "$T/hard" "$T/in.jsonl"
expect 2 "this one is read" "$UCSIM" replay --trace "$T/hard" "$T/in.jsonl"
expect 2 "this one is read" "$UCSIM" report -o "$T/hard" "$T/in.jsonl"
cmp -s "$T/t.jsonl" "$T/in.jsonl" || wrong "a trace was written to"
# but a search goes on in the checkpoint that it came from
search() { "$UCSIM" explore --quiet --bound keygen=1 --bound sign=3 --bound deliver=3 --bound crash=2 --bound request=2 --bound transfer=2 \
    --checkpoint "$T/ck" --seconds "$@" "$T/s.lua" >"$T/out" 2>&1; }
for seconds in 0.000001 0.05; do # the first is over before a move is made
    rm -f "$T/ck"
    search $seconds; code=$?
    [ $code = 3 ] && [ -s "$T/ck" ] || wrong "no checkpoint after $seconds s: exit $code, $(cat "$T/out")"
    search 0.05 --resume "$T/ck"; code=$?
    [ $code = 3 ] || wrong "a search does not go on in its checkpoint after $seconds s: exit $code, $(cat "$T/out")"
done

# What is not there: only names that are alike are offered, whatever the ending.
(cd "$T/dash" && cp ../s.lua pr.lua && "$UCSIM" check nope 2>../err); grep -q "nope: No such file or directory$" "$T/err" || wrong "check nope: $(cat "$T/err")"
(cd "$T/dash" && "$UCSIM" check pt.lua 2>../err); grep -q "did you mean './pr.lua'" "$T/err" || wrong "check pt.lua: $(cat "$T/err")"
expect 2 "did you mean 'LMS_SHA256_M32_H5/LMOTS_" "$UCSIM" sig keygen --set LMS_SHA256_M32_H5 --seed "$seed" --public "$T/x"
# A program that was moved away from its scenarios lists what is in it, and says what is not.
mkdir "$T/bin"; cp "$UCSIM" "$T/bin/ucsim"
(cd "$T/dash" && ../bin/ucsim list >../out 2>../err); code=$?
if grep -q "neither beside the program nor in" "$T/err"; then
    [ $code = 2 ] && grep -q "storage models" "$T/out" || wrong "list of a program alone: exit $code"
else [ $code = 0 ] || wrong "list of a program alone: exit $code, $(cat "$T/err")" # installed as well
fi

# Names that are not ASCII are shown as they are.
mkdir "$T/größe"; cp "$T/s.lua" "$T/größe/ä b.lua"
expect 2 "größe/no" "$UCSIM" check --trace "$T/größe/no/x" "$T/größe/ä b.lua"
printf "return scenario { title = 't', environment = function (z) assert(false) end }\n" >"$T/größe/ä b.lua"
expect 1 "reproduce: ucsim check '$T/größe/ä b.lua'" "$UCSIM" check "$T/größe/ä b.lua"
# Limits of a script are limits, whoever runs it, and say where.
printf "return scenario { title = 't', environment = function (z) while true do end end }\n" >"$T/s.lua"
expect 3 "s.lua:1: limit" "$UCSIM" run --world real "$T/s.lua"
printf "return scenario { title = 't', environment = function (z) local function f() ('x'):gsub('x', f) end f() end }\n" >"$T/s.lua"
expect 2 "s.lua:1: C stack overflow" "$UCSIM" check "$T/s.lua"
exit $bad
