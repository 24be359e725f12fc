#!/bin/sh
# Explorations that keep the hashes of one level end like those that keep all: the same figures and counterexamples, with and without
# moves that commute and symmetry, with one job and two, stopped and gone on with.
#   UCSIM=build/release/ucsim tests/must_diverge/levels.sh BOUNDS...     (bounds/BOUNDS.lua; none: all)
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0 seen=0
[ $# -gt 0 ] || set -- $(find tests/must_diverge/bounds -maxdepth 1 -name '*.lua' ! -name pairs.lua -exec basename {} .lua \; | LC_ALL=C sort)
explore() { # OUT ARGUMENTS: all that is printed
    out=$1; shift
    "$UCSIM" explore "$@" --json --memory 4000 </dev/null 2>&1 | sed 's/^ "resumed":.*/ "resumed":null,/' >"$out"
}
compare() { # WHAT
    cmp -s "$work/all" "$work/one" || { echo "$1: differs"; diff "$work/all" "$work/one" | cut -c1-200 | head -n 4; bad=1; }
    seen=$((seen + 1))
}
for bounds in "$@"; do
    file=tests/must_diverge/bounds/$bounds.lua
    for reduction in "" --no-commute --symmetry; do
        explore "$work/all" $reduction --all-hashes "$file"
        grep -q '"states":' "$work/all" || continue # symmetry is refused there
        explore "$work/one" $reduction "$file"
        compare "$bounds $reduction"
        explore "$work/one" $reduction --jobs 2 "$file"
        compare "$bounds $reduction --jobs 2"
        [ "$(grep -c '"ucsim-explore"' "$work/all")" = 1 ] || continue # a checkpoint is of one scenario
        rm -f "$work/kept"
        for seconds in 0.02 0.1 0.4; do
            if [ -f "$work/kept" ]; then resume=--resume; else resume=--checkpoint; fi
            "$UCSIM" explore $reduction --quiet --seconds $seconds $resume "$work/kept" --memory 4000 "$file" </dev/null >/dev/null 2>&1
            [ $? = 3 ] || break
        done
        [ -f "$work/kept" ] || continue
        explore "$work/one" $reduction --resume "$work/kept" "$file"
        compare "$bounds $reduction, resumed"
    done
done
[ $seen -gt 0 ] || { echo "nothing was compared"; bad=1; }
echo "$seen explorations compared"
exit $bad
