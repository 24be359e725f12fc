#!/bin/sh
# What the command line makes of scripts: exit codes and messages, and the same bytes in two processes.
set -u
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
bad=0

script() { printf "return scenario { title = 't', crypto = 'ideal', environment = function (z)\n%s\nend }\n" "$1" >"$t/s.lua"; }
expect() { # CODE TEXT
    "$UCSIM" check "$t/s.lua" >"$t/out" 2>&1
    got=$?
    [ $got = "$1" ] && grep -qF -e "$2" "$t/out" && return
    echo "expected exit $1 and '$2', got exit $got:"; cat "$t/out"; bad=1
}

script "return nothing_here";                 expect 2 "s.lua:2: undefined global 'nothing_here'"
script "local t = {";                         expect 2 "s.lua:3: "
script "while true do end";                   expect 3 "s.lua:2: limit: the script ran out of instructions"
script "local s = 'x' while true do s = s .. s end"; expect 3 "s.lua:2: limit: the script ran out of memory"
script "assert(z:keygen('hsm1') == nil)";     expect 1 "s.lua:2: assertion failed"
script "z:keygen('hsm1')";                    expect 0 "indistinguishable"
echo "while true do end" >"$t/s.lua";         expect 3 "s.lua:1: limit"
echo "return { title = 't' }" >"$t/s.lua";    expect 2 "s.lua:1: expected the file to return scenario"
# What C calls has a place too: here our look at a field meets a look of theirs at ours.
script "z:sign('hsm1', setmetatable({}, { __index = z }), 'm')"; expect 2 "s.lua:2: z has no"
script "z:request('hsm1',
setmetatable({}, { __index = function () z:keygen('hsm1') end }))"; expect 2 "s.lua:"
rm "$t/s.lua";                                expect 2 "No such file"

script "z:corrupt('hsm9')";                   expect 2 "s.lua:2: corrupt: expected the name of a party, got 'hsm9'; did you mean"

# Enclaves: every party in one, each once.
enclaves() { printf "return scenario { title = 't', parties = { 'a', 'b' }, enclaves = %s,\nenvironment = function (z) end }\n" "$1" >"$t/s.lua"; }
enclaves "{ one = { 'a', 'b' } }";            expect 0 "indistinguishable"
enclaves "{ one = { 'a' } }";                 expect 2 "enclaves: expected every party in one of them"
enclaves "{ one = { 'a', 'b' }, two = { 'a' } }"; expect 2 "enclaves: expected every party in one of them, got 'a'"
enclaves "{ one = { 'a', 'c' } }";            expect 2 "enclaves: expected every party in one of them, got 'c'"
enclaves "{ one = { } }";                     expect 2 "expected a list of parties"
enclaves "'one'";                             expect 2 "enclaves: expected a table of lists of parties, got 'one'"

# A field that goes with the script's options but not with those that the command changes.
printf "return scenario { title = 't', explore = { sign = 1 },\ntag_bytes = 2,\nenvironment = function (z) end }\n" >"$t/s.lua"
for command in 'check --crypto ideal' 'run --world real --crypto ideal' explore; do
    # shellcheck disable=SC2086
    "$UCSIM" $command "$t/s.lua" >"$t/err" 2>&1
    [ $? = 2 ] && grep -q 's.lua:2: tag_bytes: an ideal seal has no tag to shorten' "$t/err" || { echo "$command: $(cat "$t/err")"; bad=1; }
done

# Addresses, hash seeds and the collector differ between processes; the trace must not.
script "local t = {} for i = 1, 300 do t['k' .. i * 7919 % 1000] = {} end
local out = {} for k, v in pairs(t) do out[#out + 1] = k .. tostring(v) .. tostring(print) end
table.sort(out, function (x, y) return #x < #y end)
local k = z:keygen('hsm1') z:sign('hsm1', k, table.concat(out) .. math.random(1 << 40))
for i = 1, 200 do local waste = ('x'):rep(100000) .. i end
z:sign('hsm1', k, string.format('%s %s', t, z))"
for i in 1 2 3; do
    "$UCSIM" run --world real --trace "$t/trace$i" "$t/s.lua" >/dev/null 2>"$t/err" || { cat "$t/err"; bad=1; }
done
cmp "$t/trace1" "$t/trace2" && cmp "$t/trace1" "$t/trace3" || bad=1
grep -q 0x "$t/trace1" && { echo "an address in the trace"; bad=1; }
exit $bad
