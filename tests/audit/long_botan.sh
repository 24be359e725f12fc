#!/bin/sh
# Audits of what Botan's command line writes: keys as PEM, signatures as base64; a key that was restored from a copy.
set -u
command -v botan >/dev/null || { echo "no botan (package botan)"; exit 77; }
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
expect() { # CODE WORDS ARGUMENT...
    want=$1 words=$2
    shift 2
    "$UCSIM" audit signatures --public "$d/pub" "$@" >"$d/out" 2>&1
    got=$?
    [ "$got" -eq "$want" ] && grep -q -- "$words" "$d/out" && return
    echo "expected $want and '$words', got $got: $*"
    cat "$d/out"
    failures=$((failures + 1))
}
set=XMSS-SHA2_10_256
mkdir "$d/s"
botan keygen --algo=XMSS --params=$set >"$d/key" && botan pkcs8 --pub-out "$d/key" >"$d/pub" || exit 1
for i in 0 1 2; do # it writes the key back
    echo "message $i" >"$d/m$i"
    [ $i = 1 ] && cp "$d/key" "$d/backup"
    botan sign "$d/key" "$d/m$i" >"$d/s/s$i" || exit 1
done
printf 'signature,message\ns/s0,m0\ns/s1,m1\ns/s2,m2\n' >"$d/list"
expect 0 "3 verified with their messages" --manifest "$d/list"
expect 0 "pub: $set, PEM; 3 signatures of 1024" "$d/s"
! grep -q '^indication' "$d/out" || { echo "an honest key"; failures=$((failures + 1)); }
echo again >"$d/again"
botan sign "$d/backup" "$d/again" >"$d/s/z" || exit 1
# By bytes alone it is a proof, or an indication when too many chains have equal values by chance; with the message it is proven.
"$UCSIM" audit signatures --public "$d/pub" "$d/s" >"$d/out" 2>&1
grep -Eq '^(proof: reuse|indication): .*s1 and .*z' "$d/out" || { echo "the copy is not seen"; cat "$d/out"; failures=$((failures + 1)); }
printf 'signature,message\ns/s0,m0\ns/s1,m1\ns/s2,m2\ns/z,again\n' >"$d/list"
expect 1 "^proof: reuse: .*s1 and .*z" --bundles "$d/b" --manifest "$d/list"
[ "$(grep -c '^proof:' "$d/out")" -eq 1 ] || { echo "expected one proof"; failures=$((failures + 1)); }
/usr/bin/python3 "$d/b/proof-1/check.py" | grep -q '^proven' || { echo "the bundle"; failures=$((failures + 1)); }
[ "$failures" -eq 0 ]
