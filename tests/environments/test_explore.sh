#!/bin/sh
# ucsim explore and shrink from the outside: small bounds exhausted for the real protocol, limits, bad input, files. With
# UCSIM_LONG_TESTS a larger search is interrupted, for longer, and more sizes of a reserve and numbers of jobs are tried.
set -u
: "${UCSIM:?}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0
fail() { echo "FAILED: $*"; bad=1; }

scenario() { # FILE EXTRA BOUNDS
    cat >"$dir/$1.lua" <<END
return scenario {
  title = "$1", parties = { "hsm1", "hsm2", "hsm3" }, scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  protocol = "ticketed-transfer", capacity = 3, $2
  expect = "${expect:-indistinguishable}",
  environment = function (z) end,
  $3
}
END
}
run() { # CODE ARGUMENTS...: output in $dir/out
    want=$1; shift
    "$UCSIM" "$@" >"$dir/out" 2>"$dir/err" </dev/null; got=$?
    [ $got = "$want" ] || { fail "exit $got instead of $want: ucsim $*"; sed 's/^/    /' "$dir/out" "$dir/err" | tail -n 20; }
}
says() { grep -q -- "$1" "$dir/out" "$dir/err" || { fail "nothing says '$1'"; sed 's/^/    /' "$dir/out" "$dir/err" | tail; }; }

# Every schedule of small bounds: both trust settings, crash points, replays and redirections, two keys, corruption.
scenario crashes   ''                       'explore = { sign = 1, transfer = 1, deliver = 2, crash = 1, restart = 1 },'
scenario pairwise  'trust = "pairwise",'    'explore = { transfer = 1, deliver = 2, corrupt = 1, sign = 1 },'
scenario keys      ''                       'explore = { keygen = 2, sign = 2, transfer = 1, deliver = 2 },'
scenario counter   'storage = "monotonic",' 'explore = { sign = 1, transfer = 1, crash = 1, restore = 1 },'
for s in crashes pairwise keys counter; do
    run 0 explore "$dir/$s.lua" --bound wrong=0 --bound any=0 --bound messages=1 --bound keygen-by=1
    says 'nothing found'
    says ', complete; the script itself was not explored'
done
# Every crash point of a write, under every storage model that keeps the promise, with and without a reserve, which is lost
# then; and injected blocks with it.
[ "${UCSIM_LONG_TESTS:-}" ] && windows="0 1 2 3" || windows=2
for r in $windows; do
    for s in atomic torn rollback; do
        scenario window "storage = '$s', reservation = $r, capacity = $((r + 3))," 'explore = { sign = 2, transfer = 1, crash = 1, restart = 1 },'
        run 0 explore "$dir/window.lua" -b wrong=0 -b any=0 -b messages=1 -b parties=2 -b keygen-by=1
        says 'nothing found'
    done
done
# With every wrong argument too.
scenario wrong '' 'explore = { transfer = 1, sign = 1, cancel = 1, mutate = 1 },'
run 0 explore "$dir/wrong.lua" -b keygen-by=1 -b messages=1
says 'error code bad-count'

# Symmetry: fewer states, the same verdict; refused where it is not known to hold.
states() { sed -n 's/.*"states":\([0-9]*\).*/\1/p' "$dir/out"; }
for world in both real; do
    set -- explore "$dir/crashes.lua" -b wrong=0 -b any=0 -b messages=1 --world $world --json
    run 0 "$@"; all=$(states)
    run 0 "$@" --symmetry; less=$(states)
    says '"symmetry":true'
    [ "$less" -lt "$all" ] || fail "symmetry visits $less states of $all"
    run 0 "$@" --symmetry --no-symmetry
    [ "$(states)" = "$all" ] || fail '--no-symmetry does not switch it off'
done
run 2 explore "$dir/crashes.lua" --symmetry --crypto real;  says 'expected crypto ideal'

# A storage that may be rolled back: the protocol must be told apart, by few moves, and the trace replays.
scenario rollback 'storage = "rollback",' 'explore = { sign = 2, restore = 1 },'
run 1 explore "$dir/rollback.lua" -b wrong=0 -o "$dir/found.jsonl" --schedule "$dir/found.txt"
says 'found by'
# What the scenario expects and what was found are two fields: it still happens here.
for file in found.jsonl found.txt; do
    run 1 replay "$dir/$file";                             says 'no progress after'
    says 'expected indistinguishable; what was found still happens'
done
grep -qx 'option expect indistinguishable' "$dir/found.txt" && grep -qx 'option found "no progress: A3"' "$dir/found.txt" ||
    fail "found.txt does not say what was expected and what was found: $(grep -E '^option (expect|found)' "$dir/found.txt")"
# In a mended build (here: another storage) it does not; a file of before, which knows what was found only, is read on.
for file in found.jsonl found.txt; do
    sed 's/"storage":"rollback"/"storage":"monotonic"/; s/^option storage rollback/option storage monotonic/' "$dir/$file" >"$dir/mended"
    run 0 replay "$dir/mended";                            says 'found was no progress: A3, which does not happen any more'
done
sed '/^option found/d; s/^option expect .*/option expect "no progress"/' "$dir/found.txt" >"$dir/before.txt"
run 0 replay "$dir/before.txt"
run 1 explore "$dir/rollback.lua" -b wrong=0 --strategy random --seed 3 --shrink-tries 0 --schedule "$dir/long.txt"
run 0 shrink "$dir/long.txt" -o "$dir/short.txt" --trace "$dir/short.jsonl"
run 1 replay "$dir/short.txt"
run 1 replay "$dir/short.jsonl"
moves() { grep -cvE '^(#|ucsim-schedule|option|$)' "$1"; }
[ "$(moves "$dir/short.txt")" -le "$(moves "$dir/long.txt")" ] || fail 'shrinking made it longer'

# A finding in one world: what is written replays in both, and is shrunk there, with the verdict that it names.
for world in real ideal; do
    run 1 explore "$dir/rollback.lua" -b wrong=0 --world $world --schedule "$dir/one.txt" -o "$dir/one.jsonl"
    run 1 replay "$dir/one.txt";                           says 'still happens'
    run 1 replay "$dir/one.jsonl";                         says 'still happens'
    run 0 shrink "$dir/one.txt" -o "$dir/less.txt"
    run 1 replay "$dir/less.txt";                          says 'still happens'
done
# Views that differ after a rule was broken are not shrunk to the rule.
run 0 check environments/scenarios/storage/22-snapshot.lua --trace "$dir/22.jsonl"
run 0 shrink "$dir/22.jsonl" -o "$dir/22.txt"
run 0 replay "$dir/22.txt";                               says 'distinguished after'

# What a scenario expects is a verdict and, where it says so, a rule; anything else that is found is not as expected.
expecting() { # CODE EXPECTATION [RULE]
    (expect=$2; scenario expecting 'storage = "rollback",'"${3:+ expect_rule = \"$3\",}" 'explore = { sign = 2, restore = 1, wrong = 0 },')
    run "$1" explore "$dir/expecting.lua"
}
expecting 0 'no progress: A3'
expecting 0 'no progress'
expecting 1 'no progress: A2';      says 'no progress (expected no progress: A2)'
expecting 1 'distinguished';        says 'no progress (expected distinguished)'
expecting 0 'distinguished' A3
expecting 1 'distinguished' I1;     says 'no progress (expected distinguished: I1)'
(expect=distinguished; scenario harmless '' 'explore = { sign = 1, wrong = 0 },')
run 1 explore "$dir/harmless.lua";  says 'nothing found (expected distinguished)'
run 1 explore "$dir/harmless.lua" --json; says '"expect":"distinguished"'

# Several scenarios in one file: each is named; there is one file for one finding only.
scenario several 'for_each = { capacity = { 1, 2 } },' 'explore = { sign = 1, wrong = 0 },'
run 0 explore "$dir/several.lua";           says 'several.lua (capacity=1): nothing found'
run 2 explore "$dir/several.lua" -o "$dir/x"; says 'expect one scenario, got 2 by for_each'

# What A seals and signs with stolen keys, flaws and all, is accepted or refused alike.
scenario stolen '' 'explore = { transfer = 1, deliver = 1, corrupt = 1, counterfeit = 1, flawed = 1, wrong = 0, messages = 1 },'
run 0 explore "$dir/stolen.lua" -b keygen-by=1 -b parties=2
says ' inject,'; says ' verify,'
says 'payload: the block is not in \[0,N)'; says 'payload: the public key does not give the kid'
says 'payload: for another party'; says 'payload: another number of keys was requested'
says 'payload: the seed does not give the public key'

# A session whose every state has many thousand moves stops at its limit all the same, whatever the strategy.
{ printf 'return scenario { title = "many", capacity = 3, expect = "indistinguishable", parties = {'
  awk 'BEGIN { for (i = 1; i <= 70; i++) printf "\"p%d\", ", i }'
  echo '}, environment = function (z) end, explore = { transfer = 2, sign = 1, crash = 1 } }'; } >"$dir/many.lua"
for strategy in bfs dfs random pct; do
    run 3 explore "$dir/many.lua" --seconds 0.1 --strategy $strategy
    says 'nothing found in what was searched'
done

# The same output for any number of jobs, and again.
[ "${UCSIM_LONG_TESTS:-}" ] && all='1 2 3' || all='1 3'
for jobs in $all; do
    run 0 explore "$dir/keys.lua" -b wrong=1 -b keygen-by=1 --json --jobs $jobs
    cp "$dir/out" "$dir/jobs$jobs"
    cmp "$dir/jobs1" "$dir/jobs$jobs" || fail "$jobs jobs change the output"
done
grep -q '"end":"complete"' "$dir/jobs1" || fail 'JSON does not say that it is complete'
# Memory by parts, which come to no more than the peak, and bytes a state in all; only on demand, as it is measured.
grep -q memory "$dir/jobs1" && fail 'memory is told though nobody asked'
run 0 explore "$dir/keys.lua" -b wrong=1 -b keygen-by=1 --json --measured
sed -n 's/^ "memory":\(.*\),$/\1/p' "$dir/out" | python3 -c '
import json, sys
m = json.loads(sys.stdin.read()); states = int(sys.argv[1])
parts = [m[k] for k in ("hashes", "frontier", "candidates", "regions", "remembered", "log", "besides")]
assert len(m) == 10 and m["different-regions"] > 0 and sum(parts) == m["peak"] and all(p >= 0 for p in parts) and m["hashes"] >= 24 * states / 8, m
assert abs(m["bytes-a-state"] - m["peak"] / states) <= .06, m' "$(states)" || fail 'memory by parts is wrong'
run 0 explore "$dir/keys.lua" -b wrong=0 -b keygen-by=1 --measured
says '^  memory: [0-9.]* bytes a state in all, at most [0-9.]* MiB: hashes [0-9.]*, frontier [0-9.]*, candidates [0-9.]*, regions [0-9.]*, remembered [0-9.]*, log [0-9.]*, besides [0-9.]*$'

# Interrupted and resumed: the same in the end.
[ "${UCSIM_LONG_TESTS:-}" ] && sign=2 soon=0.3 || sign=1 soon=0.15
bounds="-b wrong=0 -b any=0 -b keygen-by=1 -b transfer=2 -b deliver=1 -b crash=1 -b parties=2 -b sign=$sign"
set -- explore "$dir/keys.lua" $bounds --json
run 0 "$@"
cp "$dir/out" "$dir/whole"
run 3 "$@" --seconds 0.1 --checkpoint "$dir/state"
[ -s "$dir/state" ] || fail 'no checkpoint was written'
cp "$dir/state" "$dir/early"
timeout -s INT $soon "$UCSIM" "$@" --resume "$dir/state" >/dev/null 2>&1
# Again, deep enough for a level that does not stand in the order of its parents: states were taken over by better ways.
run 3 "$@" --resume "$dir/state" --seconds $soon --checkpoint "$dir/deep"
run 0 "$@" --resume "$dir/deep"
says '"resumed":{"from":"deep","states":[1-9][0-9]*,"depth":[1-9][0-9]*,"faults":[01]}'
cp "$dir/out" "$dir/again"
sed 's/^ "resumed":.*/ "resumed":null,/' "$dir/again" | cmp - "$dir/whole" || fail 'resuming changed the result'
run 2 "$@" -b any=1 --resume "$dir/state";                                says 'of this search, with any=1, got one with any=0'
run 2 "$@" --no-commute --resume "$dir/state";                            says 'of this search, with commute=0, got one with commute=1'
sed 's/title = "/&other /' "$dir/keys.lua" >"$dir/other.lua"
run 2 explore "$dir/other.lua" --resume "$dir/state";                     says 'of this search, with script=[0-9a-f]*, got one with script='
: >"$dir/empty"
run 2 "$@" --resume "$dir/empty";                                         says 'expected a checkpoint, got an empty file'
run 2 "$@" --resume "$dir/jobs1";                                         says 'expected a checkpoint, got another file'
run 2 explore "$dir/keys.lua" -b sign=99999999999999999999;               says "expected NAME=NUMBER below 2^63, got 'sign=99999999999999999999'"
sed 's/^ucsim-explore-checkpoint [0-9]*/ucsim-explore-checkpoint 5/' "$dir/early" >"$dir/older" # it held all states
run 2 "$@" --resume "$dir/older";                                         says 'expected a checkpoint of version 6, got version 5'
head -c 300 "$dir/state" >"$dir/cut"
run 2 "$@" --resume "$dir/cut";                                           says 'got a damaged one'
{ head -c 2000 "$dir/early"; printf x; tail -c +2002 "$dir/early"; } >"$dir/damaged"
run 2 "$@" --resume "$dir/damaged";                                       says 'got a damaged one'
set -- explore "$dir/keys.lua" $bounds
run 3 "$@" --resume "$dir/deep" --seconds 0.05; says 'resumed from .*/deep: [1-9][0-9]* states, .* taken on trust'
run 2 "$@" --strategy dfs --checkpoint "$dir/none";                       says 'expected --strategy bfs with --checkpoint'

# Told to end, it ends like an interrupted one: what it has is kept.
scenario long '' 'explore = { deliver = 9, sign = 9, transfer = 9, crash = 9 },'
for signal in INT TERM HUP; do
    rm -f "$dir/kept"
    timeout -s $signal 0.3 "$UCSIM" explore "$dir/long.lua" --checkpoint "$dir/kept" >"$dir/out" 2>"$dir/err"
    says 'stopped: interrupted'
    run 3 explore "$dir/long.lua" --resume "$dir/kept" --memory 8
done
# A name that cannot be written is refused before the search; a disk that is full loses no result.
run 2 explore "$dir/long.lua" --checkpoint "$dir/none/x"; says "none/x: cannot be written: No such file"
run 2 explore "$dir/rollback.lua" -b wrong=0 -o /dev/full; says 'found by'; says '/dev/full: cannot be written'
"$UCSIM" explore "$dir/rollback.lua" -b wrong=0 >/dev/full 2>"$dir/err"; got=$?
[ $got = 2 ] || fail "exit $got instead of 2 with a full standard output"
says 'standard output: expected to write'
# No memory at all is a limit as well. (Sanitizers want more than that for themselves.)
if (ulimit -v 80000; "$UCSIM" --version) >/dev/null 2>&1; then
    (ulimit -v 80000; run 3 explore "$dir/long.lua"; says 'out of the memory allowed'; says 'covered: every schedule'; exit $bad) || bad=1
fi

# Limits say what was covered; bad input says what was expected.
run 3 explore "$dir/keys.lua" --memory 2;                 says 'out of the memory allowed'; says 'states ('
says 'nothing found in what was searched'; says 'covered: every schedule of at most [0-9]* moves with at most 0 faults; [0-9]* states'
run 3 explore "$dir/keys.lua" --depth 2;                  says 'up to the depth allowed'
says 'covered: every schedule of at most 2 moves'
run 3 explore "$dir/keys.lua" -b deliver=9 -b sign=9 -b transfer=9 --seconds 0.2; says 'out of the time allowed'
run 2 explore "$dir/keys.lua" --strategy dfs --jobs 2;    says 'expected 1 with --strategy dfs'
run 2 explore "$dir/keys.lua" --strategy best;            says "got 'best'"
run 2 explore "$dir/keys.lua" -b foo=1;                   says 'expected one of keygen'
run 2 explore "$dir/keys.lua" -b sign;                    says 'expected NAME=NUMBER'
run 2 explore "$dir/nothing.lua"
scenario unbound '' ''
run 2 explore "$dir/unbound.lua";                         says 'expected bounds for exploration'
domain() { scenario domain '' "explore = { sign = 1, $1 },"; run 2 explore "$dir/domain.lua"; says "$2"; }
domain 'counts = 3'                            'counts: expected a list of integers, got 3'
domain 'counts = { "one" }'                    'counts: expected a list of integers'
domain 'counts = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }' 'counts: expected at most 8, got 9'
domain 'messages = { 1 }'                      'messages: expected a list of texts'
domain 'messages = { "a", "b", "c", "d", "e" }' 'messages: expected at most 4, got 5'
domain 'transfer = { 1, 2 }'                   'transfer: expected an integer from 0 to 1000, got a list of 2'
domain 'flawed = 2'                            'domain.lua:6: flawed: expected an integer from 0 to 1, got 2'
domain 'keygen_by = 0'                         'keygen_by: expected an integer from 1 to 1000, got 0'
run 2 explore "$dir/keys.lua" -b flawed=2;                says 'bound flawed: expected an integer from 0 to 1, got 2'
run 2 explore "$dir/keys.lua" -b sign=99999999999;        says 'bound sign: expected an integer from 0 to 1000, got 99999999999'
run 2 explore "$dir/keys.lua" --strategy random --seed=-1; says 'expected a number from 0 to 2^63 - 1'
run 2 explore "$dir/keys.lua" --strategy random --walks 0; says 'expected 1 or more, got 0'
for strategy in dfs random pct; do
    for option in --no-commute --no-deepening; do
        run 2 explore "$dir/keys.lua" --strategy $strategy $option; says "$option: expected --strategy bfs, got $strategy"
    done
done
run 2 explore "$dir/keys.lua" --walks 5; says '--walks: expected --strategy random or pct, got bfs'
run 2 explore "$dir/keys.lua" --strategy dfs --seed 5; says '--seed: expected --strategy random or pct, got dfs'
run 2 explore "$dir/keys.lua" --strategy random --change-points 5; says '--change-points: expected --strategy pct, got random'
run 2 explore "$dir/keys.lua" --strategy bogus --walks 5; says 'expected one of bfs, dfs, random, pct'
run 2 explore /dev/zero;                                  says 'expected a file or a pipe, got a device'
scenario counts '' 'explore = { counts = { 1 } },'
run 0 explore "$dir/counts.lua" -b sign=1 -b wrong=0;     says ' counts=1;'
scenario first '' 'explore = { sign = 1, wrong = 0, keygen_by = 1 },'
run 0 explore "$dir/first.lua";                           says ' keygen-by=1;'
run 0 explore "$dir/unbound.lua" -b sign=1 -b wrong=0
run 2 shrink "$dir/nowhere";                             says 'No such file'
printf 'ucsim-schedule 1\ncorrupt hsm1\nrequest hsm2 none 1 hsm1\ndeliver hsm2 hex:00 from:1\n' >"$dir/made.txt"
run 0 replay "$dir/made.txt" --trace "$dir/made.jsonl"
grep -q '"text":"deliver hsm2 hex:00 from:1"' "$dir/made.jsonl" || fail 'a trace forgets what bytes were made from'
run 0 replay "$dir/made.jsonl"
printf 'ucsim-schedule 1\nkeygen hsm1 "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8"\n' >"$dir/harmless.txt"
run 1 shrink "$dir/harmless.txt";                         says 'nothing is found by this schedule'
exit $bad
