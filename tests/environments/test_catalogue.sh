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

"$UCSIM" check environments/scenarios >"$work/real" 2>&1 || { echo "ucsim check environments/scenarios: exit $?"; tail -n 40 "$work/real"; bad=1; }
# The same with the other provider: a copy of the folder, each script with crypto = "ideal".
cp -R environments/scenarios "$work/scenarios"
find "$work/scenarios" -name '[0-9]*.lua' | while read -r script; do
    grep -q '^ *crypto = ' "$script" && sed -i '/^ *crypto = /d' "$script"
    sed -i 's/^return scenario {$/return scenario { crypto = "ideal",/' "$script"
done
"$UCSIM" check "$work/scenarios" >"$work/ideal" 2>&1 || { echo "with crypto ideal: exit $?"; tail -n 40 "$work/ideal"; bad=1; }
exit $bad
