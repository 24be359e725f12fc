#!/bin/sh
# ucsim check, run, replay and list as people call them: exit codes, error texts, the same bytes whatever the number of
# jobs and with torture mode, nothing half-written.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
failures=0
complain() { echo "$*" >&2; failures=$((failures + 1)); }

# expect CODE TEXT COMMAND...: the exit code, and TEXT somewhere in what was printed
expect() {
    code=$1 text=$2
    shift 2
    "$@" >"$T/out" 2>"$T/err"
    got=$?
    [ "$got" -eq "$code" ] || complain "exit code $got, expected $code: $*"
    cat "$T/out" "$T/err" | grep -qF -- "$text" || { complain "'$text' is not in the output of: $*"; cat "$T/out" "$T/err" >&2; }
}

scenario() { # NAME EXPECT BODY
    cat >"$T/$1.lua" <<END
return scenario {
  title = "$1", parties = { "hsm1", "hsm2" }, crypto = "ideal", expect = "$2",
  environment = function (z)
    $3
  end,
}
END
}
scenario good indistinguishable 'local key = z:keygen("hsm1"); z:sign("hsm1", key, "m")'
scenario other distinguished 'z:keygen("hsm1")'
scenario asserts "assertion failed" 'z:keygen("hsm1") assert(false, "so be it")'
scenario fails indistinguishable 'assert(false, "not so")'
scenario endless indistinguishable 'while true do z:status("hsm1", "00") end'
sed -i 's/crypto = "ideal"/crypto = "ideal", budget = 3000/' "$T/endless.lua"
scenario wrong indistinguishable 'z:dance("hsm1")'
sed 's/expect =/colour =/' "$T/good.lua" >"$T/unknown.lua"

# ---- exit codes
expect 0 'ok     good: indistinguishable' "$UCSIM" check "$T/good.lua"
expect 0 '1 scenario: 1 as expected' "$UCSIM" check "$T/asserts.lua"
expect 1 'FAILED other: indistinguishable, expected distinguished' "$UCSIM" check "$T/other.lua"
expect 1 "reproduce: ucsim check $T/other.lua" "$UCSIM" check "$T/other.lua"
expect 1 "reproduce: ucsim check --seed 7 --crypto real --torture $T/other.lua" \
    "$UCSIM" check --torture --seed 7 --crypto real "$T/other.lua"
expect 1 'FAILED fails: assertion failed' "$UCSIM" check "$T/fails.lua"
expect 2 'wrong.lua:4:' "$UCSIM" check "$T/wrong.lua"
expect 2 'unknown.lua:2:' "$UCSIM" check "$T/unknown.lua"
expect 3 'limit' "$UCSIM" check "$T/endless.lua"
expect 2 'No such file' "$UCSIM" check "$T/none.lua"
expect 2 'expected scenarios (*.lua), got a folder without any' sh -c 'mkdir -p "$1/empty"; "$2" check "$1/empty"' sh "$T" "$UCSIM"
expect 2 "--seed: expected a number" "$UCSIM" check --seed x "$T/good.lua"
expect 2 "--crypto: expected real or ideal, got 'wood'" "$UCSIM" check --crypto wood "$T/good.lua"
expect 2 '--jobs: expected 1 to 64, got 0' "$UCSIM" check --jobs 0 "$T/good.lua"
expect 2 "check: --harvest takes no value, got 'no'; see 'ucsim check --help'" "$UCSIM" check --harvest=no "$T/good.lua"
expect 2 "check: --tap takes no value, got ''" "$UCSIM" check --tap= "$T/good.lua"
expect 2 "No such file" "$UCSIM" check -- --tap=no
expect 2 'got 3 from 9223372036854775806 on' "$UCSIM" check --seed 9223372036854775806 --seeds 3 "$T/good.lua"
expect 0 '1 as expected' "$UCSIM" check --seed 9223372036854775806 --seeds 2 "$T/good.lua"
sed 's/crypto =/seed = math.maxinteger, crypto =/' "$T/good.lua" >"$T/last.lua"
expect 2 'got 2 from 9223372036854775807 on' "$UCSIM" check --seeds 2 "$T/last.lua"
sed 's/crypto =/ticket_bytes = 1, crypto =/' "$T/good.lua" >"$T/toy.lua" # may take as many seeds again
expect 2 'got 4 from 9223372036854775805 on' "$UCSIM" check --seed 9223372036854775805 --seeds 2 "$T/toy.lua"
expect 2 "UCSIM_LANES: expected portable, shani or avx512, got 'avx1024'" env UCSIM_LANES=avx1024 "$UCSIM" list
for lanes in portable shani avx512 ''; do
    expect 0 '1 as expected' env UCSIM_LANES="$lanes" "$UCSIM" check "$T/good.lua"
done
# every switch of every subcommand, as their --help names them
switches=0
for command in $("$UCSIM" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sed 's/^sig$/sig_keygen/; s/^audit$/audit_signatures audit_log/'); do
    command=$(echo $command | tr _ ' ')
    for switch in $("$UCSIM" $command --help | sed -n 's/^  \(-[a-z], \)\{0,1\}--\([a-z-]*\) .*/\2/p'); do
        expect 2 "--$switch takes no value, got 'no'" "$UCSIM" $command "--$switch=no"
        switches=$((switches + 1))
    done
done
[ "$switches" -ge 20 ] || complain "only $switches switches were found"
expect 2 'expected --tap or --json, got both' "$UCSIM" check --tap --json "$T/good.lua"
expect 2 'see ' "$UCSIM" check --colour "$T/good.lua"
expect 2 'expected a folder that exists for 2 traces' "$UCSIM" check --trace "$T/x" "$T/good.lua" "$T/other.lua"
expect 0 'usage' sh -c '"$1" check --help | tr A-Z a-z' sh "$UCSIM"
expect 2 'expected --world real or --world ideal' "$UCSIM" run "$T/good.lua"
expect 0 'Z reads signature' "$UCSIM" run --world ideal "$T/good.lua"
expect 2 'expected traces, schedules or folders of them, got none' "$UCSIM" replay
expect 2 'No such file' "$UCSIM" replay "$T/none.trace"
expect 2 "expected a folder, a protocol or 'schemes'" "$UCSIM" list "$T/none"
expect 0 'monotonic' "$UCSIM" list
# an error, an unexpected verdict and a limit together: the error wins, everything is still reported
expect 2 '4 scenarios: 1 as expected, 1 another verdict than expected, 1 ran into a limit, 1 with an error' \
    "$UCSIM" check "$T/good.lua" "$T/other.lua" "$T/endless.lua" "$T/wrong.lua"
"$UCSIM" check --quiet "$T/good.lua" >"$T/out" 2>&1 && [ ! -s "$T/out" ] || complain "--quiet is not quiet"

# ---- nothing half-written
expect 2 'No such file' "$UCSIM" check --trace "$T/nowhere/x" "$T/good.lua"
expect 2 'No such file' "$UCSIM" check --junit "$T/nowhere/x" "$T/good.lua"
expect 2 'No such file' "$UCSIM" run --world real --trace "$T/nowhere/x" "$T/good.lua"
[ ! -e "$T/nowhere" ] || complain "a folder was made"
expect 2 'standard output' sh -c '"$1" check "$2" >/dev/full' sh "$UCSIM" "$T/good.lua"
echo before >"$T/kept"
expect 2 'wrong.lua:4:' "$UCSIM" check --trace "$T/kept" "$T/wrong.lua"
[ "$(cat "$T/kept")" = before ] || complain "a run with an error changed its output file"

# ---- traces: the same bytes with torture mode; they replay; replaying a replay changes nothing
"$UCSIM" check -q --trace "$T/a" "$T/good.lua" && "$UCSIM" check -q --torture --trace "$T/b" "$T/good.lua"
cmp "$T/a" "$T/b" || complain "torture mode changes the trace"
grep -qF "$T" "$T/a" && complain "a folder is in the trace"
expect 0 'a: indistinguishable after 2 of 2 moves' "$UCSIM" replay --trace "$T/c" "$T/a"
"$UCSIM" replay -q --torture --trace "$T/d" "$T/c"
cmp "$T/c" "$T/d" || complain "a replay of a replay differs"
head -c 3000 "$T/a" >"$T/cut"
expect 2 'the trace is cut off' "$UCSIM" replay "$T/cut"
sed 's/key@1/key@9/' "$T/a" >"$T/bad"
expect 2 "got 'key@9' in move 2" "$UCSIM" replay "$T/bad"
expect 0 'which lies in the script' sh -c '"$1" check -q --trace "$2/e" "$2/asserts.lua"; sed "s/\"expect\":\"assertion failed\"/\"expect\":null/" "$2/e" >"$2/f"; "$1" replay "$2/f"' sh "$UCSIM" "$T"

# ---- reports
"$UCSIM" check --tap "$T/good.lua" "$T/other.lua" "$T/wrong.lua" >"$T/tap" 2>/dev/null
grep -q '^1\.\.3$' "$T/tap" && grep -q '^ok 1 - good: indistinguishable$' "$T/tap" && grep -q '^not ok 2 - other' "$T/tap" &&
    grep -q '^not ok 3 - wrong: error$' "$T/tap" || complain "TAP: $(cat "$T/tap")"
"$UCSIM" check -q --junit "$T/x.xml" "$T/good.lua" "$T/other.lua" "$T/wrong.lua" >/dev/null 2>&1
grep -q 'tests="3" failures="1" errors="1"' "$T/x.xml" || complain "JUnit: $(cat "$T/x.xml")"
if [ -x /usr/bin/python3 ]; then
    "$UCSIM" check --json "$T/good.lua" "$T/other.lua" "$T/wrong.lua" 2>/dev/null | /usr/bin/python3 -c '
import json, sys, xml.etree.ElementTree as e
d = json.load(sys.stdin)
assert d["ucsim-check"] == 1 and d["summary"] == dict(total=3, as_expected=1, unexpected=1, limits=0, errors=1, internal=0), d
assert [s["verdict"] for s in d["scenarios"]] == ["indistinguishable", "indistinguishable", None]
assert d["scenarios"][0]["reproduce"] is None and "check" in d["scenarios"][1]["reproduce"]
assert len(e.parse(sys.argv[1]).getroot().findall("testcase")) == 3' "$T/x.xml" || complain "JSON or JUnit XML does not parse"
fi

# ---- any number of jobs, the same bytes
for format in --tap --json --color=never; do
    "$UCSIM" check $format "$T" >"$T/one.out" 2>"$T/one.err"
    "$UCSIM" check $format --jobs 4 "$T" >"$T/four.out" 2>"$T/four.err"
    cmp "$T/one.out" "$T/four.out" && cmp "$T/one.err" "$T/four.err" || complain "--jobs changes the output with $format"
done

# ---- an output that is no file is written to, never replaced; a link keeps its target
mkfifo "$T/pipe" && { cat "$T/pipe" >"$T/through" & } # a rename would leave cat waiting and a file in its place
"$UCSIM" check -q --trace "$T/pipe" "$T/good.lua" || { complain "a trace to a pipe: exit code $?"; kill $!; } # else cat waits for ever
[ -p "$T/pipe" ] && wait && grep -q '"ucsim-trace"' "$T/through" || { complain "a pipe was replaced by a file"; kill $!; }
: >"$T/target" && ln -s target "$T/link"
"$UCSIM" check -q --trace "$T/link" "$T/good.lua"
[ -L "$T/link" ] && grep -q '"ucsim-trace"' "$T/target" || complain "a link was replaced by a file"

# ---- the ways in which people type options
expect 0 'as expected' "$UCSIM" check -j2 "$T/good.lua"
expect 2 'expected always, never or auto' "$UCSIM" check --color=red "$T/good.lua"
expect 0 'ucsim check [OPTION' "$UCSIM" help check
scenario 'two\nlines' indistinguishable ''
expect 2 'title: expected one line of text' "$UCSIM" check "$T/two\\nlines.lua"

[ "$failures" -eq 0 ]
