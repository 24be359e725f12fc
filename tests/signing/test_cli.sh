#!/bin/sh
# ucsim sig: round trips through files, exit codes, nothing half-written.
set -u
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
expect() { # expect CODE COMMAND...
    want=$1
    shift
    "$@" >"$d/out" 2>"$d/err"
    got=$?
    if [ "$got" -ne "$want" ]; then
        echo "expected exit $want, got $got: $*"
        sed 's/^/    /' "$d/out" "$d/err"
        failures=$((failures + 1))
    fi
}
says() { grep -q -- "$1" "$d/out" "$d/err" || { echo "expected to read '$1', got:"; cat "$d/out" "$d/err"; failures=$((failures + 1)); }; }
seed() { head -c "$(( $1 * 2 ))" /dev/zero | tr '\0' "$2"; }

printf 'message' >"$d/m"
printf 'massage' >"$d/other"
s48=$(seed 48 7) s96=$(seed 96 3)
round_trip() { # SET SEED INDEX
    expect 0 "$UCSIM" sig keygen --set "$1" --seed "$2" --public "$d/vk"
    expect 0 "$UCSIM" sig sign --set "$1" --seed "$2" --index "$3" --message "$d/m" --signature "$d/s"
    says "no state"
    expect 0 "$UCSIM" sig verify --set "$1" --public "$d/vk" --message "$d/m" --signature "$d/s"
    says "^valid$"
    expect 1 "$UCSIM" sig verify --set "$1" --public "$d/vk" --message "$d/other" --signature "$d/s"
    says "invalid signature"
}
round_trip XMSS-SHA2_10_256 "$s96" 1023
round_trip HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4 "$s48" 33
round_trip LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8 "$s48" 31

# trees kept on disk: off by default, the same bytes, one line when it cannot be
kept=LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W1 s40=$(seed 40 5)
sign_kept() { # EXIT, then options
    want=$1
    shift
    rm -f "$d/kept"
    expect "$want" "$UCSIM" sig sign --set $kept --seed "$s40" --index 30 --message "$d/m" --signature "$d/kept" "$@"
    cmp -s "$d/plain" "$d/kept" || { echo "another signature with $*"; failures=$((failures + 1)); }
}
trees() { # FOLDER COUNT
    got=$(find "$1" -name '*.tree' 2>/dev/null | wc -l)
    [ "$got" -eq "$2" ] || { echo "expected $2 trees in $1, got $got"; failures=$((failures + 1)); }
}
unset UCSIM_CACHE_DIR
export XDG_CACHE_HOME="$d/xdg"
expect 0 "$UCSIM" sig sign --set $kept --seed "$s40" --index 30 --message "$d/m" --signature "$d/plain"
sign_kept 0
trees "$d" 0
sign_kept 0 --cache
sign_kept 0 --cache
trees "$d/xdg/ucsim" 1
printf x | dd of="$(find "$d/xdg" -name '*.tree')" bs=1 seek=300 conv=notrunc 2>/dev/null
sign_kept 0 --cache
export UCSIM_CACHE_DIR="$d/named"
sign_kept 0
trees "$d/named" 1
scenario=environments/scenarios/handover/201-xmss.lua
env -u UCSIM_CACHE_DIR "$UCSIM" run --world real "$scenario" >"$d/run1" 2>&1
for i in 1 2; do
    "$UCSIM" run --world real "$scenario" >"$d/run2" 2>&1
    [ -s "$d/run1" ] && cmp "$d/run1" "$d/run2" || failures=$((failures + 1))
done
trees "$d/named" 2
export UCSIM_CACHE_DIR="$d/m/x"
sign_kept 0 --cache
says "trees are not kept in '$d/m/x'"
[ "$(wc -l <"$d/err")" -eq 1 ] || { echo "more than a line:"; cat "$d/err"; failures=$((failures + 1)); }
sign_kept 0 --quiet
[ ! -s "$d/err" ] || { echo "not quiet"; failures=$((failures + 1)); }
unset UCSIM_CACHE_DIR XDG_CACHE_HOME

set=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
"$UCSIM" sig verify --set $set --public "$d/vk" --message - --signature "$d/s" <"$d/m" >/dev/null || { echo "stdin"; failures=1; }
# What is no key or signature of the set is an error of the call, not an invalid signature.
for other in LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4 LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W8; do
    expect 2 "$UCSIM" sig verify --set $other --public "$d/vk" --message "$d/m" --signature "$d/s"
    says "expected a key of 56 bytes of $other, got one of 56 bytes of $set"
done
head -c 1000 "$d/s" >"$d/cut"
expect 2 "$UCSIM" sig verify --set $set --public "$d/vk" --message "$d/m" --signature "$d/cut"
says "expected 1292 bytes.*got 1000"
expect 2 "$UCSIM" sig verify --public "$d/m" --message "$d/m" --signature "$d/s"
says "got 7 bytes"

# The same key in every form, and bare LMS beside HSS of one level; the set follows from them.
"$UCSIM" sig keygen -q --set $set --seed "$s48" --public "$d/k.pem" --format pem
"$UCSIM" sig keygen -q --set $set --seed "$s48" --public "$d/k.der" --format der
od -An -v -tx1 "$d/vk" >"$d/k.hex"
{ printf '\0\0\0\001'; cat "$d/vk"; } >"$d/k.hss"
{ printf '\0\0\0\0'; cat "$d/s"; } >"$d/s.hss"
od -An -v -tx1 "$d/s.hss" >"$d/s.hex"
for key in vk k.pem k.der k.hex k.hss; do
    for signature in s s.hss s.hex; do
        expect 0 "$UCSIM" sig verify --public "$d/$key" --message "$d/m" --signature "$d/$signature"
        expect 0 "$UCSIM" sig verify --set HSS:$set --public "$d/$key" --message "$d/m" --signature "$d/$signature"
        expect 1 "$UCSIM" sig verify --set $set --public "$d/$key" --message "$d/other" --signature "$d/$signature"
    done
done
openssl asn1parse -in "$d/k.pem" >"$d/out" 2>"$d/err"
says "1.2.840.113549.1.9.16.3.17"
expect 0 "$UCSIM" sig inspect "$d/vk" "$d/k.pem" "$d/s" "$d/s.hex"
says "k.pem: public key, PEM, 60 bytes: $set"
says "layer 0: leaf 31 of 32, $set (types 0x5 and 0x4)"
expect 2 "$UCSIM" sig inspect "$d/vk" "$d/cut" "$d/k.der"
says "expected 1132 bytes or more for a signature with LMOTS_SHA256_N32_W8, got 1000"
says "k.der: public key"
od -An -v -tx1 "$d/k.der" >"$d/k.derhex"
expect 0 "$UCSIM" sig inspect "$d/k.derhex"
says "k.derhex: public key, hexadecimal, 60 bytes: $set"
{ cat "$d/s" "$d/s.hss" "$d/s"; echo tail; } >"$d/s.row"
expect 0 "$UCSIM" sig inspect "$d/s.row"
says "s.row: 3 signatures"
says "#1: $set, index 31"
says "then 5 bytes that are none"
"$UCSIM" sig sign -q --set XMSS-SHA2_10_192 --seed "$(head -c 144 /dev/zero | tr '\0' 3)" --index 9 --message "$d/m" --signature "$d/s.x"
cat "$d/s.x" "$d/s.x" >"$d/s.row"
expect 0 "$UCSIM" sig inspect "$d/s.row"
says "2 signatures"
says "#1: XMSS-SHA2_10_192, index 9"
expect 2 "$UCSIM" sig inspect
# an option that a command does not read is unknown to it
for option in "verify --index=1" "verify --seed=00" "verify --jobs=1" "keygen --index=1" "sign --public=x" "sign --format=der" "inspect --set=x" \
    "sets --quiet"; do
    # shellcheck disable=SC2086
    expect 2 "$UCSIM" sig $option
    says "Unknown option --"
done
expect 0 "$UCSIM" sig verify --message "$d/no" --set $set --public "$d/vk" --message "$d/m" --signature "$d/s" # the last one counts
expect 2 "$UCSIM" sig keygen --set $set --seed "$s48" --public "$d/k2" --format xml
says "raw, der or pem"
rm "$d"/k.* "$d"/s.* "$d/cut"
rm "$d/s"
expect 2 "$UCSIM" sig sign --set $set --seed "$s48" --index 32 --message "$d/m" --signature "$d/s"
says "from 0 to 31"
expect 2 "$UCSIM" sig sign --set $set --seed "$s48" --index -1 --message "$d/m" --signature "$d/s"
expect 2 "$UCSIM" sig sign --set $set --seed "$s48" --index 1x --message "$d/m" --signature "$d/s"
expect 2 "$UCSIM" sig sign --set $set --seed "${s48}7" --index 1 --message "$d/m" --signature "$d/s"
says "96 hexadecimal digits"
expect 2 "$UCSIM" sig sign --set $set --seed "$s48" --index 1 --message "$d/absent" --signature "$d/s"
expect 2 "$UCSIM" sig sign --set $set --seed "$s48" --index 1 --message "$d/m" --signature "$d/absent/s"
expect 2 "$UCSIM" sig sign --set $set --seed "$s48" --message "$d/m" --signature "$d/s"
says "--index is missing"
expect 2 "$UCSIM" sig keygen --set LMS_SHA256_M32_H6/LMOTS_SHA256_N32_W8 --seed "$s48" --public "$d/vk2"
says "did you mean"
expect 2 "$UCSIM" sig verify --set $set --public "$d/absent" --message "$d/m" --signature "$d/m"
expect 2 "$UCSIM" sig
expect 2 "$UCSIM" sig sing
says "did you mean 'sign'"
expect 0 "$UCSIM" sig --help
expect 0 "$UCSIM" sig sign --help
expect 0 "$UCSIM" sig sets
says "XMSSMT-SHAKE256_60/12_192"
for left in "$d"/s "$d"/vk2 "$d"/*.tmp* "$d"/.*tmp*; do
    [ ! -e "$left" ] || { echo "left behind: $left"; failures=$((failures + 1)); }
done
[ "$failures" -eq 0 ]
