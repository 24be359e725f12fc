#!/bin/sh
# Two builds of ucsim say the same to the last byte: traces of every scenario in both worlds, verdicts, schedules and figures
# of every exploration, checkpoints. For a change that must change nothing, such as files that move.
#   sh tests/house/gate.sh OLD_UCSIM NEW_UCSIM [quick]
# Both run on the scenarios and bounds of this tree, but for those of protocols that the old one has not. Exit 0: no difference; 1: the differing files are named and kept.
set -u
cd "$(dirname "$0")/../.." || exit 2
[ $# -ge 2 ] && [ -x "$1" ] && [ -x "$2" ] || { echo "usage: sh tests/house/gate.sh OLD_UCSIM NEW_UCSIM [quick]" >&2; exit 2; }
work=$(mktemp -d) || exit 2
old=$1
every=1
[ "${3:-}" = quick ] && every=8

known() { # FILE: has the old build its protocol, and sessions?
    ! grep -q '^ *sessions *=' "$1" || "$old" run --world real "$1" >"$work/unknown" 2>&1 || [ $? -ne 2 ] || return 1
    protocol=$(sed -n 's/^ *protocol *= *"\([^"]*\)".*/\1/p' "$1" | head -n 1)
    [ -z "$protocol" ] || grep -q "^  $protocol " "$work/list"
}
"$1" list >"$work/list" 2>"$work/unknown" # scenarios that it cannot load stand last
scripts=$(find environments/scenarios tests/must_diverge/scenarios tests/must_diverge/bounds -name '*.lua' ! -path '*/lib/*' | LC_ALL=C sort |
    while read -r script; do known "$script" && echo "$script"; done)
explored=$(grep -lE "explore *=" $scripts)

# each in its folder, under the same names: paths stand in what is said
in_folder() { # FOLDER UCSIM CHECKPOINTS
    mkdir -p "$1" && ln -s "$2" "$1/ucsim"
    n=0
    for script in $scripts; do
        n=$((n + 1)); [ $((n % every)) = 0 ] || continue
        name=$(echo "$script" | tr / .)
        for world in real ideal; do
            "$1/ucsim" run --world $world --trace="$1/$name.$world.jsonl" "$script" >"$1/$name.$world.out" 2>&1
        done
    done
    "$1/ucsim" check --harvest $(echo "$scripts" | grep '^environments/') >"$1/check.out" 2>&1
    for script in $explored; do
        n=$((n + 1)); [ $((n % every)) = 0 ] || continue
        name=$(echo "$script" | tr / .)
        [ $every -gt 1 ] && [ "$(basename "$script")" = pairs.lua ] && continue
        "$1/ucsim" explore --json --schedule "$1/$name.schedule" "$script" >"$1/$name.json" 2>&1
        [ -f "$3/$name" ] || continue # a checkpoint of the old one, from which both go on
        cp "$3/$name" "$1/$name.checkpoint"
        "$1/ucsim" explore --json --resume "$1/$name.checkpoint" "$script" >"$1/$name.resumed.json" 2>&1
    done
    for schedule in tests/golden/*.schedule; do
        "$1/ucsim" replay --trace "$1/$(basename "$schedule").jsonl" "$schedule" >"$1/$(basename "$schedule").out" 2>&1
    done
    rm "$1/ucsim"
}
mkdir "$work/checkpoints"
for script in $explored; do
    "$1" explore --quiet --seconds 1 --checkpoint "$work/checkpoints/$(echo "$script" | tr / .)" "$script" >/dev/null 2>&1
done
in_folder "$work/old" "$(realpath "$1")" "$work/checkpoints"
in_folder "$work/new" "$(realpath "$2")" "$work/checkpoints"
# seconds and memory are no part of a result
sed -i -E 's/"(seconds|peak)[a-z_]*" *: *[0-9.]+/"\1": 0/g; /^ "memory":/d; s/"visited-bytes":[0-9]*,//' "$work"/old/*.json "$work"/new/*.json
if diff -rq "$work/old" "$work/new" >"$work/differ"; then
    echo "$(find "$work/old" -type f | wc -l) files, no difference"
    rm -rf "$work"
    exit 0
fi
cat "$work/differ"
echo "kept in $work"
exit 1
