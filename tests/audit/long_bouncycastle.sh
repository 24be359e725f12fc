#!/bin/sh
# Audits of modules made of Bouncy Castle: honest ones, with a key shard, and one that was restored from a backup.
set -u
jar=/usr/share/java/bcprov.jar
[ -f $jar ] || { echo "no $jar (package libbcprov-java)"; exit 77; }
command -v java >/dev/null && java --list-modules 2>/dev/null | grep -q jdk.compiler || { echo "no JDK (package default-jdk-headless)"; exit 77; }
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
java -cp $jar tests/audit/Modules.java "$d" || { echo "java failed"; exit 1; }
expect() { # CODE WORDS ARGUMENT...
    want=$1 words=$2
    shift 2
    "$UCSIM" audit signatures "$@" >"$d/out" 2>&1
    got=$?
    [ "$got" -eq "$want" ] && grep -q -- "$words" "$d/out" && return
    echo "expected $want and '$words', got $got: $*"
    cat "$d/out"
    failures=$((failures + 1))
}
for case in lms:10 hss:34 xmss:5; do
    scheme=${case%:*}
    expect 0 "^${case#*:} signatures in" --public "$d/$scheme.vk" "$d/$scheme"
    ! grep -q '^indication' "$d/out" || { echo "an honest $scheme"; cat "$d/out"; failures=$((failures + 1)); }
    expect 1 "^proof: reuse: .*restored-0.*linked" --public "$d/$scheme.vk" --bundles "$d/b" "$d/$scheme" "$d/$scheme-again"
    [ "$(grep -c '^proof:' "$d/out")" -eq 1 ] || { echo "$scheme: expected one proof"; cat "$d/out"; failures=$((failures + 1)); }
    /usr/bin/python3 "$d/b/proof-1/check.py" | grep -q '^proven' || { echo "the bundle of $scheme"; failures=$((failures + 1)); }
done
for scheme in lms hss xmss; do # that of XMSS has an algorithm number older than RFC 9802
    expect 1 "^proof: reuse" --public "$d/$scheme.spki" "$d/$scheme" "$d/$scheme-again"
done
[ "$failures" -eq 0 ]
