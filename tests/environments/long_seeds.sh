#!/bin/sh
# The whole catalogue with twenty seeds, harvested, with both crypto providers: every verdict as expected, rule A4 over the
# seeds, and no key that is not compromised in the hands of the attacker.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
for crypto in real ideal; do
    "$UCSIM" check --quiet --harvest --seeds 20 --crypto $crypto --jobs 2 environments/scenarios || exit 1
done
