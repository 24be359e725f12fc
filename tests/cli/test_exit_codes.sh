#!/bin/sh
# Exit codes. Of several files the worst decides, in any order: an error, then another verdict than expected, then a limit.
# The code says what the report of the same run says. The first seed with another verdict ends `--seeds`. What is damaged is
# an error of every command that reads it, wherever it stands among what is not.
set -u
: "${UCSIM:?}"
here=$(cd "$(dirname "$0")/../.." && pwd)
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
bad=0
gives() { # CODE ARGUMENT...: the exit code of ucsim
    want=$1; shift
    (cd "$T" && timeout 60 "$UCSIM" "$@") >"$T/out" 2>"$T/err" </dev/null; got=$?
    [ $got = "$want" ] || { echo "exit code $got, expected $want: ucsim $*"; tail -n 5 "$T/out" "$T/err"; bad=1; }
}
script() { # NAME EXTRA BODY
    printf 'return scenario { title = "%s", parties = { "hsm1", "hsm2" }, crypto = "ideal", %s\nenvironment = function (z)\n%s\nend }\n' "$1" "$2" "$3" >"$T/$1.lua"
}

# ---- every two of them, in both orders
script 0 '' 'z:keygen("hsm1")'
script 1 'expect = "distinguished",' 'z:keygen("hsm1")'
script 2 '' 'z:dance("hsm1")'
script 3 'budget = 300,' 'while true do z:status("hsm1", "00") end'
worst() { case "$1$2" in *2*) echo 2 ;; *1*) echo 1 ;; *3*) echo 3 ;; *) echo 0 ;; esac; }
for a in 0 1 2 3; do
    for b in 0 1 2 3; do
        gives "$(worst $a $b)" check -q $a.lua $b.lua
    done
done
mkdir "$T/traces"
for a in 0 1; do "$UCSIM" check -q --trace "$T/traces/$a.jsonl" "$T/$a.lua" >/dev/null 2>&1; done
head -c 900 "$T/traces/0.jsonl" >"$T/traces/2.jsonl"
for a in 0 1 2; do
    for b in 0 1 2; do
        gives "$(worst $a $b)" replay -q traces/$a.jsonl traces/$b.jsonl
    done
done

# ---- limits of the script outside of its environment: before the search, and before there is a scenario
prefix() { # CODE BODY
    printf 'return scenario { title = "p", crypto = "ideal", explore = { sign = 1 }, prefix = function (z)\n%s\nend }\n' "$2" >"$T/prefix.lua"
    gives "$1" explore prefix.lua
}
prefix 3 'while true do end'
prefix 2 'error("x")'
prefix 2 'z:dance("hsm1")'
prefix 0 'z:keygen("hsm1")'
echo 'while true do end' >"$T/endless.lua"
for command in check 'run --world real' explore advantage; do
    # shellcheck disable=SC2086
    gives 3 $command endless.lua
done

# ---- instances of one scenario: explored, 1 finds something, 3 goes on beyond the depth
for order in '0, 1' '1, 0' '1, 3' '3, 1' '3, 0' '0, 3' '0, 0'; do
    cat >"$T/many.lua" <<END
return scenario {
  title = "instances", parties = { "hsm1", "hsm2" }, crypto = "ideal", capacity = 8, storage = "rollback",
  for_each = { code = { $order } },
  explore = { keygen = 1, transfer = 0, deliver = 0, sign = params.code == 3 and 3 or 1, messages = { "m" }, wrong = 0, any = 0, restart = 1,
              restore = params.code == 1 and 1 or 0 },
  environment = function (z) end,
}
END
    gives "$(worst "${order%,*}" "${order#*, }")" explore -q --depth 3 many.lua
done

# ---- the code is what the report says, of one run and of several seeds (a broken protocol breaks A4 in them only)
for run in 0.lua 1.lua "--seeds=8 $here/environments/scenarios/handover/hand-over.lua" "--seeds=2 1.lua"; do
    # shellcheck disable=SC2086
    (cd "$T" && "$UCSIM" check --json $run) >"$T/json" 2>&1; got=$?
    grep -q '"as_expected": true,' "$T/json"; want=$?
    grep -q "\"summary\": {\"total\": 1, \"as_expected\": $((1 - want)), \"unexpected\": $want," "$T/json" && [ $got = $want ] ||
        { echo "check $run: exit code $got, reported $(grep '_expected' "$T/json")"; bad=1; }
    verdict=$(sed -n 's/.*"verdict": "\([^"]*\)".*/\1/p' "$T/json") expect=$(sed -n 's/.*"expect": "\([^"]*\)".*/\1/p' "$T/json")
    [ "$verdict" = "$expect" ]; [ $? = $want ] && [ "$verdict" ] || { echo "check $run: $verdict, where $expect is expected, is exit code $got"; bad=1; }
done

# ---- the first seed with another verdict ends it, whatever the next ones give
key_of_seed() { (cd "$T" && "$UCSIM" run --world real --seed "$1" 0.lua) | sed -n 's/.* key .*vk=\([0-9a-f]\{4\}\).*/\1/p' | head -n 1; }
for unlucky in 1 2; do
    script seeds '' "local vk = z:keygen('hsm1').vk
        assert(string.format('%02x%02x', vk:byte(1, 2)) ~= '$(key_of_seed $unlucky)', 'unlucky')"
    gives 1 check --seeds 3 seeds.lua
    grep -q "assertion failed ($unlucky seeds\{0,1\})" "$T/out" || { echo "seed $unlucky: $(cat "$T/out")"; bad=1; }
    gives 0 check -q --seed 3 --seeds 3 seeds.lua
done

# ---- damaged: cut off or of another kind, before and behind what is not; a folder's other files do not hide it
mkdir "$T/folder"
sed 's/0, 0/0/' "$T/many.lua" >"$T/one.lua"
for damage in 'head -c 900' 'sed 1d' 'sed $d'; do
    $damage "$T/traces/0.jsonl" >"$T/damaged.jsonl"
    $damage "$T/0.lua" | head -c 90 >"$T/damaged.lua"
    for name in a z; do
        rm -f "$T/folder"/*
        cp "$T/traces/0.jsonl" "$T/folder/m.jsonl" && cp "$T/damaged.jsonl" "$T/folder/$name.jsonl"
        gives 2 replay -q folder
        gives 2 report folder -o page.html
        rm "$T/folder"/*.jsonl
        cp "$T/0.lua" "$T/folder/m.lua" && cp "$T/damaged.lua" "$T/folder/$name.lua"
        gives 2 check -q folder
        gives 2 lint folder
    done
    for files in 'traces/0.jsonl damaged.jsonl' 'damaged.jsonl traces/0.jsonl'; do
        gives 2 replay -q $files
        gives 2 report $files -o page.html
        gives 2 plot sweep $files -o plot.svg
    done
    gives 2 diagram damaged.jsonl -o chart.dot
    gives 2 plot ownership damaged.jsonl -o plot.svg
    gives 2 shrink damaged.jsonl
    gives 2 run --world real damaged.lua
    gives 2 explore -q damaged.lua
    gives 2 advantage damaged.lua
    gives 2 explore -q one.lua --resume damaged.jsonl
    gives 2 audit signatures --public damaged.jsonl folder
done
[ ! -e "$T/page.html" ] && [ ! -e "$T/plot.svg" ] && [ ! -e "$T/chart.dot" ] || { echo "a file was made of what is damaged"; bad=1; }
exit $bad
