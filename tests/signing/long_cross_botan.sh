#!/bin/sh
# Signatures made here verify with Botan's command line, and the other way round: XMSS with h = 10.
set -u
command -v botan >/dev/null || { echo "no botan (package botan)"; exit 77; }
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
der() { grep -v -- ----- "$1" | base64 -d; }
for case in SHA2_10_256:68:96 SHA2_10_512:132:192 SHAKE_10_256:68:96 SHAKE_10_512:132:192; do
    set=XMSS-${case%%:*}
    rest=${case#*:}
    size=${rest%:*} seed_size=${rest#*:}
    botan keygen --algo=XMSS --params="$set" >"$d/key" 2>"$d/err" || { echo "skipping $set: $(cat "$d/err")"; continue; }
    botan pkcs8 --pub-out "$d/key" >"$d/pub" || exit 1
    # theirs here; a SubjectPublicKeyInfo ends with the raw key
    der "$d/pub" | tail -c "$size" >"$d/vk"
    echo "a message for $set" >"$d/m"
    botan sign "$d/key" "$d/m" | base64 -d >"$d/s" || exit 1
    "$UCSIM" sig verify -q --set "$set" --public "$d/vk" --message "$d/m" --signature "$d/s" ||
        { echo "we refuse Botan's $set"; failures=$((failures + 1)); }
    # ours there: their key with the raw part replaced
    seed=$(head -c "$seed_size" /dev/urandom | od -An -v -tx1 | tr -d ' \n')
    "$UCSIM" sig keygen -q --set "$set" --seed "$seed" --public "$d/vk" || exit 1
    { der "$d/pub" | head -c "-$size"; cat "$d/vk"; } >"$d/our.der"
    { echo "-----BEGIN PUBLIC KEY-----"; base64 "$d/our.der"; echo "-----END PUBLIC KEY-----"; } >"$d/our.pem"
    for index in 0 511 512 1023; do
        "$UCSIM" sig sign -q --set "$set" --seed "$seed" --index $index --message "$d/m" --signature "$d/s" || exit 1
        base64 "$d/s" >"$d/s64"
        botan verify "$d/our.pem" "$d/m" "$d/s64" | grep -q '^Signature is valid' ||
            { echo "Botan refuses our $set at $index"; failures=$((failures + 1)); }
        echo other >"$d/other"
        botan verify "$d/our.pem" "$d/other" "$d/s64" | grep -q 'invalid' ||
            { echo "Botan accepts another message"; failures=$((failures + 1)); }
    done
    echo "$set: both ways"
done
[ "$failures" -eq 0 ]
