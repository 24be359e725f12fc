#!/bin/sh
# What was recorded of a built-in scenario replays without its script: the same verdict, the same outputs. Every twentieth file of
# each family, all instances of it, but not of 210, whose traces are 200 megabytes; all with UCSIM_LONG_TESTS. And of runs with
# bytes that only the recording process could open.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
failures=0
fail() { echo "FAILED: $*"; failures=1; }
[ "${UCSIM_LONG_TESTS:-}" ] && step=1 left_out='^$' || step=20 left_out=/210-
files=$(find environments/scenarios -name '*.lua' ! -path '*/lib/*' | LC_ALL=C sort |
        awk -F / -v step=$step -v left_out=$left_out '$0 !~ left_out && n[$3]++ % step == 0 || /\/344-/') # 344: a thief's seals, real and ideal
mkdir "$T/all"
"$UCSIM" check -q --trace "$T/all" $files >"$T/out" 2>&1 || { fail "check: exit $?"; tail "$T/out"; }
"$UCSIM" replay "$T/all" >"$T/out" 2>&1 || { fail "replay: exit $?"; grep -A 2 '^FAILED' "$T/out"; }
grep -l made: "$T"/all/*344-* >"$T/made" || fail 'no trace has bytes that are made again'
traces=$(ls "$T/all" | wc -l)
grep -q "^$traces schedules: $traces as expected$" "$T/out" || fail "$traces traces, but: $(tail -n 1 "$T/out")"
echo "$traces traces replayed"

# A stolen key seals a block with ideal seals; the receiver uses it, is rolled back, and uses it again.
said() { # VERDICT: the trace has it; replaying it and what shrinking makes of it finds it too
    tail -n 1 "$T/trace.jsonl" | grep -q "\"verdict\":\"$1\"" || fail "recorded is not $1: $(tail -n 1 "$T/trace.jsonl")"
    "$UCSIM" shrink "$T/trace.jsonl" -o "$T/small.schedule" >"$T/out" 2>&1 || { fail "shrink: exit $?"; cat "$T/out"; }
    for file in "$T/trace.jsonl" "$T/small.schedule"; do
        grep -q 'made:' "$file" || fail "$file: what opens there only is not recorded"
        "$UCSIM" replay "$file" >"$T/out" 2>&1
        [ $? = 1 ] && grep -q ": $1 after .*; what was found still happens" "$T/out" || { fail "$file does not replay"; head -n 3 "$T/out"; }
    done
}
sealing='local key = z:keygen("hsm1")
    local stolen = z:corrupt("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    z:deliver("hsm2", z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket, key = stolen.keys[1], a = 0, b = 2 })'
cat >"$T/seal.lua" <<END
return scenario { title = "a stolen key seals, then a rollback", crypto = "ideal", storage = "rollback",
  environment = function (z)
    $sealing
    z:sign("hsm2", key, "one")
    z:restore("hsm2", 2) z:restart("hsm2")
    z:sign("hsm2", key, "two")
  end }
END
"$UCSIM" check --trace "$T/trace.jsonl" "$T/seal.lua" >/dev/null 2>&1
said distinguished
cat >"$T/prefix.lua" <<END
return scenario { title = "the same, searched for", crypto = "ideal", storage = "rollback",
  explore = { sign = 2, restart = 1, keygen = 0, request = 0, transfer = 0, deliver = 0, corrupt = 0, forge = 0, restore = 1 },
  prefix = function (z)
    $sealing
  end }
END
"$UCSIM" explore -o "$T/trace.jsonl" --schedule "$T/found.schedule" "$T/prefix.lua" >"$T/out" 2>&1
[ $? = 1 ] || { fail 'explore finds nothing'; tail "$T/out"; }
said distinguished
cmp -s "$T/found.schedule" "$T/small.schedule" || "$UCSIM" replay "$T/found.schedule" | grep -q 'what was found still happens' ||
    fail 'what explore writes does not replay'

# Every kind of message that A can have a corrupted party, or an honest one, be spoken to with; what is left out is none.
for protocol in ticketed-transfer counted-macs; do
    cat >"$T/speak.lua" <<END
return scenario { title = "any kind", protocol = "$protocol", environment = function (z)
  z:corrupt("hsm1")
  for _, kind in ipairs { "empty", "resume", "ask", "report", "payload", "deliver", "state", "corrupted", "error", "sent", "effect" } do
    z:speak("hsm1", kind) z:speak("hsm2", kind)
  end
end, parties = { "hsm1", "hsm2" } }
END
    "$UCSIM" check --trace "$T/speak.jsonl" "$T/speak.lua" >"$T/out" 2>&1 && "$UCSIM" replay "$T/speak.jsonl" >>"$T/out" 2>&1 &&
        grep -q 'after 23 of 23 moves' "$T/out" || { fail "$protocol: what is spoken does not replay"; cat "$T/out"; }
done

# What nobody can make again is an error, never a verdict.
sed 's/made:70/made:71/' "$T/small.schedule" >"$T/unmade.schedule"
"$UCSIM" replay "$T/unmade.schedule" >"$T/out" 2>&1
[ $? = 2 ] && grep -q "unmade.schedule:[0-9]*: expected what this protocol's adversary can make, got made:71" "$T/out" ||
    { fail 'a description of nothing is replayed'; cat "$T/out"; }
exit $failures
