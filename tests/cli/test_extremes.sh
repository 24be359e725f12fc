#!/bin/sh
# Options at their ends and beyond (tests/cli/extremes.py): a sample; all of them in long_extremes.sh.
: "${UCSIM:?}"
[ -x /usr/bin/python3 ] || { echo "no python3"; exit 77; }
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
/usr/bin/python3 tests/cli/extremes.py "$UCSIM" "$T" quick
