#!/bin/sh
# Nothing keeps state beside its regions: scenarios in torture mode get the verdicts that they get without. A few of them; all with
# UCSIM_LONG_TESTS (361 alone takes two seconds, as its store is written hundreds of times).
set -u
: "${UCSIM:?}"
cd "$(dirname "$0")/../.." || exit 2
scenarios="environments/scenarios/transfer-crash/74-in-a-circle.lua environments/scenarios/channel
    $(find environments/scenarios/storage -name '*.lua' ! -name '361-*' | LC_ALL=C sort)"
[ -z "${UCSIM_LONG_TESTS:-}" ] || scenarios=environments/scenarios
# shellcheck disable=SC2086
"$UCSIM" check --torture --quiet $scenarios
