#!/bin/sh
# Every broken version still applies, names what catches it and what exploration makes of it, and the quick ones are caught.
set -u
cd "$(dirname "$0")/../.." || exit 2
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }
bad=0 work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
for file in tests/must_diverge/*.patch; do
    rm -rf "${work:?}/source"
    for name in $(basename "$file" .patch) $(sed -n 's/^with: *//p' "$file"); do
        for source in $(sed -n 's,^+++ b/\([^[:space:]]*\).*,\1,p' "tests/must_diverge/$name.patch"); do
            mkdir -p "$work/source/$(dirname "$source")"
            [ -f "$work/source/$source" ] || cp "$source" "$work/source/$source"
        done
        patch -s -p1 -d "$work/source" -i "$PWD/tests/must_diverge/$name.patch" >"$work/log" 2>&1 ||
            { echo "$file: $name does not apply"; cat "$work/log"; bad=1; }
    done
    for word in name breaks; do
        grep -q "^$word: ." "$file" || { echo "$file: no '$word:' line"; bad=1; }
    done
    grep -q '^catcher: .* => .\|^equivalent: .' "$file" || { echo "$file: says neither what catches it nor why nothing can"; bad=1; }
    name=$(basename "$file" .patch)
    case $(sed -n '/^---/q; s/^explored: //p' "$file") in
    *' => indistinguishable, because '*) [ ! -e "tests/must_diverge/counterexamples/$name.txt" ] ||
        { echo "$file: nothing is found, and there is a counterexample"; bad=1; } ;;
    *' => '*' moves') [ -f "tests/must_diverge/counterexamples/$name.txt" ] ||
        { echo "$file: there is no counterexamples/$name.txt (run.sh --record $name)"; bad=1; } ;;
    *) echo "$file: does not say what exploration finds, or why it cannot"; bad=1 ;;
    esac
    sed -n 's/^catcher: *\(.*\) => .*/\1/p' "$file" | while read -r catcher; do
        catcher=${catcher##* } # after options
        [ -f "$catcher" ] || [ -f "$catcher.c" ] || { echo "$file: there is no $catcher"; exit 1; }
    done || bad=1
done
for file in tests/must_diverge/counterexamples/*.txt; do
    [ -f "tests/must_diverge/$(basename "$file" .txt).patch" ] || { echo "$file: of no broken version"; bad=1; }
done
sh tests/must_diverge/run.sh quick || bad=1
exit $bad
