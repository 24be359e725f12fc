#!/bin/sh
# Every fuzz_*.c of audits, with address and undefined-behaviour checks. FUZZ_SECONDS (60) each.
set -u
. tests/fuzz.sh
fuzz_need_clang
fuzz_compile "$fuzz_cc" $(ls signing/*.c audit/*.c | grep -v sigma) simulator/base/csv.c simulator/base/file.c simulator/base/document.c simulator/base/nearest.c tests/audit/fuzz_audit.c
mkdir "$T/manifest" "$T/ledger" "$T/s"
printf 'signature,message,module,time,key\ns0,m0,"hsm 1",2026-01-01T00:00:00Z,vk\n' >"$T/manifest/csv"
printf '{"signature": "s0", "signed_digest": "6d", "digest": "x", "time": 7}\n' >"$T/manifest/json"
printf 'signature,digest\ns0,x\n-,\n' >"$T/manifest/more"
# a ledger with two uses of one key, and one of HSS
set=LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4
seed=01$(head -c 78 /dev/zero | tr '\0' 0)
"$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$T/vk"
for m in one two; do
    echo $m >"$T/m$m"
    "$UCSIM" sig sign -q --set $set --seed "$seed" --index 3 --message "$T/m$m" --signature "$T/s/$m"
done
printf 'signature,message,module\ns/one,mone,hsm1\ns/two,,hsm2\n' >"$T/list"
"$UCSIM" audit signatures -q --public "$T/vk" --manifest "$T/list" --ledger "$T/whole"
grep -v '^ucsim audit ledger\|^end' "$T/whole" >"$T/ledger/proof"
# one that is undecided: what the second use has to be held against is gone
cp "$T/s/one" "$T/gone" && "$UCSIM" audit signatures -q --public "$T/vk" --ledger "$T/whole2" "$T/gone"
rm "$T/gone" && "$UCSIM" audit signatures -q --public "$T/vk" --ledger "$T/whole2" "$T/s/two"
grep -v '^ucsim audit ledger\|^end' "$T/whole2" >"$T/ledger/open"
grep -q '^open' "$T/ledger/open" || { echo "no ledger that is undecided"; exit 1; }
failed=0
fuzz_target manifest tests/audit/fuzz_manifest.c -- -max_len=2000 || failed=1
fuzz_target ledger tests/audit/fuzz_ledger.c -- -max_len=4000 || failed=1
exit $failed
