#!/bin/sh
# ucsim advantage from the outside: exit codes, messages, the same output for any number of jobs, SIGINT, the figure.
set -u
: "${UCSIM:?}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0

expect() { # CODE TEXT ARGUMENT...: the exit code, and a text in the output
    code=$1 text=$2
    shift 2
    "$UCSIM" "$@" >"$dir/out" 2>&1
    got=$?
    [ "$got" = "$code" ] || { echo "expected exit $code, got $got: $*"; sed 's/^/    /' "$dir/out"; bad=1; }
    [ -z "$text" ] || grep -qF -e "$text" "$dir/out" || { echo "expected '$text': $*"; sed 's/^/    /' "$dir/out"; bad=1; }
}

expect 0 "no difference found" advantage native:hand-over --samples 200
expect 0 "a difference within the bound of the bad events" advantage native:tag-guess --set queries=64 --samples 500
expect 2 "expected a number from 1 to 1000000000, got '0'" advantage native:hand-over --samples 0
expect 2 "expected a number from 1 to 1000000000, got '1000000001'" advantage native:hand-over --samples 1000000001
expect 2 "got '-5'" advantage native:hand-over --samples=-5
expect 2 "jobs: expected" advantage native:hand-over --jobs=-1
expect 2 "got 'many'" advantage native:hand-over --samples many
expect 2 "expected a number between 0 and 1, got '2'" advantage native:hand-over --alpha 2
expect 2 "unknown environment 'native:nothing'; expected one of native:hand-over" advantage native:nothing
expect 2 "expected one scenario" advantage
expect 2 "--sweep" advantage native:tag-guess --sweep nothing=1
expect 2 "has no parameter 'queries'" advantage native:hand-over --set queries=2
expect 2 "queries: expected a number from 1 to 65536" advantage native:tag-guess --set queries=0
expect 2 "an ideal seal has no tag to shorten" advantage native:hand-over --set tag_bytes=1
expect 2 "no-such.lua" advantage "$dir/no-such.lua"

cat >"$dir/no-guess.lua" <<'LUA'
return scenario { title = "no guess", environment = function (z) z:keygen("hsm1") end }
LUA
expect 2 "no-guess.lua: 'environment' makes no guess in sample 0, real world" advantage "$dir/no-guess.lua" --samples 5
cat >"$dir/wrong.lua" <<'LUA'
return scenario { title = "an error", crypto = "ideal", environment = function (z) z:keygen("hsm9") return 0 end }
LUA
expect 2 "wrong.lua:1:" advantage "$dir/wrong.lua" --samples 5
cat >"$dir/limit.lua" <<'LUA'
return scenario { title = "too long", crypto = "ideal", budget = 3,
  environment = function (z) for _ = 1, 9 do z:keygen("hsm1") end return 0 end }
LUA
expect 3 "limit" advantage "$dir/limit.lua" --samples 5
cat >"$dir/features.lua" <<'LUA'
local runs = 0
return scenario { title = "features", crypto = "ideal", parties = { "hsm1", "hsm2" },
  environment = function (z)
    runs = runs + 1
    local t = z:request("hsm2", { count = 1, from = "hsm1" })
    z:feature("first byte", t.ticket:byte(1))
    z:feature("run of this interpreter", runs) -- always 1: locals are new in every sample
    return runs - 1
  end }
LUA
expect 0 "first byte" advantage "$dir/features.lua" --samples 300 --feature "first byte" --feature "run of this interpreter"
expect 0 "Z guessed the same in every run" advantage "$dir/features.lua" --samples 300

expect 2 "feature 'last byte': no run named it" advantage "$dir/features.lua" --samples 3 --feature "last byte"

# a protocol that reuses an index after a rollback is told apart, and not by the bad events
for verdict in distinguished indistinguishable; do
    cat >"$dir/$verdict.lua" <<LUA
return scenario { title = "rollback", crypto = "ideal", storage = "rollback", expect = "$verdict",
  environment = function (z)
    local key = z:keygen("hsm1")
    local s = z:sign("hsm1", key, "a")
    z:restore("hsm1", 1)
    z:restart("hsm1")
    local t = z:sign("hsm1", key, "b")
    return t ~= nil and t.index == s.index
  end }
LUA
done
expect 0 "a difference that the bad events do not account for" advantage "$dir/distinguished.lua" --samples 200
expect 1 "advantage <= Pr[bad] DOES NOT HOLD" advantage "$dir/indistinguishable.lua" --samples 200

# the same for any number of jobs, as text and as JSON
for format in "" --json; do
    for jobs in 1 3; do
        "$UCSIM" advantage native:tag-guess --samples 300 --jobs $jobs $format >"$dir/$jobs" || bad=1
    done
    cmp "$dir/1" "$dir/3" || { echo "the result depends on the number of jobs"; bad=1; }
done

# an interrupted run reports what it has
"$UCSIM" advantage native:tag-guess --samples 100000000 >"$dir/out" 2>&1 &
pid=$!
sleep 0.5
kill -INT $pid
wait $pid
code=$?
[ $code = 0 ] && grep -q "INTERRUPTED, 100000000 were asked for" "$dir/out" ||
    { echo "interrupted: exit $code"; cat "$dir/out"; bad=1; }

# an option that would do nothing
expect 2 "--feature: expected a script" advantage native:hand-over --feature x --samples 2
expect 2 "--sweep: expected NAME=VALUE,..." advantage native:ticket-collision --sweep queries= --samples 2

# the figure
"$UCSIM" advantage native:ticket-collision --sweep queries=4,32,128 --samples 300 --json >"$dir/sweep.json" || bad=1
if command -v gnuplot >/dev/null; then
    expect 0 "" plot advantage "$dir/sweep.json" -o "$dir/sweep.svg"
    grep -q "measured advantage" "$dir/sweep.svg" || { echo "the figure has no measured advantage"; bad=1; }
    expect 2 "" plot advantage "$dir/features.lua" -o "$dir/none.svg"
    sed 's/"bound" *: *[0-9.e-]*/"bound": 1e999/' "$dir/sweep.json" >"$dir/far.json"
    expect 2 "far.json: bound: expected a number from" plot advantage "$dir/far.json" -o "$dir/none.svg"
    [ ! -e "$dir/none.svg" ] || { echo "a figure of nothing"; bad=1; }
fi
exit $bad
