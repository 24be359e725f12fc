#!/bin/sh
# Every broken version still applies, names what catches it and what exploration makes of it, and the quick ones are caught.
set -u
cd "$(dirname "$0")/../.." || exit 2
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }
bad=0 work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
here=tests/must_diverge

# With those that it needs, to copies of what they change.
applies_with() { # FILE NEEDED...
    rm -rf "${work:?}/source"
    for patch in $(printf "$here/%s.patch " $2) "$1"; do
        for source in $(sed -n 's,^+++ b/\([^[:space:]]*\).*,\1,p' "$patch"); do
            mkdir -p "$work/source/${source%/*}"
            [ -f "$work/source/$source" ] || cp "$source" "$work/source/$source"
        done
        patch -s -p1 -d "$work/source" -i "$PWD/$patch" >"$work/log" 2>&1 || return 1
    done
}
awk 'FNR == 1 { head = 1; needs = "" }
/^---/ { if (head) print FILENAME, needs; head = 0 }
head && sub(/^with: */, "") { needs = needs " " $0 }' "$here"/*.patch >"$work/needs"
while read -r file needs; do
    if [ -n "$needs" ]; then applies_with "$file" "$needs"
    else patch -s -p1 --dry-run -i "$file" >"$work/log" 2>&1 </dev/null
    fi || { echo "$file: does not apply"; cat "$work/log"; bad=1; }
done <"$work/needs"

# The heads: what each must say, and as "need FILE PATH" or "none FILE PATH" what must exist, or must not.
awk '
function check() {
    if (file == "") return
    if (!said["name"]) print file ": no \"name:\" line"
    if (!said["breaks"]) print file ": no \"breaks:\" line"
    if (!caught) print file ": says neither what catches it nor why nothing can"
    text = file
    sub(/.*\//, "", text); sub(/\.patch$/, ".txt", text)
    text = here "/counterexamples/" text
    if (explored ~ / => indistinguishable, because /) print "none", file, text
    else if (explored ~ / => .*, [0-9]+ moves$/) print "need", file, text
    else print file ": does not say what exploration finds, or why it cannot"
}
FNR == 1 { check(); file = FILENAME; split("", said); explored = ""; caught = body = 0 }
/^---/ { body = 1 }
body { next }
/^(name|breaks): ./ { word = $1; sub(/:/, "", word); said[word] = 1 }
/^equivalent: ./ { caught = 1 }
/^explored: / { explored = $0 }
/^catcher: .* => ./ {
    caught = 1
    sub(/ => .*/, "")
    print "need", file, $NF ($NF ~ /\.(lua|sh)$/ || $NF !~ /^tests\// ? "" : ".c")
}
END { check() }' here="$here" "$here"/*.patch >"$work/heads"
while read -r word file path; do
    case $word in
    need) [ -e "$path" ] || { echo "$file: there is no $path"; bad=1; } ;;
    none) [ ! -e "$path" ] || { echo "$file: nothing is found, and there is $path"; bad=1; } ;;
    *) echo "$word $file $path"; bad=1 ;;
    esac
done <"$work/heads"
for file in tests/must_diverge/counterexamples/*.txt; do
    name=${file##*/}
    [ -f "$here/${name%.txt}.patch" ] || { echo "$file: of no broken version"; bad=1; }
done
sh tests/must_diverge/run.sh quick || bad=1
exit $bad
