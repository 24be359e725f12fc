#!/bin/sh
# The catalogue: its table is current, numbers are unique to a file name, every script gets its verdict with both crypto
# providers (the dearest with ideal only; all with UCSIM_LONG_TESTS), and no entry of G1 to G10 (1 to 120) is without a script or
# a row that says why.
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
awk '/^\| [0-9]+ \| / { has[$2] = 1 }
     END { for (n = 1; n <= 120; n++) if (!(n in has)) print "entry " n " has neither a script nor a reason" }' \
    docs/scenarios-catalogue.md >"$work/entries"
find environments/scenarios -name '[0-9]*.lua' -exec awk '
function look() {
    if (file == "") return
    if (!title) print file ": the title does not start with " number
    if (!source) print file ": no source"
    if (!expect) print file ": no expected verdict"
}
FNR == 1 { look(); file = number = FILENAME; title = source = expect = 0; sub(/.*\//, "", number); sub(/^0*/, "", number); sub(/-.*/, "", number) }
/^ *title = "/ && index($0, "title = \"" number " ") { title = 1 }
/^ *source = "/ { source = 1 }
/^ *expect = "/ { expect = 1 }
END { look() }' {} + >"$work/heads"
cat "$work/entries" "$work/heads" | grep . && bad=1

# with crypto real the sizes, and two scripts that make a key for each of many seeds, take most of the time: in full runs only
some=$(find environments/scenarios -name '*.lua' ! -path '*/lib/*' ! -path '*/sizes/*' ! -name 97-harvest.lua ! -name '350-*' |
       LC_ALL=C sort)
[ "${UCSIM_LONG_TESTS:-}" ] && some=environments/scenarios
for crypto in real ideal; do
    [ $crypto = real ] && of=$some || of=environments/scenarios
    "$UCSIM" check --quiet --crypto $crypto $of >"$work/out" 2>&1 ||
        { echo "ucsim check --crypto $crypto: exit $?"; tail -n 60 "$work/out"; bad=1; }
done
exit $bad
