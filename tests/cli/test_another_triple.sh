#!/bin/sh
# Every subcommand with a triple that is not the first of the registry: F_AUTH with counted MACs. What it has comes from its
# descriptors; what it has not is an error that says so; no word of another triple is taken or said.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
auth=$PWD/environments/scenarios/auth
cd "$T" || exit 1
bad=0
wrong() { echo "$*"; bad=1; }
expect() { # CODE TEXT ARGUMENT...: exits so, and says the text
    code=$1 text=$2; shift 2
    "$UCSIM" "$@" >out 2>&1
    got=$?
    [ $got = "$code" ] && { [ -z "$text" ] || grep -qF -e "$text" out; } || wrong "ucsim $*: expected exit $code and '$text', got $got: $(head -n 5 out)"
    grep -qiE '\b(kid|tickets?|keygen|enclaves?|one-time|seals?|hsm[0-9]*)\b' out && wrong "ucsim $*: names what F_AUTH has not: $(cat out)"
}

# ---- what there is
expect 0 'z:send(party, to, text)' list counted-macs
for line in 'realises    F_AUTH' 'limits.texts (4096)' 'mac_bytes: 1 to 32 (32)' 'U1, U2, A1' 'version, from, to, counter' \
    'a:mac { with, from, to, counter, text, version }'; do
    grep -qF -e "$line" out || wrong "list counted-macs: no '$line'"
done
expect 0 'first.lua written' new first --protocol counted-macs
expect 0 'first: indistinguishable' check first.lua
expect 0 'nothing found' lint first.lua
"$UCSIM" new second --protocol counted-mac >out 2>&1
[ $? = 2 ] && grep -qF "got 'counted-mac'; did you mean 'counted-macs'?" out || wrong "new: $(cat out)"
[ ! -e second.lua ] || wrong "new: wrote it all the same"

# ---- check, seeds, run, replay, store
expect 0 '(3 seeds)' check --seeds 3 first.lua
expect 2 "expected a protocol with an attacker that harvests, got 'counted-macs'" check --harvest first.lua
expect 0 'indistinguishable' check --torture "$auth/504-corrupted.lua"
expect 0 'received from=alice text=pay 5' run --world ideal first.lua
expect 0 '' run --world real --trace real.jsonl first.lua
expect 0 '' check --trace both.jsonl first.lua
expect 0 'simulation failed after 5 of 5 moves' replay "$(
    "$UCSIM" check --trace rollback.jsonl "$auth/505-receiver-rolled-back.lua" >/dev/null && echo rollback.jsonl)"
expect 0 '' run --world real --store store --trace stored.jsonl "$auth/500-in-order.lua"
for text in four five; do # the counters go on
    cat >next.lua <<L
return scenario { title = "next", protocol = "counted-macs", parties = { "alice", "bob", "carol" },
  environment = function (z) print("counter " .. z:send("alice", "bob", "$text"):header().counter) end }
L
    expect 0 'counter' run --world real --store store next.lua
    grep -o 'counter [0-9]*' out
done >counters
[ "$(tr '\n' ' ' <counters)" = 'counter 4 counter 5 ' ] || wrong "store: $(cat counters)"
sed 's/"carol" }/"carol" }, mac_bytes = 8/' next.lua >other.lua
expect 2 'store' run --world real --store store other.lua

echo 'return scenario { title = "names", protocol = "counted-macs", environment = function (z) z:send("alice", "carol", "x") end }' >names.lua
expect 0 'names: indistinguishable' check names.lua # parties of the interface, where none are named

# ---- explore, shrink
sed 's/explore = {/storage = "rollback", explore = { restore = 1,/' first.lua >back.lua
expect 1 'found by 5 moves' explore --schedule found.schedule -o found.jsonl back.lua
expect 0 'restore bob 0' shrink found.schedule
grep -q '^send alice bob "pay 6"$' found.schedule || wrong "schedule: $(cat found.schedule)"
expect 0 'bounds: send=1 deliver=2' explore -b send=1 -b deliver=2 first.lua
expect 2 "sign" explore -b sign=1 first.lua

# ---- pictures
expect 0 '' diagram both.jsonl --format mermaid -o both.mmd
grep -q 'send(bob, #34;pay 5#34;)' both.mmd && grep -q 'allow_delivery\|allow-delivery' both.mmd || wrong "diagram: $(cat both.mmd)"
expect 2 'expected a trace of an interface with a ledger of who has what, got one of F_AUTH' plot ownership real.jsonl -o own.svg
mkdir traces && cp both.jsonl found.jsonl traces
expect 0 '' report traces -o report.html
sed 's/<style>.*<\/style>//; s/<script>.*<\/script>//' report.html | grep -qiE '\b(kid|ticket|one-time key|enclave)\b' && wrong "report: words of another triple"

# ---- advantage: the bad event is the protocol's
expect 0 'forged MAC accepted: ' advantage --samples 1000 --seed 4 "$auth/508-mac-guessed.lua"
expect 2 '--keys: expected an interface whose keys can come from a pool, got F_AUTH' advantage --keys 3 "$auth/508-mac-guessed.lua"

# ---- words of others
finds() { # FIELDS STATEMENT EXPECTED
    printf 'return scenario { title = "t", protocol = "counted-macs", parties = { "alice", "bob" }, %s\nenvironment = function (z)\n%s\nend }\n' \
        "$1" "$2" >s.lua
    "$UCSIM" check s.lua >out 2>&1
    [ $? = 2 ] && grep -qF -e "$3" out || wrong "expected '$3', got $(cat out)"
}
finds 'capacity = 4,' '' "s.lua:1: unknown field 'capacity'; it is an option of ticketed-transfer"
finds 'limits = { keys = 4 },' '' "s.lua:1: unknown field 'keys'; it is an option of ticketed-transfer"
finds 'limits = { txts = 4 },' '' "s.lua:1: unknown field 'txts'; did you mean 'texts'?"
finds 'expect = "invariant broken: I1",' '' "expected a rule (U1, U2, A1), got 'I1'"
finds '' 'z:keygen("alice")' "s.lua:3: z has no 'keygen'"
finds '' 'z:seal {}' "s.lua:3: z:seal: expected a protocol with an attack kit that has this, such as 'ticketed-transfer', got 'counted-macs'"
finds '' 'z:send("alice", "bob", "x"):set("ticket", 1)' "expected 'version', 'from', 'to' or 'counter', got 'ticket'"
finds 'explore = { sign = 2 },' '' "s.lua:1: unknown field 'sign'"
finds 'mac_bytes = 33,' '' 's.lua:1: mac_bytes: expected 1 to 32, got 33'
exit $bad
