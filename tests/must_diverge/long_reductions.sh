#!/bin/sh
# Reductions off and on find the same in every broken version: the bounds of each head are explored as they are, with both
# orders of commuting moves, by two jobs, and with symmetry where it applies. Verdict, rule and length must be the same; with
# two jobs every byte of the summary.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${B:=build/release}" "${VARIANT:=release}" "${CC:=gcc}"
export B VARIANT CC
export MUST_DIVERGE_OUT="$B/must_diverge/reductions"
here=tests/must_diverge

# "VERDICT RULE MOVES" of a summary in JSON
gist() {
    tr -d '\n' <"$1" | sed -n 's/.*"verdict":"\([^"]*\)","rule":\(null\|"[^:]*\).*"found-moves":\([0-9]*\),.*/\1 \2 \3/p'
}

compare() { # NAME LINE
    left=${2%% => *} with=
    case $left in *' with '*) with=${left##* with } left=${left%% with *} ;; esac
    dir=$MUST_DIVERGE_OUT/$1${with:+/with-$with} bounds=${left%% *}
    mkdir -p "$dir"
    sh $here/run.sh --build "$1" $with >"$MUST_DIVERGE_OUT/$1.log" 2>&1 || { echo "FAILED: $1 does not build"; return; }
    set -- "$1" "$dir/ucsim" explore "$here/bounds/$bounds.lua" ${left#"$bounds"} --memory 2000 --json
    name=$1; shift
    "$@" >"$dir/plain" 2>&1 </dev/null
    expected=$(gist "$dir/plain")
    [ -n "$expected" ] || { echo "FAILED: $name: $(tail -n 1 "$dir/plain")"; return; }
    tried=
    for less in --no-commute '--jobs 2' --symmetry; do
        "$@" $less >"$dir/other" 2>&1 </dev/null
        if [ "$less" = --symmetry ] && grep -q -- '--symmetry: expected' "$dir/other"; then continue; fi
        got=$(gist "$dir/other")
        [ "$got" = "$expected" ] || echo "FAILED: $name: $expected, with $less $got"
        # a variable of the program is shared by jobs, which then race for it: the summary may be any
        if [ "$less" = '--jobs 2' ] && ! grep -q '^+static [A-Za-z]* [a-z]*;' "$here/$name.patch"; then cmp -s "$dir/plain" "$dir/other" || echo "FAILED: $name: jobs change the summary"; fi
        tried="$tried $less"
    done
    echo "same        $name: $expected;$tried"
    rm -rf "${MUST_DIVERGE_OUT:?}/$name"
}

if [ "${1:-}" = --one ]; then
    sed -n '/^---/q; s/^explored: *//p' "$here/$2.patch" | while read -r line; do compare "$2" "$line" </dev/null; done
    exit
fi
mkdir -p "$MUST_DIVERGE_OUT"
[ $# -gt 0 ] || set -- $(cd $here && ls ./*.patch | sed 's,^\./,,; s,\.patch$,,')
printf '%s\n' "$@" | xargs -P 2 -I{} sh "$here/long_reductions.sh" --one {} >"$MUST_DIVERGE_OUT/table"
LC_ALL=C sort "$MUST_DIVERGE_OUT/table"
compared=$(grep -c '^same' "$MUST_DIVERGE_OUT/table") symmetric=$(grep -c -- '--symmetry$' "$MUST_DIVERGE_OUT/table")
echo "$compared explorations compared, $symmetric of them with symmetry"
! grep -q '^FAILED' "$MUST_DIVERGE_OUT/table" && [ "$compared" -ge $# ] && [ "$symmetric" -gt 0 ]
