#!/bin/sh
# How soon exploration finds each broken version of tests/must_diverge that it can find (those whose head tells a
# counterexample), within the bounds of tests/must_diverge/scenarios/within-bounds.lua: moves to the first counterexample,
# not shrunk, and milliseconds of the whole program, for bfs, dfs and random walks. Part of `make bench` only when asked for:
#
#   make bench BENCH="counterexamples"
#   B=build/release SEEDS=100 bench/counterexamples.sh [NAME ...]
#
# Random: median and 90th percentile over SEEDS seeds (docs/benchmarks.md). Exit 1: a version does not
# build, or bfs with --symmetry finds another verdict or length.
set -u
cd "$(dirname "$0")/.." || exit 2
: "${B:=build/release}" "${SEEDS:=100}" "${VARIANT:=release}" "${CC:=gcc}"
export B VARIANT CC
scenario=tests/must_diverge/scenarios/within-bounds.lua
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

# UCSIM ARGUMENTS: "MOVES MILLISECONDS VERDICT", or "- MILLISECONDS -" when nothing was found
measure() {
    ucsim=$1; shift
    began=$(date +%s%N)
    "$ucsim" explore $scenario --json --shrink-tries 0 --memory 1500 "$@" >"$out/json" 2>"$out/err" </dev/null
    ended=$(date +%s%N)
    moves=$(sed -n 's/.*"found-moves":\([0-9]*\).*/\1/p' "$out/json")
    verdict=$(sed -n 's/.*"verdict":"\([^"]*\)".*/\1/p' "$out/json" | tr ' ' '-')
    [ "${moves:-0}" -gt 0 ] || { moves=-; verdict=-; }
    echo "$moves $(((ended - began) / 1000000)) $verdict"
}

# FILE COLUMN: "MEDIAN 90TH" of the lines that found something
percentiles() {
    awk -v c="$2" '$1 != "-" { print $c }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { if (!NR) print "- -"; else print v[int((NR + 1) / 2)], v[int((9 * NR + 9) / 10)] }'
}

one() { # NAME
    sh tests/must_diverge/run.sh --build "$1" >"$out/log" 2>&1 || { echo "$1: $(tail -n 1 "$out/log")"; return 1; }
    ucsim=$B/must_diverge/$1/ucsim
    measure "$ucsim" >"$out/bfs"
    measure "$ucsim" --symmetry >"$out/less"
    read -r bm bt bv <"$out/bfs"; read -r sm _ sv <"$out/less"
    [ "$bm $bv" = "$sm $sv" ] || { echo "$1: bfs finds $bm $bv, with --symmetry $sm $sv"; return 1; }
    [ "$bm" != - ] || { echo "$1: not within these bounds"; rm -rf "$B/must_diverge/$1"; return 0; }
    measure "$ucsim" --strategy dfs >"$out/dfs"
    : >"$out/random"
    seed=1
    while [ $seed -le "$SEEDS" ]; do
        measure "$ucsim" --strategy random --walks 10000 --seed $seed >>"$out/random"
        seed=$((seed + 1))
    done
    rm -rf "$B/must_diverge/$1"
    read -r dm dt _ <"$out/dfs"
    set -- "$1" $(percentiles "$out/random" 1) $(percentiles "$out/random" 2) "$(grep -vc '^-' "$out/random")"
    printf '%-34s %4s %6s %5s %6s %6s %4s %6s %6s %4s\n' "$1" "$bm" "$bt" "$dm" "$dt" "$2" "$3" "$4" "$5" "$6"
}

mkdir -p "$B/must_diverge"
[ $# -gt 0 ] || set -- $(grep -l '^counterexample:' tests/must_diverge/*.patch | sed 's,.*/,,; s,\.patch$,,')
printf '%-34s %11s %12s %24s\n' "" "bfs" "dfs" "random, of $SEEDS seeds"
printf '%-34s %4s %6s %5s %6s %6s %4s %6s %6s %4s\n' version moves ms moves ms moves 90% ms 90% found
bad=0
for name in "$@"; do
    one "$name" || bad=1
done
exit $bad
