#!/bin/sh
# Every two options together (bounds/pairs.lua, and bounds/crypto-real.lua with crypto real): the unbroken build is exhausted
# within the bounds, nothing is found, and the table in docs/exploration.md says how many states that were.
#   UCSIM=build/release/ucsim tests/must_diverge/pairs.sh [--table] [OPTION of ucsim explore ...]
# --table prints the rows for docs/exploration.md. With an option, such as --bound sign=1, the table is not compared.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
print=no
[ "${1:-}" != --table ] || { print=yes; shift; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
code=0
explore() { # FILE ARGUMENTS: rows "instance|end|verdict|bounds|states"
    file=$1; shift
    "$UCSIM" explore "tests/must_diverge/bounds/$file.lua" --json --memory 4000 "$@" >"$work/out" 2>>"$work/err" </dev/null || code=$?
    # one object for each instance; each begins with "ucsim-explore"
    { tr -d '\n' <"$work/out"; echo; } | sed 's/{ *"ucsim-explore"/\n&/g' | sed -n '
        s/.*"instance":"[a-z]*=\([^"]*\)".*"end":"\([^"]*\)".*"verdict":"\([^"]*\)".*"bounds":{\([^}]*\)}.*"states":\([0-9]*\).*/\1|\2|\3|\4|\5/p'
}
explore pairs "$@" >"$work/rows"
explore crypto-real --crypto real "$@" >"$work/real"
sed 's/|/+real|/' "$work/real" >>"$work/rows"
awk -F '|' '{
    n = split($4, bound, ","); text = ""
    for (i = 1; i <= n; i++) {
        split(bound[i], part, ":"); gsub(/[" ]/, "", part[1]); gsub(/ /, "", part[2])
        if (part[2] + 0 && part[1] != "status") text = text (text ? ", " : "") part[1] " " part[2]
    }
    printf "| %s | %s | %d |\n", $1, text, $5
}' "$work/rows" >"$work/table"
[ $print = no ] || { cat "$work/table"; exit $code; }
bad=0
[ $code -eq 0 ] && [ -s "$work/rows" ] || { echo "ucsim explore: exit $code"; cat "$work/err"; bad=1; }
grep -v '|complete|indistinguishable|' "$work/rows" && bad=1
[ $# -gt 0 ] || while read -r row; do
    grep -qxF "$row" docs/exploration.md || { echo "not in docs/exploration.md: $row"; bad=1; }
done <"$work/table"
exit $bad
