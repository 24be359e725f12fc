#!/bin/sh
# ucsim audit log: logs of our own worlds, what it writes, options, exit codes, signatures in hand, a counter from a backup.
set -u
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
fail() { echo "$*"; cat "$d/out" "$d/err"; failures=$((failures + 1)); }
expect() { # expect CODE COMMAND...
    want=$1
    shift
    "$@" >"$d/out" 2>"$d/err"
    got=$?
    [ "$got" -eq "$want" ] || fail "expected exit $want, got $got: $*"
}
says() { grep -q -e "$1" "$d/out" "$d/err" || fail "expected to read '$1', got:"; }
silent() { ! grep -q -e "$1" "$d/out" "$d/err" || fail "expected not to read '$1', got:"; }
audit() { code=$1; shift; expect "$code" "$UCSIM" audit log "$@"; }

# Worlds of our own, written and read again: the answer and the bytes are the same. long_logs.sh has all of them.
world() { # CODE SCRIPT [OPTION...]
    code=$1 script=environments/scenarios/$2
    shift 2
    "$UCSIM" run --world real --trace "$d/t.jsonl" "$script" || fail "$script does not run"
    audit "$code" --write "$d/w.jsonl" "$@" "$d/t.jsonl"
    audit "$code" --write "$d/v.jsonl" "$@" "$d/w.jsonl"
    cmp -s "$d/w.jsonl" "$d/v.jsonl" || fail "$script: a log that is read and written is another one"
}
world 0 audit/118-every-input-and-error.lua --faults 0
says '^accepted$'
world 0 transfer-crash/71-receiver-crashes-after-the-write.lua
says 'hsm2: a block arrived and was written, then the module went down'
world 1 transfer-crash/71-receiver-crashes-after-the-write.lua --faults 0
world 0 corruption/92-block-never-owned.lua
says 'of modules that are not trusted'
world 0 auth/500-in-order.lua --faults 0
world 1 auth/505-receiver-rolled-back.lua
world 1 storage/22-snapshot.lua
says 'proof: reuse: key 8bc0af87f6cfd172..: one-time key 0 was used twice: hsm1 at '
says 'F answers signature kid=8bc0af87f6cfd172.. index=3'
says '^nothing explains$'

# Logs of broken versions (tests/must_diverge), with no crash or, where there was one, with it. long_logs.sh there has all of them.
broken() { # NAME WORDS [OPTION...]
    name=$1 words=$2
    shift 2
    audit 1 "$@" "tests/audit/logs/$name.jsonl"
    says "$words"
}
broken sign-not-persisted 'one-time key 0 was used twice'
broken restart-returns-an-index 'one-time key 0 was used twice'
broken ticket-stays-open 'F answers error code=no-such-ticket' --faults 0
broken wrap-at-exhaustion 'F answers error code=exhausted' --faults 0
broken overlap-not-checked 'a=2 b=3: simulation failed' --faults 0
broken accepts-own-payloads 'from=hsm2 .*: simulation failed' --faults 0
broken cancel-returns-the-block 'F answers error code=no-such-ticket' --faults 0
broken auth-counter-not-compared 'no such text was sent\|delivered before\|F answers' --faults 0

# What is written: JSON, a trace that a chart is drawn of.
audit 1 --json "$d/j.json" --trace "$d/x.jsonl" "$d/w.jsonl"
/usr/bin/python3 - "$d/j.json" <<'P' || fail "the JSON is not what it should be"
import json, sys
j = json.load(open(sys.argv[1]))
assert j["ucsim-audit-log"] == 1 and j["answer"] == "rejected" and j["events"] == 9 and j["functionality"] == "F_DKM"
assert [f["kind"] for f in j["findings"]] == ["reuse", "no-events", "no-events"] and j["findings"][0]["class"] == "proof"
assert len(j["explained"]) == 8 and len(j["stuck"]) == 1 and "index=0" in j["culprit"] and j["limit"] is None
P
expect 0 "$UCSIM" diagram "$d/x.jsonl" -o "$d/x.svg"
grep -q '<svg' "$d/x.svg" || fail "no chart"

# The books alone, a limit, how much a log says.
audit 1 --books "$d/w.jsonl"
says 'rejected by the books'
"$UCSIM" run --world real --trace "$d/t.jsonl" environments/scenarios/audit/116-honest-run.lua
audit 0 --faults 0 --sensitivity "$d/t.jsonl"
audit 3 --seconds 0.000001 "$d/t.jsonl"
says '^undecided: not all was tried, by a limit of time'
audit 0 --faults 0 --sensitivity "$d/t.jsonl"
says 'with a number of its output changed: \([0-9]*\) of \1 logs are rejected, 0 undecided'

# Two logs of one system, whose modules stand in files of their own; the order of files says nothing.
"$UCSIM" audit log -q --write "$d/two.jsonl" "$d/t.jsonl"
for m in hsm1 hsm2 hsm3; do { head -n 1 "$d/two.jsonl"; grep "^.\"module\":\"$m\"" "$d/two.jsonl"; } >"$d/$m.log"; done
audit 0 --faults 0 "$d/hsm3.log" "$d/hsm2.log" "$d/hsm1.log"
# One that gave no log may have done anything; taken for one that did nothing, nothing explains the others.
audit 1 --faults 0 "$d/hsm1.log" "$d/hsm2.log"
says 'information: no-events: hsm3'
audit 0 --faults 0 --untrusted hsm3 "$d/hsm1.log" "$d/hsm2.log"

# A counter that was restored from a backup, and the state and its log with it: the log is shorter and consistent; the signatures tell.
set=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
seed=$(head -c 96 /dev/zero | tr '\0' 5)
"$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$d/vk"
vk=$(od -An -v -tx1 "$d/vk" | tr -d ' \n')
kid=$(/usr/bin/python3 -c "import hashlib,sys; print(hashlib.sha256(bytes.fromhex('$vk')).hexdigest()[:32])")
mkdir "$d/s"
sign() { # INDEX MESSAGE NAME
    printf '%s' "$2" >"$d/m"
    "$UCSIM" sig sign -q --set $set --seed "$seed" --index "$1" --message "$d/m" --signature "$d/s/$3"
    hex=$(od -An -v -tx1 "$d/s/$3" | tr -d ' \n')
    echo "{\"module\":\"hsm1\",\"in\":{\"kind\":\"sign\",\"kid\":\"$kid\",\"message\":\"$2\"},\"out\":{\"kind\":\"signature\",\"kid\":\"$kid\",\"index\":$1,\"signature\":\"$hex\"}}"
}
{
    echo '{"ucsim-log":1,"functionality":"F_DKM"}'
    echo "{\"module\":\"hsm1\",\"in\":{\"kind\":\"keygen\"},\"out\":{\"kind\":\"key\",\"kid\":\"$kid\",\"vk\":\"$vk\",\"capacity\":32}}"
    sign 0 one a
    sign 1 two b
} >"$d/r.log"
audit 0 --faults 0 --public "$d/vk" --signatures "$d/s" "$d/r.log"
says '2 signatures in hand were compared'
sign 2 three c >"$d/lost"
audit 0 --faults 0 "$d/r.log"
audit 1 --faults 0 --public "$d/vk" --signatures "$d/s" "$d/r.log"
says "unlogged: .*c: index 2 signed it, and no log owns up to it"
# ... and goes on from there
cp "$d/lost" "$d/again" && sign 2 four d >"$d/again"
cat "$d/r.log" "$d/lost" "$d/again" >"$d/both.log"
audit 1 "$d/both.log"
says 'one-time key 2 was used twice'
# A signature that does not verify, or is of another index than the log says, no F gives.
sed '3s/"index":0/"index":1/; 4s/"index":1/"index":0/' "$d/r.log" >"$d/other.log"
audit 1 "$d/other.log"
says 'no F gives such an output'
sed '3s/"message":"one"/"message":"two"/' "$d/r.log" >"$d/bad.log"
audit 1 "$d/bad.log"

# The same events again would prove a reuse that never was: the same file, by another name, and a copy.
cp "$d/r.log" "$d/copy.log" && ln -s r.log "$d/link.log" && ln "$d/r.log" "$d/hard.log"
for again in r link hard copy; do
    audit 2 "$d/r.log" "$d/$again.log"
    says "expected each log once, got $d/$again.log again (the contents of $d/r.log)"
done

# A slip in a map: a statement that never made a message is told, and a log without outputs is not accepted.
k=00112233445566778899aabbccddeeff
printf 'op,unit,key,doc,i,status\nGENERATE,h,%s,,,OK\nSIGN,h,%s,a,0,OK\nSIGN,h,%s,b,0,OK\n' $k $k $k >"$d/p.csv"
map() { # FILE VALUE [STATEMENT]
    printf '%s\n' 'ucsim-map 1' 'functionality F_DKM' 'format csv' 'module unit' 'in keygen when op is GENERATE' "${3-}" \
        'in sign kid=key message=doc when op is SIGN' "out signature kid=key index=i when op is SIGN and status is $2" 'unused i key' >"$d/$1"
}
map good.map OK 'out key kid=key capacity:32 when op is GENERATE'
map slip.map OKK 'out key kid=key capacity:32 when op is GENERATE'
map none.map OKK
audit 1 --map "$d/good.map" "$d/p.csv"
says 'proof: reuse'
silent 'never-applied'
audit 0 --map "$d/slip.map" --json "$d/j.json" "$d/p.csv"
says "indication: never-applied: $d/slip.map:8: 'out signature' made a message of no record"
grep -q '"indication", "kind": "never-applied"' "$d/j.json" || fail "the JSON does not tell what never applied"
audit 3 --map "$d/none.map" --json "$d/j.json" "$d/p.csv"
says '^undecided: anything explains a log that has no outputs'
grep -q '"limit": "outputs"' "$d/j.json" || fail "the JSON does not tell why it is undecided"
audit 3 --books --map "$d/none.map" "$d/p.csv"
says '^undecided: the log has no outputs'
audit 1 --faults 0 --map "$d/none.map" "$d/p.csv"
# One of the logs has it: a statement need apply in one of all files.
{ sed -n 1,2p "$d/p.csv"; } >"$d/made.csv"; { sed -n '1p;3p' "$d/p.csv"; } >"$d/signed.csv"
audit 0 --map "$d/good.map" "$d/made.csv" "$d/signed.csv"
silent 'never-applied'

# Calls that cannot be meant, and files that are none.
audit 2
says 'expected logs, got nothing'
audit 2 --public "$d/vk" "$d/r.log"
says 'expected --public and --signatures together'
audit 2 --books --sensitivity "$d/r.log"
audit 2 --clock-skew -2 "$d/r.log"
audit 2 --untrusted hsm7 "$d/r.log"
says "untrusted: expected a module of the log, got 'hsm7'; did you mean 'hsm1'?"
audit 2 --functionality F_AUTH "$d/r.log"
says 'expected one functionality, got F_AUTH and F_DKM'
audit 2 --functionality F_DMK "$d/r.log"
says "did you mean 'F_DKM'?"
audit 2 "$d/none"
audit 2 "$d/m"
says '/m:1: '
audit 2 --json "$d/r.log" "$d/r.log"
audit 2 --map "$d/m" "$d/r.log"
says "/m:1: expected the first line of a map, 'ucsim-map 1'"
sed '2s/capacity/capacty/' "$d/r.log" >"$d/slip.log"
audit 2 "$d/slip.log"
says "slip.log:2: expected a field of 'key', got 'capacty'; did you mean 'capacity'?"
sed '1s/}/,"options":{"capacity":8}}/' "$d/r.log" >"$d/small.log"
audit 2 "$d/r.log" "$d/small.log" "$d/two.jsonl"
says "expected option capacity as in the log before"
expect 2 "$UCSIM" audit lgo
says "did you mean 'log'?"
audit 0 --help
[ $failures -eq 0 ]
