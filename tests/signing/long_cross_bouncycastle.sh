#!/bin/sh
# Signatures made here verify with Bouncy Castle, and the other way round: LMS, HSS, XMSS, XMSS^MT.
set -u
jar=/usr/share/java/bcprov.jar
[ -f $jar ] || { echo "no $jar (package libbcprov-java)"; exit 77; }
command -v java >/dev/null && java --list-modules 2>/dev/null | grep -q jdk.compiler || { echo "no JDK (package default-jdk-headless)"; exit 77; }
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
number=0
make_case() { # SCHEME OID SET SEED-BYTES INDEX...
    scheme=$1 oid=$2 set=$3 seed=$(head -c "$4" /dev/urandom | od -An -v -tx1 | tr -d ' \n')
    shift 4
    "$UCSIM" sig keygen -q --set "$set" --seed "$seed" --public "$d/vk" || exit 1
    for index in "$@"; do
        name=our$number
        number=$((number + 1))
        cp "$d/vk" "$d/$name.vk"
        echo "$set $index" >"$d/$name.msg"
        "$UCSIM" sig sign -q --set "$set" --seed "$seed" --index "$index" --message "$d/$name.msg" --signature "$d/$name.sig" || exit 1
        echo "$scheme $oid $name" >>"$d/cases"
    done
}
for w in 1 2 4 8; do
    make_case lms 0 LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W$w 48 0 1 30 31
    make_case lms 0 LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W$w 48 0 511 512 1023
done
h5=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4
make_case hss 0 HSS:$h5 48 0 31
make_case hss 0 HSS:$h5,$h5 48 0 31 32 1023
make_case hss 0 HSS:$h5,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,$h5 48 0 32767
make_case xmss 1 XMSS-SHA2_10_256 96 0 1 512 1023
make_case xmss 4 XMSS-SHA2_10_512 192 0 1023
make_case xmss 7 XMSS-SHAKE_10_256 96 0 1023
make_case xmss 10 XMSS-SHAKE_10_512 192 0 1023
make_case xmssmt 1 XMSSMT-SHA2_20/2_256 96 0 1023 1024 1048575
make_case xmssmt 2 XMSSMT-SHA2_20/4_256 96 0 31 32 1048575
make_case xmssmt 5 XMSSMT-SHA2_40/8_256 96 0 1099511627775
make_case xmssmt 10 XMSSMT-SHA2_20/4_512 192 0 1048575
make_case xmssmt 0x12 XMSSMT-SHAKE_20/4_256 96 0 1048575
make_case xmssmt 0x1a XMSSMT-SHAKE_20/4_512 192 0 1048575

java -cp $jar tests/signing/CrossCheck.java verify "$d" >"$d/verdicts" || { echo "java failed"; exit 1; }
good=$(grep -c ' ok$' "$d/verdicts")
[ "$good" -eq "$number" ] || { echo "Bouncy Castle accepts $good of $number"; grep -v ' ok$' "$d/verdicts"; failures=1; }

java -cp $jar tests/signing/CrossCheck.java sign "$d" || { echo "java failed"; exit 1; }
made=0
while read -r set name; do
    made=$((made + 1))
    "$UCSIM" sig verify -q --set "$set" --public "$d/$name.vk" --message "$d/$name.msg" --signature "$d/$name.sig" ||
        { echo "we refuse $name of $set"; failures=$((failures + 1)); }
    echo x >>"$d/$name.msg"
    "$UCSIM" sig verify -q --set "$set" --public "$d/$name.vk" --message "$d/$name.msg" --signature "$d/$name.sig" &&
        { echo "we accept another message for $name of $set"; failures=$((failures + 1)); }
done <"$d/made"
[ "$made" -gt 30 ] || { echo "only $made signatures of Bouncy Castle"; failures=$((failures + 1)); }
echo "Bouncy Castle verified $good of ours, we verified $made of its"
[ "$failures" -eq 0 ]
