#!/bin/sh
# ucsim replay as a suite: files and folders, what is expected and what was found, what a trace recorded, exit codes, TAP and
# JUnit, and what is nearly a suite.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
bad=0
fail() { echo "FAILED: $*"; bad=1; }
run() { # CODE ARGUMENTS...
    want=$1; shift
    "$UCSIM" "$@" >"$T/out" 2>"$T/err" </dev/null; got=$?
    [ $got = "$want" ] || { fail "exit $got instead of $want: ucsim $*"; sed 's/^/    /' "$T/out" "$T/err" | tail -n 20; }
}
says() { cat "$T/out" "$T/err" | grep -qF -- "$1" || { fail "nothing says '$1'"; sed 's/^/    /' "$T/out" "$T/err" | tail; }; }
schedule() { # FILE OPTIONS: one key, one signature, one verification
    { printf 'ucsim-schedule 1\noption parties hsm1 hsm2\noption scheme LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8\noption crypto ideal\n'
      printf "$2"
      printf 'keygen hsm1 LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8\nsign hsm1 key@1 m\nverify hsm2 key@1 m signature@2\n'; } >"$1"
}
mkdir -p "$T/kept/lib" "$T/empty/deeper"
schedule "$T/kept/b.schedule" ''
schedule "$T/kept/a.txt" 'option found "invariant broken: I1"\n'
schedule "$T/kept/lib/c" 'option expect indistinguishable\n'
echo 'no schedule' >"$T/kept/README.md"
echo 'return 1' >"$T/kept/x.lua"

# a folder: what is named or begins like one, sorted, folders below too; nothing else
run 0 replay "$T/kept"
says '3 schedules: 3 as expected'
says "$T/kept/a.txt: indistinguishable after 3 of 3 moves; found was invariant broken: I1, which does not happen any more"
[ "$(grep -o '/[abc][.a-z]*: ' "$T/out" | tr -d '\n')" = '/a.txt: /b.schedule: /c: ' ] || fail "not in order: $(cat "$T/out")"
cp "$T/out" "$T/first"
run 0 replay --jobs 3 "$T/kept";                  cmp -s "$T/out" "$T/first" || fail 'the output depends on --jobs'
run 0 replay -q "$T/kept";                        [ ! -s "$T/out" ] || fail '--quiet is not quiet'
run 0 replay "$T/kept/a.txt" "$T/kept/a.txt";     says '2 schedules: 2 as expected'
run 2 replay "$T/empty";                          says 'expected schedules or traces (*.schedule, *.jsonl), got a folder without any'
run 2 replay "$T/kept" "$T/nowhere";              says "ucsim: $T/nowhere: No such file or directory"
[ ! -s "$T/out" ] || fail "it begins before it is known that all is there: $(cat "$T/out")"
run 2 replay "$T/kept/README.md";                 says "README.md:1: expected 'ucsim-schedule 1' as the first line, got 'no schedule'"
printf '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite/>\n' >"$T/x.xml"
run 2 replay "$T/x.xml";                          says "x.xml:1: expected 'ucsim-schedule 1' as the first line, got '<?xml version="
for begin in 'junk' '[1]' '# a comment'; do # a trace that is spoilt is told about as a trace, and what is a schedule as one
    printf '%s\n' "$begin" >"$T/junk.jsonl"
    run 2 replay "$T/junk.jsonl";                 says 'junk.jsonl:1: expected'
    cat "$T/err" | grep -q 'ucsim-schedule' && fail "a broken trace is taken for a schedule: $(cat "$T/err")"
done
: >"$T/none.jsonl"
run 2 replay "$T/none.jsonl";                     says 'none.jsonl:1: expected'
cp "$T/kept/b.schedule" "$T/b.trace"
run 0 replay "$T/b.trace"
run 2 replay --jobs 0 "$T/kept";                  says '--jobs: expected 1 to 64, got 0'
if [ "$(id -u)" != 0 ]; then
    schedule "$T/kept/locked.schedule" '' && chmod 000 "$T/kept/locked.schedule"
    run 2 replay "$T/kept";                       says '4 schedules: 3 as expected, 1 with an error'
    rm -f "$T/kept/locked.schedule"
fi
# what a folder leaves out: what begins with a dot, and what is behind a link to a folder; a link to a file is one of its files
mkdir -p "$T/odd/.hidden" "$T/odd/real"
for name in .hidden/a.schedule .b.schedule real/c.schedule; do cp "$T/kept/b.schedule" "$T/odd/$name"; done
ln -s ../kept/b.schedule "$T/odd/link.schedule"; ln -s ../kept "$T/odd/kept"; ln -s .. "$T/odd/up"; ln -s ../kept "$T/odd/folder.schedule"
ln -s nobody@nowhere:1 "$T/odd/.#open.schedule"
run 0 replay "$T/odd"
[ "$(sed -n 's/^ok *\(.*\): indis.*/\1/p' "$T/out" | tr '\n' ' ')" = "$T/odd/link.schedule $T/odd/real/c.schedule " ] || fail "of a folder: $(cat "$T/out")"
run 0 replay "$T/odd/.b.schedule" "$T/odd/.hidden" "$T/odd/kept"; says '5 schedules: 5 as expected' # given by name they are meant
ln -s nowhere "$T/odd/gone.schedule"
run 2 replay "$T/odd";                            says 'gone.schedule: No such file'
printf 'return scenario { title = "t", crypto = "ideal", environment = function (z) end }\n' | tee "$T/odd/real/c.lua" "$T/odd/.b.lua" >"$T/odd/.hidden/a.lua"
run 0 check "$T/odd";                             says '1 scenario: 1 as expected'
# a broken one among good ones: all are still run, the worst decides
printf 'ucsim-schedule 1\nkeygen\n' >"$T/kept/cut.schedule"
schedule "$T/kept/other.schedule" 'option expect "no progress: A1"\n'
run 2 replay "$T/kept";                           says '5 schedules: 3 as expected, 1 another verdict than expected, 1 with an error'
says 'cut.schedule:2:'
rm "$T/kept/cut.schedule"
run 1 replay "$T/kept";                           says 'other.schedule: indistinguishable after 3 of 3 moves, expected no progress: A1'
says "reproduce: ucsim replay $T/kept/other.schedule"
run 1 replay --tap --junit "$T/j.xml" "$T/kept"
says '1..4'; says "ok 1 - $T/kept/a.txt: indistinguishable"; says "not ok 4 - $T/kept/other.schedule: indistinguishable"
says '# expected: no progress: A1'
grep -q '<testsuite name="ucsim replay" tests="4" failures="1" errors="0"' "$T/j.xml" || fail "JUnit: $(cat "$T/j.xml")"
rm "$T/kept/other.schedule"
# traces of them: one for each in a folder, and they are a suite again
mkdir "$T/traces"
run 2 replay --trace "$T/one.jsonl" "$T/kept";    says 'one.jsonl: expected a folder that exists for 3 traces'
run 0 replay --trace "$T/traces" "$T/kept"
run 0 replay "$T/traces";                         says '3 schedules: 3 as expected'
[ "$(ls "$T/traces" | tr '\n' ' ')" = '001-a.txt.jsonl 002-b.jsonl 003-c.jsonl ' ] || fail "traces: $(ls "$T/traces")"

# without a move there is nothing to replay
printf 'ucsim-schedule 1\noption seed 1\n' >"$T/none.schedule"
run 2 replay "$T/none.schedule";                  says 'none.schedule:2: expected a move, got a schedule without any'
grep -v '"move":' "$T/traces/002-b.jsonl" >"$T/log.jsonl"
run 2 replay "$T/log.jsonl";                      says 'expected a move, got a trace without any'
run 2 shrink "$T/log.jsonl";                      says 'expected a move, got a trace without any'
# a trace that recorded what its moves do not make: another output, one less, one more; in either world
differs() { # EDIT TEXT
    sed "$1" "$T/traces/002-b.jsonl" >"$T/edited.jsonl"
    cmp -s "$T/edited.jsonl" "$T/traces/002-b.jsonl" && fail "nothing is edited by $1"
    run 1 replay "$T/edited.jsonl";               says "$2"; says 'but with other outputs than recorded'
}
differs '/"world":"real".*"machine":"hsm1".*"out":{"kind":"signature"/s/"index":0/"index":5/' 'of the real world: recorded was that hsm1 reads sign'
differs '/"world":"ideal".*"machine":"F".*"out":{"kind":"signature"/s/"index":0/"index":5/' 'of the ideal world: recorded was that F reads answer'
differs '/"world":"real".*"machine":"hsm2"/s/"valid":1/"valid":0/' 'valid=0'
differs '/"world":"real".*"machine":"hsm2"/s/"machine":"hsm2"/"machine":"hsm1"/' 'replayed, hsm2 reads verify'
differs '/"move":3/d' 'replayed, nothing more'
# a log of one world, made by hand: no verdict
sed '/"world":"ideal"/d; s/^{"verdict":"indistinguishable"/{"verdict":null/; s/"index":0/"index":7/' "$T/traces/002-b.jsonl" >"$T/hand.jsonl"
run 1 replay "$T/hand.jsonl";                     says 'but with other outputs than recorded'
# version 1, which names no rules
sed 's/^{"ucsim-trace":2/{"ucsim-trace":1/; s/"rules":\[\],//' "$T/traces/002-b.jsonl" >"$T/v1.jsonl"
run 0 replay "$T/v1.jsonl"

# an option that is wrong: its line, what it may be, and what was meant; in a schedule, in the header of a trace, in a script
option() { # OPTION TEXT
    schedule "$T/o.schedule" "# a comment\\noption $1\\n"
    run 2 replay "$T/o.schedule";                 says "o.schedule:6: option $2"
    run 2 shrink "$T/o.schedule";                 says "o.schedule:6: option $2"
}
option 'storge atomic' "storge: there is no such option; did you mean 'storage'?"
option 'storage atomc' "storage: expected one of atomic, rollback, monotonic, torn, cache, lying, got 'atomc'; did you mean 'atomic'?"
option 'trust x' 'trust: expected one of'
option 'capacity x' "capacity: expected a number from 0 to 2^63 - 1, got 'x'"
option 'tag-bytes 99' 'tag-bytes: expected 1 to 16, got 99'
option 'seed x' 'seed: expected a number'
option 'enclaves a b c' 'enclaves: expected one for each of 2 parties, got 3'
option 'protocol x' "protocol: expected one of ticketed-transfer, counted-macs, masked-texts, got 'x'"
option 'expect "invariant broken: I99"' "expect: expected a rule (I1, I2, I3, I4, I5, I6, I7, I8, A1, A2, A3, A4, A5), got 'I99'"
option 'expect "no progress: A6"' "expect: expected a rule (I1, I2, I3, I4, I5, I6, I7, I8, A1, A2, A3, A4, A5), got 'A6'; did you mean 'I6'?"
option 'found "invariant broken: i2"' "found: expected a rule (I1, I2, I3, I4, I5, I6, I7, I8, A1, A2, A3, A4, A5), got 'i2'; did you mean 'I2'?"
option 'expect "indistinguishable: I1"' "expect: expected no rule with 'indistinguishable', got 'I1'"
option 'expect "no progress: I1"' "expect: expected a rule that ends with 'no progress', got 'I1', which ends with 'invariant broken'"
option 'found "invariant broken: A1"' "found: expected a rule that ends with 'invariant broken', got 'A1', which ends with 'no progress'"
for never in limit 'assertion failed'; do # what lies in a script; a trace may expect it, and shrinking does not hand it on
    option "expect \"$never\"" "expect: expected what moves can come to; a script's own assertions and limits are in no schedule, got '$never'"
done
for names in 'Z b' 'a F' 'none b' '"a b" b' '"a\\nb"' 'a a' '"" b'; do # as in scripts
    schedule "$T/plain.schedule" ''
    sed "s/^option parties .*/option parties $names/" "$T/plain.schedule" >"$T/names.schedule"
    run 2 replay "$T/names.schedule"
    says "names.schedule:2: option parties: expected different names of letters, digits, '-' and '_', none of them Z, A, S, F or none, got '"
done
for edit in 's/"expect":"indistinguishable"/"expect":"no progress: A9"/' 's/"crypto":"ideal"/"crypto":"idael"/'; do
    sed "$edit" "$T/traces/002-b.jsonl" >"$T/e.jsonl"; cmp -s "$T/e.jsonl" "$T/traces/002-b.jsonl" && fail "nothing is edited by $edit"
    run 2 replay "$T/e.jsonl";                    says 'e.jsonl:1: option '
done
script() { # FIELDS TEXT
    printf 'return scenario { title = "t",\n  %s,\n  environment = function (z) end }\n' "$1" >"$T/r.lua"
    run 2 check "$T/r.lua";                       says "r.lua:2: $2"
    run 2 explore --bound keygen=1 "$T/r.lua";    says "r.lua:2: $2"
}
script 'expect = "invariant broken: I0"' "expect: expected a rule (I1, I2, I3, I4, I5, I6, I7, I8, A1, A2, A3, A4, A5), got 'I0'; did you mean 'I1'?"
script 'expect_rule = "I9", expect = "distinguished"' "expect_rule: expected a rule (I1, I2, I3, I4, I5, I6, I7, I8, A1, A2, A3, A4, A5), got 'I9'"
script 'expect = "no progress", expect_rule = "I1"' "expect_rule: expected a rule that ends with 'no progress', got 'I1'"
script 'expect_rule = "I1"' "expect_rule: expected no rule with 'indistinguishable', got 'I1'"

# as many parties as there may be, and options with a word for each: written, replayed, made shorter
for n in 1 22 23 24 1000; do
    cat >"$T/many.lua" <<END
local names, of = {}, {}
for i = 1, $n do
  names[i] = "p" .. i
  local enclave = i % 2 == 0 and "even" or "odd"
  of[enclave] = of[enclave] or {}
  table.insert(of[enclave], names[i])
end
return scenario { title = "$n parties", crypto = "ideal", storage = "rollback", parties = names, enclaves = of,
  environment = function (z)
    local key = z:keygen(names[$n])
    z:request(names[1], { key = key, count = 1, from = names[$n] })
    z:sign(names[$n], key, "one")
    z:restore(names[$n], 1) z:restart(names[$n])
    z:sign(names[$n], key, "two")
  end }
END
    run 1 check --trace "$T/many.jsonl" "$T/many.lua"
    run 0 shrink "$T/many.jsonl" -o "$T/many.schedule"
    grep -q "^option enclaves\( [a-z]*\)\{$n\}$" "$T/many.schedule" || fail "$n parties: not an enclave for each"
    for file in "$T/many.jsonl" "$T/many.schedule"; do
        run 1 replay "$file";                     says 'what was found still happens'
    done
done
sed 's/^option parties .*/& more/' "$T/many.schedule" >"$T/more.schedule"
run 2 replay "$T/more.schedule";                  says 'option parties: expected 1 to 1000, got 1001'

# what is a schedule by its name is one in a folder, too, whatever it is called
mkdir "$T/begins"
schedule "$T/plain.schedule" ''
{ printf '\357\273\277'; cat "$T/plain.schedule"; } >"$T/begins/mark"
{ printf '# by hand\n\n  # twice\n'; cat "$T/plain.schedule"; } >"$T/begins/comment.txt"
{ printf '\n\n \t\r\n'; cat "$T/plain.schedule"; } >"$T/begins/empty-lines"
{ printf '\357\273\277 { '; tail -c +2 "$T/traces/002-b.jsonl"; } >"$T/begins/trace"
printf '# of something else\nucsim\n' >"$T/begins/README"
printf '{"version":"0.1.0"}\n' >"$T/begins/summary.json"
run 0 replay "$T/begins" "$T/begins/mark" "$T/begins/comment.txt" "$T/begins/empty-lines" "$T/begins/trace"
says '8 schedules: 8 as expected'

# what the report says of a finding: red, with both fields
sed 's/"expect":"indistinguishable"/"expect":"invariant broken: I1"/' "$T/traces/002-b.jsonl" >"$T/green.jsonl"
run 0 diagram "$T/green.jsonl" -o "$T/d.mmd"
grep -q 'Verdict: expected invariant broken. I1, found indistinguishable\|expected invariant broken.*I1, found indistinguishable' "$T/d.mmd" ||
    fail "chart: $(head -n 2 "$T/d.mmd")"
exit $bad
