#!/bin/sh
# Every subcommand with F_COM and masked texts, which came through the front door: its own files, one row of the registry. It has no
# options, no set-up of its interface, no bad events, no ledger and no environments in C.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
com=$PWD/environments/scenarios/com completion=$PWD/docs/ucsim.bash
cd "$T" || exit 1
bad=0
wrong() { echo "$*"; bad=1; }
expect() { # CODE TEXT ARGUMENT...: exits so, says the text, and no word of another triple
    code=$1 text=$2; shift 2
    "$UCSIM" "$@" >out 2>&1
    got=$?
    [ $got = "$code" ] && { [ -z "$text" ] || grep -qF -e "$text" out; } || wrong "ucsim $*: expected exit $code and '$text', got $got: $(head -n 5 out)"
    grep -qiE '\b(kid|tickets?|keygen|enclaves?|one-time|seals?|hsm[0-9]*|counted-macs)\b' out && wrong "ucsim $*: names what F_COM has not: $(cat out)"
}

# ---- what there is
expect 0 'z:commit(party, to, text)' list masked-texts
for line in 'realises    F_COM' 'z:open(party, to)' 'U1, U2, U3, A1' 'version, part, from, to' 'commit, open' \
    'a:commitment { key, mac, from, to, text }' 'a:opening { key, from, to }'; do
    grep -qF -e "$line" out || wrong "list masked-texts: no '$line'"
done
expect 0 'first.lua written' new first --protocol masked-texts
expect 0 'first: indistinguishable' check first.lua
expect 0 'nothing found' lint first.lua
sed 's/z:open/z:opne/' first.lua >slip.lua
expect 2 "did you mean 'open'?" lint slip.lua
ln -s "$UCSIM" ucsim
command -v bash >/dev/null && {
    PATH=$PWD:$PATH bash -c '. "$1"; COMP_WORDS=(ucsim new first --protocol ma); COMP_CWORD=4; _ucsim; echo "${COMPREPLY[*]}"' - "$completion" >out 2>&1
    grep -qx 'masked-texts' out || wrong "completion: $(cat out)"
}

# ---- check, seeds, run, replay, store
expect 0 '(3 seeds)' check --seeds 3 first.lua
expect 2 "expected a protocol with an attacker that harvests, got 'masked-texts'" check --harvest first.lua
expect 0 'indistinguishable' check --torture "$com/604-corrupted.lua"
expect 0 'opened from=alice text=heads' run --world ideal first.lua
expect 0 '' check --trace both.jsonl first.lua
expect 0 'simulation failed after 5 of 5 moves' replay "$(
    "$UCSIM" check --trace rollback.jsonl "$com/606-receiver-rolled-back.lua" >/dev/null && echo rollback.jsonl)"
part() { # NAME STATEMENT...
    name=$1; shift
    printf 'return scenario { title = "part", protocol = "masked-texts", parties = { "alice", "bob" },\nenvironment = function (z)\n%s\nend }\n' "$*" >$name.lua
}
part one 'z:deliver("bob", z:commit("alice", "bob", "heads"))'
part two 'local o = z:deliver("bob", z:open("alice", "bob")) assert(o.text == "heads") print("opened " .. o.text)'
expect 0 '' run --world real --store store one.lua
expect 0 'opened heads' run --world real --store store two.lua # another process has the text, and the commitment
part three 'assert(z:commit("alice", "bob", "tails").error == "refused") assert(z:deliver("bob", z:open("alice", "bob")) == nil)'
expect 0 'error code=refused' run --world real --store store three.lua
for record in store/*1*; do printf 'x' | dd of="$record" bs=1 seek=60 conv=notrunc 2>/dev/null; done
expect 2 'store' run --world real --store store three.lua

# ---- explore, shrink
sed 's/explore = {/storage = "rollback", explore = { restore = 1,/' first.lua >back.lua
expect 1 'found by 4 moves' explore --schedule found.schedule -o found.jsonl back.lua
expect 0 'restore ' shrink found.schedule
expect 0 'bounds: commit=1 open=1 deliver=2' explore -b commit=1 -b deliver=2 first.lua
expect 2 "send" explore -b send=1 first.lua

# ---- pictures
expect 0 '' diagram both.jsonl --format mermaid -o both.mmd
grep -q 'commit(bob, #34;heads#34;)' both.mmd && grep -q 'allow-opened' both.mmd || wrong "diagram: $(cat both.mmd)"
expect 0 '' diagram both.jsonl -o both.svg
expect 2 'expected a trace of an interface with a ledger of who has what, got one of F_COM' plot ownership both.jsonl -o own.svg
mkdir traces && cp both.jsonl found.jsonl traces
expect 0 '' report traces -o report.html
sed 's/<style>.*<\/style>//; s/<script>.*<\/script>//' report.html | grep -qiE '\b(kid|ticket|one-time key|enclave)\b' && wrong "report: words of another triple"

# ---- advantage: there are no bad events to count
part guess 'return z:deliver("bob", z:commit("alice", "bob", "heads"):flip(100)) and 1 or 0'
expect 0 'advantage' advantage --samples 200 --seed 4 guess.lua

# ---- words of others
finds() { # FIELDS STATEMENT EXPECTED
    printf 'return scenario { title = "t", protocol = "masked-texts", parties = { "alice", "bob" }, %s\nenvironment = function (z)\n%s\nend }\n' \
        "$1" "$2" >s.lua
    "$UCSIM" check s.lua >out 2>&1
    [ $? = 2 ] && grep -qF -e "$3" out || wrong "expected '$3', got $(cat out)"
}
finds 'mac_bytes = 4,' '' "s.lua:1: unknown field 'mac_bytes'; it is an option of counted-macs"
finds 'capacity = 4,' '' "s.lua:1: unknown field 'capacity'; it is an option of ticketed-transfer"
finds 'expect = "invariant broken: I1",' '' "expected a rule (U1, U2, U3, A1), got 'I1'"
finds '' 'z:send("alice", "bob", "x")' "s.lua:3: z has no 'send'"
finds '' 'z:commit("alice", "bob")' "s.lua:3: text of commit"
finds '' 'z:commit("alice", "bob", "x"):set("counter", 1)' "expected 'version', 'part', 'from' or 'to', got 'counter'"
finds '' 'z:mac { }' "s.lua:3: z:mac: expected a protocol with an attack kit that has this, such as 'counted-macs', got 'masked-texts'"
finds 'explore = { send = 2 },' '' "s.lua:1: unknown field 'send'"
exit $bad
