#!/bin/sh
# Every numeric option of scenarios, bounds and the command line at its ends and beyond, and every two of them at their
# extremes (tests/cli/extremes.py).
: "${UCSIM:?}"
[ -x /usr/bin/python3 ] || { echo "no python3"; exit 77; }
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
/usr/bin/python3 tests/cli/extremes.py "$UCSIM" "$T" all
