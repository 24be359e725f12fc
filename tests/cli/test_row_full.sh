#!/bin/sh
# A state that has more parts than a row of a search holds is a limit: exit 3, with what was covered, whatever the strategy,
# and at once, with any jobs (walks in full runs only). 300 parties make keys and sign: in both worlds a key has parts at every party.
set -u
: "${UCSIM:?}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0
cat >"$dir/many.lua" <<'LUA'
local names = {}
for i = 1, 300 do names[i] = "signer" .. i end
return scenario { title = "many", crypto = "ideal", parties = names, capacity = 3, expect = "indistinguishable",
  explore = { keygen = 2, sign = 2, messages = 1, wrong = 0, status = 0 } }
LUA
ends() { # WORDS OF WHAT IS COVERED; ARGUMENT...
    words=$1
    shift
    timeout 60 "$UCSIM" explore "$dir/many.lua" "$@" >"$dir/out" 2>&1 </dev/null
    got=$?
    for needed in "stopped: the state has more parts, or a move changes more, than a row of a search holds" "$words"; do
        [ $got = 3 ] && grep -q "$needed" "$dir/out" && continue
        echo "expected exit 3 and '$needed', got exit $got: explore $*"
        sed 's/^/    /' "$dir/out" | cut -c1-200
        bad=1
    done
}
ends "covered: every schedule of at most 1 moves" --jobs 2
ends "covered: the states counted above; not every schedule" --strategy dfs
[ -z "${UCSIM_LONG_TESTS:-}" ] ||
    ends "covered: the walks counted above, which came to their end; 10000 were asked for" --strategy random
exit $bad
