#!/bin/bash
# How soon exploration finds each broken version of tests/must_diverge that it can find, within the bounds that its head
# names: moves to the first counterexample, not shrunk, and milliseconds of processor time of the whole program, for bfs,
# dfs and random walks. Part of `make bench` only when asked for:
#
#   make bench BENCH="counterexamples"
#   B=build/release SEEDS=100 bench/counterexamples.sh [NAME ...]
#
# Random: median and 90th percentile over SEEDS seeds (docs/benchmarks.md). Exit 1: a version does not build, or bfs does
# not find it.
set -u
cd "$(dirname "$0")/.." || exit 2
: "${B:=build/release}" "${SEEDS:=100}" "${VARIANT:=release}" "${CC:=gcc}"
export B VARIANT CC
export MUST_DIVERGE_OUT="$B/must_diverge/bench"
here=tests/must_diverge
TIMEFORMAT='%U %S'
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

# UCSIM ARGUMENTS: "MOVES MILLISECONDS", or "- MILLISECONDS" when nothing was found
measure() {
    ucsim=$1; shift
    seconds=$({ time "$ucsim" explore "$@" --json --shrink-tries 0 --memory 1500 >"$out/json" 2>"$out/err" </dev/null; } 2>&1)
    moves=$(sed -n 's/.*"found-moves":\([0-9]*\).*/\1/p' "$out/json")
    [ "${moves:-0}" -gt 0 ] || moves=-
    echo "$moves $(echo "$seconds" | awk '{ print int(($1 + $2) * 1000 + 0.5) }')"
}

# FILE COLUMN: "MEDIAN 90TH" of the lines that found something
percentiles() {
    awk -v c="$2" '$1 != "-" { print $c }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { if (!NR) print "- -"; else print v[int((NR + 1) / 2)], v[int((9 * NR + 9) / 10)] }'
}

one() { # NAME
    name=$1 with=
    left=$(sed -n '/^---/q; s/^explored: *\(.*\) => .* moves$/\1/p' "$here/$name.patch")
    [ -n "$left" ] || return 0
    case $left in *' with '*) with=${left##* with } left=${left%% with *} ;; esac
    sh $here/run.sh --build "$name" $with >"$out/log" 2>&1 || { echo "$name: $(tail -n 1 "$out/log")"; return 1; }
    bounds=${left%% *}
    set -- "$MUST_DIVERGE_OUT/$name${with:+/with-$with}/ucsim" "$here/bounds/$bounds.lua" ${left#"$bounds"}
    measure "$@" >"$out/bfs"
    measure "$@" --strategy dfs >"$out/dfs"
    : >"$out/random"
    seed=1
    while [ $seed -le "$SEEDS" ]; do
        measure "$@" --strategy random --walks 10000 --seed $seed >>"$out/random"
        seed=$((seed + 1))
    done
    rm -rf "${MUST_DIVERGE_OUT:?}/$name"
    read -r bm bt <"$out/bfs"
    read -r dm dt <"$out/dfs"
    set -- $(percentiles "$out/random" 1) $(percentiles "$out/random" 2) "$(grep -vc '^-' "$out/random")"
    printf '%-34s %-14s %4s %6s %5s %6s %6s %4s %6s %6s %4s\n' "$name" "$bounds" "$bm" "$bt" "$dm" "$dt" "$1" "$2" "$3" "$4" "$5"
    [ "$bm" != - ]
}

mkdir -p "$MUST_DIVERGE_OUT"
[ $# -gt 0 ] || set -- $(cd $here && ls ./*.patch | sed 's,^\./,,; s,\.patch$,,')
printf '%-49s %11s %12s %24s\n' "" "bfs" "dfs" "random, of $SEEDS seeds"
printf '%-34s %-14s %4s %6s %5s %6s %6s %4s %6s %6s %4s\n' version bounds moves ms moves ms moves 90% ms 90% found
bad=0
for name in "$@"; do
    one "$name" || bad=1
done
exit $bad
