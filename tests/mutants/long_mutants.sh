#!/bin/sh
# 200 broken versions, made mechanically, in a quarter of an hour at most: no room has more survivors than its floor allows
# (rooms.txt), and the list of survivors that are argued (survivors.txt) is current. docs/mutants.md.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${VARIANT:=release}"
[ "$VARIANT" = release ] || { echo "mutants are of the release build"; exit 77; }
exec /usr/bin/python3 tests/mutants/mutants.py run --gate --sample 200 --seed 1 --minutes 14 --jobs "$(nproc)"
