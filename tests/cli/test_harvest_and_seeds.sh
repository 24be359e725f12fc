#!/bin/sh
# ucsim check --harvest and --seeds: no false alarm in the catalogue (a sample of it; all with UCSIM_LONG_TESTS), what they report, in every format, and that
# something in every family of scenarios is caught by the attacker that harvests.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
bad=0
wrong() { echo "$*"; bad=1; }
all=environments/scenarios hand_over=environments/scenarios/handover/hand-over.lua
stolen=environments/scenarios/corruption/94-shared-master-key.lua

# ---- the whole catalogue keeps its verdicts; what is harvested are compromised keys, in both worlds
# the sizes take most of the time: quick runs take every third of them, and with crypto ideal only; of the others every second
# of each family with crypto ideal, and with seeds; every fourth with crypto real
some=$(find $all -mindepth 1 -maxdepth 1 -type d ! -name lib ! -name sizes | LC_ALL=C sort) seeds=2
every() { # STEP: of each family
    find $some -name '*.lua' | LC_ALL=C sort | awk -F / -v step="$1" 'n[$3]++ % step == 0'
}
ideal="$(every 2) $(find $all/sizes -name '*.lua' | LC_ALL=C sort | awk 'NR % 3 == 0')" real=$(every 4)
seeded=$(every 2)
[ "${UCSIM_LONG_TESTS:-}" ] && ideal=$all real=$all seeded=$all seeds=8
for crypto in real ideal; do
    [ $crypto = real ] && of=$real || of=$ideal
    "$UCSIM" check --harvest --crypto $crypto --color=never $of >"$T/$crypto" 2>&1 ||
        wrong "check --harvest --crypto $crypto: $(grep -v '^ok' "$T/$crypto" | head -n 40)"
    grep '(harvested: ' "$T/$crypto" | grep -v '(compromised: ' && wrong "a key is harvested that nobody compromised"
    [ "$(grep -c '(harvested: ' "$T/$crypto")" -ge 15 ] || wrong "crypto $crypto: nearly nothing is harvested"
    # as many seeds as compromised keys: what F calls compromised, the attacker gets
    sed -n 's/.*(compromised: key \(.*\)) (harvested: \([0-9]*\) seeds\{0,1\}, \([0-9]*\) .*/\1 \2 \3/p' "$T/$crypto" |
        sed 's/, */,/g' | awk '{ n = split($1, k, ","); if (n != $2 || n != $3) print }' >"$T/odd"
    [ -s "$T/odd" ] && wrong "crypto $crypto: compromised keys, seeds and forgeries do not agree: $(cat "$T/odd")"
done
grep '(compromised: ' "$T/real" | grep -v '(harvested: \|(not harvested: nobody can with several sessions)' && wrong "a compromised key is not harvested"
"$UCSIM" check --harvest --torture --quiet $stolen $hand_over || wrong "not the same twice"
"$UCSIM" check --harvest --jobs 2 $stolen $all/channel >"$T/two" 2>&1
"$UCSIM" check --harvest $stolen $all/channel 2>&1 | cmp - "$T/two" || wrong "--jobs changes what is harvested"

# ---- seeds
"$UCSIM" check --seeds $seeds --crypto ideal --quiet $seeded >"$T/out" 2>&1 || wrong "check --seeds $seeds: $(cat "$T/out")"
[ -s "$T/out" ] && wrong "check --seeds --quiet: $(cat "$T/out")"
"$UCSIM" check --seeds 2 $hand_over | grep -q '^ok .*: indistinguishable (2 seeds)' || wrong "the number of seeds is not said"
cat >"$T/third.lua" <<'END'
return scenario {
  title = "unlucky in one seed", crypto = "ideal",
  environment = function (z)
    local key = z:keygen("hsm1")
    assert(key.vk:sub(1, 2) ~= "PREFIX", "an unlucky key")
  end,
}
END
"$UCSIM" run --world real --seed 3 "$T/third.lua" >"$T/run" 2>&1
prefix=$(sed -n 's/.* key .*vk=\([0-9a-f][0-9a-f]\).*/\1/p' "$T/run" | head -n 1)
sed -i "s/key.vk:sub(1, 2) ~= \"PREFIX\"/string.format(\"%02x\", key.vk:byte(1)) ~= \"$prefix\"/" "$T/third.lua"
"$UCSIM" check --seeds 6 "$T/third.lua" >"$T/out" 2>&1 && wrong "a verdict of one seed is lost"
grep -q 'FAILED .*assertion failed (3 seeds)' "$T/out" || wrong "the third seed: $(cat "$T/out")"
grep -q "reproduce: ucsim check --seed 3 $T/third.lua" "$T/out" || wrong "how to see it again: $(cat "$T/out")"

# a script that stops in a later seed is no verdict, whatever the seeds before it came to
sed 's/assert(\(.*\), "an unlucky key")/if not (\1) then error("stops", 0) end/' "$T/third.lua" >"$T/stops.lua"
"$UCSIM" check --seeds 2 --quiet "$T/stops.lua" || wrong "the script stops too early for this test"
"$UCSIM" check --seeds 6 "$T/stops.lua" >"$T/out" 2>&1; [ $? = 2 ] && grep -q '^error .*unlucky' "$T/out" && grep -q 'ucsim: stops' "$T/out" ||
    wrong "an error of one seed is lost: $(cat "$T/out")"

# ---- formats
sed "s/crypto = /seed = 3, &/" "$T/third.lua" >"$T/first.lua"
"$UCSIM" check --seeds 6 --tap --junit "$T/junit.xml" "$T/first.lua" >"$T/out" 2>&1
grep -q '^not ok 1 - .*: assertion failed (1 seed)$' "$T/out" || wrong "TAP, one seed: $(cat "$T/out")"
grep -q 'first.lua: 1 seed: ' "$T/junit.xml" || wrong "JUnit, one seed: $(cat "$T/junit.xml")"
"$UCSIM" check --seeds 3 --tap $hand_over | grep -q '^ok 1 - a plain hand-over: indistinguishable (3 seeds)' || wrong "TAP"
"$UCSIM" check --seeds 3 --quiet --junit "$T/junit.xml" $hand_over || wrong "JUnit"
grep -q 'hand-over.lua: 3 seeds: 3 keys, 3 tickets and 3 payloads compared$' "$T/junit.xml" || wrong "JUnit: $(cat "$T/junit.xml")"
"$UCSIM" check --seeds 3 --json $hand_over >"$T/json"
grep -q '"seeds": {"runs": 3, "keys": 3, "tickets": 3, "payloads": 3}' "$T/json" && grep -q '"harvest": null' "$T/json" || wrong "JSON: $(cat "$T/json")"
"$UCSIM" check --harvest --json $stolen >"$T/json"
grep -q '"harvest": {"guesses": [1-9][0-9]*, "seeds": 1, "forgeries": 1}' "$T/json" && grep -q '"seeds": null' "$T/json" || wrong "JSON: $(cat "$T/json")"

grep -q '"compromised": "8bc0af.."' "$T/json" || wrong "JSON: $(cat "$T/json")"
"$UCSIM" check --tap $stolen | grep -q '^# compromised: key 8bc0af..$' || wrong "TAP names no compromised key"
"$UCSIM" check --quiet --junit "$T/junit.xml" $stolen && grep -q 'compromised: key 8bc0af..' "$T/junit.xml" || wrong "JUnit names no compromised key"

# ---- what is not accepted
meant() { # EXPECTED ARGUMENT...
    text=$1; shift
    "$UCSIM" "$@" >/dev/null 2>"$T/err"
    [ $? = 2 ] && grep -qF -e "$text" "$T/err" || wrong "$*: expected '$text', got: $(cat "$T/err")"
}
meant "--seeds: expected 2 to 100000, got 1" check --seeds 1 $hand_over
meant "--seeds: expected 2 to 100000, got -2" check --seeds=-2 $hand_over
meant "expected --seeds or --trace, got both" check --seeds 2 --trace "$T/x" $hand_over
sed 's/crypto =/harvest = 1, crypto =/' "$T/third.lua" >"$T/bad.lua"
meant "bad.lua:2: harvest: expected true or false, got 1" check "$T/bad.lua"

# ---- where nobody can harvest
auth=$all/auth/500-in-order.lua
meant "harvest: expected a protocol with an attacker that harvests, got 'counted-macs'" check --harvest $auth
"$UCSIM" check --harvest $auth $hand_over >"$T/out" 2>&1 || wrong "with others: $(cat "$T/out")"
grep -q '^ok  .*500 .*: indistinguishable (not harvested: nobody can with counted-macs)$' "$T/out" &&
    [ "$(grep -c 'not harvested' "$T/out")" = 1 ] || wrong "not said: $(cat "$T/out")"

# ---- every family where it can has a broken version that the attacker catches there
for folder in "$all"/*/; do
    name=$(basename "$folder")
    [ "$name" = lib ] || grep -q "^catcher: --harvest $all/$name/" tests/must_diverge/*.patch && continue
    set -- "$folder"*.lua
    "$UCSIM" check --harvest "$1" 2>&1 |
        grep -q "expected a protocol with an attacker that harvests\|harvest: expected a scenario without 'sessions'" ||
        wrong "no broken version is caught by harvesting in $name"
done
exit $bad
