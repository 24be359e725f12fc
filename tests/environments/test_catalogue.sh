#!/bin/sh
# The catalogue: its table is current, numbers are unique to a file name, every script gets its verdict with both crypto
# providers, and no entry of G1 to G10 (1 to 120) is without a script or a row that says why.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

sh tests/environments/catalogue.sh >"$work/table" || bad=1
if ! cmp -s "$work/table" docs/scenarios-catalogue.md; then
    echo "docs/scenarios-catalogue.md is not current: sh tests/environments/catalogue.sh > docs/scenarios-catalogue.md"
    diff docs/scenarios-catalogue.md "$work/table" | head -n 10
    bad=1
fi
n=1
while [ "$n" -le 120 ]; do
    grep -q "^| $n | " docs/scenarios-catalogue.md || { echo "entry $n has neither a script nor a reason"; bad=1; }
    n=$((n + 1))
done
find environments/scenarios -name '[0-9]*.lua' | while read -r script; do
    number=$(basename "$script" | sed 's/^0*\([0-9]*\)-.*/\1/')
    grep -q "^ *title = \"$number " "$script" || echo "$script: the title does not start with $number"
    grep -q '^ *source = "' "$script" || echo "$script: no source"
    grep -q '^ *expect = "' "$script" || echo "$script: no expected verdict"
done >"$work/heads"
[ -s "$work/heads" ] && { cat "$work/heads"; bad=1; }

for crypto in real ideal; do
    "$UCSIM" check --quiet --crypto $crypto environments/scenarios >"$work/out" 2>&1 ||
        { echo "ucsim check --crypto $crypto environments/scenarios: exit $?"; tail -n 60 "$work/out"; bad=1; }
done
exit $bad
