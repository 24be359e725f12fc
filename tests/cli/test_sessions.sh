#!/bin/sh
# Scenarios of several sessions from end to end: traces that replay, shrink and are drawn; schedules with sids; what is wrong in
# scripts and schedules, each with its line and the nearest name; what knows one session only, and says so.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
all=$PWD/environments/scenarios/sessions
cd "$T" || exit 1
bad=0
wrong() { echo "$*"; bad=1; }
expect() { # CODE TEXT ARGUMENT...: exits so, and says the text
    code=$1 text=$2; shift 2
    "$UCSIM" "$@" >out 2>&1
    got=$?
    [ $got = "$code" ] && { [ -z "$text" ] || grep -qF -e "$text" out; } || wrong "ucsim $*: expected exit $code and '$text', got $got: $(head -n 5 out)"
}

# ---- every scenario: traced, replayed, traced again from there
for script in "$all"/*.lua; do
    name=$(basename "$script" .lua)
    expect 0 '' check --torture --trace "$name.jsonl" "$script"
    expect 0 "$name.jsonl: indistinguishable" replay --torture --trace again.jsonl "$name.jsonl"
    grep '"move"' "$name.jsonl" | sort >moves
    grep '"move"' again.jsonl | sort | cmp -s - moves || wrong "$name: a replay makes other moves"
done
for line in "$all"/*.lua; do expect 0 'nothing found' lint "$line"; done
expect 0 '' diagram 621-f-dkm-beside-f-auth.jsonl -o chart.dot
for life in keys.hsm1 wire.hsm1 wire.site keys.F keys.S wire.F wire.S; do grep -q "label=\"$life\"" chart.dot || wrong "no lifeline of $life"; done
grep -q 'label="S"' chart.dot && wrong "an S of no session is drawn"
expect 0 '' report 623-one-device.jsonl -o page.html

# ---- a finding is shrunk, and still found
cat >rolled.lua <<'L'
return scenario {
  title = "rolled back", storage = "rollback", expect = "simulation failed",
  sessions = {
    keys = { functionality = "F_DKM", parties = { "hsm1", "hsm2" }, capacity = 8 },
    wire = { functionality = "F_AUTH", parties = { "hsm2", "hsm1", "site" } },
  },
  environment = function (z)
    z.keys:keygen("hsm1")
    local text = z.wire:send("site", "hsm1", "x")
    z.wire:deliver("hsm1", text)
    z.wire:restore("hsm1", 0)
    z.keys:restart("hsm1")
    z.wire:deliver("hsm1", text)
  end,
}
L
expect 0 'simulation failed' check --trace rolled.jsonl rolled.lua
expect 0 '' shrink rolled.jsonl -o small.schedule
[ "$(grep -cv '^option\|^ucsim' small.schedule)" = 5 ] || wrong "shrunk to $(cat small.schedule)"
expect 0 'after 5 of 5 moves' replay small.schedule
sed 's/simulation failed/invariant broken: wire.U2/' rolled.lua >rule.lua
expect 1 'simulation failed (wire.U2: ' check rule.lua
sed 's/simulation failed/invariant broken: U2/' rolled.lua >rule.lua
expect 2 "rule.lua:2: expect: expected a rule of a session, as in 'keys.U1', got 'U2'" check rule.lua
sed 's/simulation failed/invariant broken: wire.I2/' rolled.lua >rule.lua
expect 2 "rule.lua:2: expect: expected a rule (U1, U2, A1), got 'I2'" check rule.lua

# ---- what is wrong in a script
refused() { # SED TEXT
    sed "$1" rolled.lua >bad.lua
    cmp -s bad.lua rolled.lua && wrong "nothing was changed by $1"
    expect 2 "$2" check bad.lua
}
refused 's/"F_AUTH"/"F_AUHT"/' "bad.lua:5: functionality: expected 'F_DKM', 'F_AUTH' or 'F_COM', got 'F_AUHT'; did you mean 'F_AUTH'?"
refused 's/capacity = 8/limits = { texts = 8 }/' "bad.lua:4: unknown field 'texts'"
refused 's/"site" }/"site" }, capacity = 8/' "bad.lua:5: unknown field 'capacity'; it is an option of ticketed-transfer"
refused 's/"site" }/"site" }, crypto = "ideal"/' "bad.lua:5: unknown field 'crypto'"
refused 's/"F_AUTH"/"F_AUTH", protocol = "ticketed-transfer"/' "bad.lua:5: protocol: expected a protocol for F_AUTH, got 'ticketed-transfer', which is one for F_DKM"
refused 's/"site" }/"site" }, uses = { signer = "keys" }/' "bad.lua:5: uses: expected no sessions, as 'counted-macs' calls no other functionality"
refused 's/"site" }/"site", "site" }/' 'bad.lua:5: parties: expected different names'
refused 's/^  environment/  main = { "key" },\n  environment/' "bad.lua:7: main: expected 'keys' or 'wire', got 'key'; did you mean 'keys'?"
refused 's/^  environment/  main = { "wire" },\n  environment/' "z.keys has no 'keygen'"
refused 's/^  environment/  compare_sessions = { reel = { "keys" } },\n  environment/' "unknown field 'reel'; did you mean 'real'?"
refused 's/^  environment/  compare_sessions = { real = { "keys" }, ideal = { "wire" } },\n  environment/' \
    "bad.lua:7: compare_sessions: expected a session that is a protocol in 'ideal' to be one in 'real', got 'wire'"
nothing="compare_sessions: expected worlds that differ, got the same sessions as protocol in both"
for same in 'real = { }' 'real = { "wire" }, ideal = { "wire" }' 'ideal = { "wire", "keys" }'; do
    refused "s/^  environment/  compare_sessions = { $same },\n  environment/" "bad.lua:7: $nothing"
done
refused 's/^  environment/  main = { },\n  environment/' "bad.lua:7: main: expected a list with a session"
refused 's/functionality = "F_AUTH", //' "bad.lua:5: wire: expected functionality or protocol"
refused 's/functionality = "F_AUTH", /functionalty = "F_AUTH", /' "bad.lua:5: unknown field 'functionalty'; did you mean 'functionality'?"
sed 's/functionality = "F_AUTH"/protocol = "counted-macs"/' rolled.lua >named.lua
expect 0 'simulation failed' check named.lua
for taken in ask view feature report seen on_send on_ask on_report; do
    refused "s/wire = {/$taken = {/" "bad.lua:3: sessions: expected names that are no calls of z or a, got '$taken'"
done
refused 's/^  environment/  parties = { "hsm1" },\n  environment/' "parties: expected it in each of 'sessions', not beside them"
refused 's/^  environment/  reservation = 8,\n  environment/' "bad.lua:7: unknown field 'reservation'; it is an option of ticketed-transfer"
refused 's/^  environment/  explore = { deliver = 1 },\n  environment/' "bad.lua:7: explore: expected a scenario of one session"
refused 's/z.keys:keygen/z:keygen/' "bad.lua:8: z has no 'keygen'; say it to a session, such as z.keys:keygen"
refused 's/z.wire:send/z:send/' "bad.lua:9: z has no 'send'; say it to a session, such as z.wire:send"
refused 's/^  environment/  adversary = function (a) a:deliver("hsm1") end,\n  environment/' \
    "bad.lua:7: a has no 'deliver'; say it to a session, such as a.keys:deliver"
refused 's/z.wire:send/z:sendd/' "bad.lua:9: z has no 'sendd'"
grep -q 'say it to' out && wrong "a call that no session has is to be said to one: $(cat out)"
refused 's/z.wire:send/z.wir:send/' "bad.lua:9: z has no 'wir'; did you mean 'wire'?"
refused 's/z.keys:keygen("hsm1")/z.keys:keygen("site")/' "bad.lua:8: keygen: expected the name of a party, got 'site'"
refused 's/keys = {/["ke.ys"] = {/' "sessions: expected at most 8 sessions, with different names of letters, digits"

# ---- a session that is the same in both worlds is compared with itself
sed 's/^  environment/  compare_sessions = { ideal = { "wire" } },\n  environment/; s/simulation failed/invariant broken: wire.U2/' rolled.lua >same.lua
expect 0 'invariant broken (wire.U2' check --trace same.jsonl same.lua
expect 0 'same.jsonl: invariant broken' replay same.jsonl

# ---- and in a schedule
schedule() { # LINE TEXT: with this line among the options, or a move
    sed "s/^option found.*/$1/" small.schedule >bad.schedule
    expect 2 "$2" replay bad.schedule
}
schedule 'option keys.capacty 8' "option keys.capacty: there is no such option; did you mean 'capacity'?"
schedule 'option keyz.capacity 8' 'option keyz.capacity: there is no such option'
schedule 'option capacity 8' 'option capacity: there is no such option'
schedule 'option main keyz' "option main: expected a session, got 'keyz'; did you mean 'keys'?"
schedule 'deliver hsm1 none' "expected a party after 'deliver', got hsm1"
schedule 'deliver wire.S none' "expected a party after 'deliver', got wire.S"
schedule 'option ideal keys wire' "$nothing"
schedule 'corrupted' "expected a session after 'corrupted'"
schedule 'keygen wire.hsm1 x' "expected an input or an order, got 'keygen'"

# ---- what knows one session only
expect 2 "explore: expected a scenario without 'sessions', got one with 2" explore -b deliver=1 rolled.lua
expect 2 "explore: expected a scenario without 'sessions', got one with 2" explore rolled.lua
expect 2 "harvest: expected a scenario without 'sessions', got one with 2" check --harvest rolled.lua
expect 2 "advantage: expected a scenario without 'sessions', got one with 2" advantage rolled.lua
expect 2 "--store: expected a scenario without 'sessions', got one with 2" run --world real --store folder rolled.lua
expect 0 '(2 seeds)' check --seeds 2 rolled.lua
exit $bad
