#!/bin/sh
# The table of rules and clauses says what clauses.txt says, and a handful of clauses are needed (all of them in long_clauses.sh).
set -u
cd "$(dirname "$0")/../.." || exit 2
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "python3 is not installed"; exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0
/usr/bin/python3 tests/must_diverge/clauses.py --table >"$work/table" || bad=1
sed -n '/^| rule /,$p' docs/rules.md >"$work/page"
diff "$work/page" "$work/table" || { echo "docs/rules.md is not what clauses.py --table says"; bad=1; }
/usr/bin/python3 tests/must_diverge/clauses.py quick >"$work/quick" || { cat "$work/quick"; bad=1; }
exit $bad
