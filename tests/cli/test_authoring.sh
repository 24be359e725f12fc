#!/bin/sh
# ucsim new, lint, watch.
set -u
t=$(mktemp -d) || exit 1
watcher=
trap '[ -n "$watcher" ] && kill "$watcher" 2>/dev/null; rm -rf "$t"' EXIT
bad=0
root=$PWD
wrong() { echo "$1"; bad=1; }

# ---- new ----
cd "$t" || exit 1
"$UCSIM" new my-first >out 2>&1 || wrong "new: $(cat out)"
"$UCSIM" check --quiet my-first.lua >out 2>&1 || wrong "what new writes does not pass: $(cat out)"
"$UCSIM" lint my-first.lua >out 2>&1 || wrong "what new writes has findings: $(cat out)"
"$UCSIM" explore my-first.lua >out 2>&1 || wrong "what new writes cannot be explored: $(cat out)"
grep -q 'title   = "my first"' my-first.lua || wrong "new: no title"
echo mine >there.lua
"$UCSIM" new there 2>err; [ $? = 2 ] && [ "$(cat there.lua)" = mine ] || wrong "new overwrites"
grep -q "there.lua is there already" err || wrong "new: $(cat err)"
for name in "" "no such/name" 'a"b' .lua a/ ..; do
    "$UCSIM" new "$name" >/dev/null 2>err; [ $? = 2 ] && [ -s err ] || wrong "new '$name' is accepted"
done

# ---- lint: one finding each, with its line and what was meant ----
finds() { # LINE-OF-SCRIPT EXPECTED
    printf "return scenario { title = 't', environment = function (z)\nlocal key = z:keygen('hsm1')\n%s\nend,\nadversary = function (a)\n%s\nend }\n" \
        "$1" "${3:-}" >s.lua
    "$UCSIM" lint --own s.lua >out 2>&1
    code=$?
    [ $code = 2 ] && grep -qF -e "$2" out && [ "$(wc -l <out)" = 1 ] && return
    wrong "lint: expected '$2' for '$1' ${3:-}, got exit $code: $(cat out)"
}
finds "z:sgin('hsm1', key, 'm')" "s.lua:3: z has no 'sgin'; did you mean 'sign'?"
finds "if false then z:crsh('hsm1') end" "s.lua:3: z has no 'crsh'; did you mean 'crash'?"
finds "" "s.lua:6: a has no 'on_sent'; did you mean 'on_send'?" "a:on_sent(function () end)"
finds "" "s.lua:6: unknown method 'filp'; did you mean 'flip'?" "a:on_send(function (p) a:deliver(p.to, p:filp(3)) end)"
finds "z:request('hsm2', { key = key, cuont = 1, from = 'hsm1' })" "s.lua:3: request: unknown field 'cuont'; did you mean 'count'?"
finds "z:seal { with = key, form = 'hsm1' }" "s.lua:3: seal: unknown field 'form'; did you mean 'from'?"
finds "assert(z:status('hsm1', key).remainnig == nil)" "s.lua:3: unknown field 'remainnig'; did you mean 'remaining'?"
finds "assert(key.kind ~= 'eror')" "s.lua:3: no message has the kind 'eror'; did you mean 'error'?"
finds "assert(z:sign('hsm1', key, 'm').error ~= 'exausted')" "s.lua:3: there is no error 'exausted'; did you mean 'exhausted'?"
finds "z.sign('hsm1', key, 'm')" "s.lua:3: expected z:sign(...), got z.sign(...)"
finds "local n = cuont or key" "s.lua:3: undefined global 'cuont'"
finds "local s = string.fromat('%s', key)" "s.lua:3: unknown function 'fromat'; did you mean 'format'?"
finds "asert(key)" "s.lua:3: undefined global 'asert'; did you mean 'assert'?"
finds "end, expct = 'distinguished', prefix = function (z)" "s.lua:3: unknown field 'expct'; did you mean 'expect'?"
finds "local t = { key.kdi, a = 1 }" "s.lua:3: unknown field 'kdi'; did you mean 'kid'?"
finds "local x = (" "s.lua:4: "
echo "return scenario { title = [[a z:nothing]], --[==[ z:nothing ]==]
  environment = function (z) -- z:nothing(
    local t = { own = 1, f = function (n, ...) return n, ... end } -- own names, a method of a text, a loop, a label
    for i, v in ipairs({ 'x' }) do z:keygen('hsm' .. i) local s <const> = ('x'):rep(t.own) t.f(v .. s) goto done ::done:: end
    function t:go() return self.own end t:go()
    t.two, t[1].three = 1, 2 t.go(t.two, t[1].three) -- a list of targets
  end }" >fine.lua
"$UCSIM" lint --own fine.lua >out 2>&1 || wrong "lint finds what is not wrong: $(cat out)"
mkdir lib && echo "local l = {} function l.f(z) z:stauts('hsm1') end return l" >lib/own.lua
echo "local l = use 'own' return scenario { title = 't', environment = function (z) l.f(z) l.g(z) end }" >s.lua
"$UCSIM" lint --own s.lua >out 2>&1
grep -qF "own.lua:1: z has no 'stauts'; did you mean 'status'?" out && grep -qF "s.lua:1: unknown field 'g'" out || wrong "lint of a library: $(cat out)"
# Errors in libraries name files so that they can be opened from where the program was started.
mkdir -p far/lib && cp s.lua far && cp lib/own.lua far/lib && echo "local x = = 1" >far/lib/bad.lua && echo "use 'bad'" >far/b.lua
echo "local l = use 'own' return scenario { title = 'p', prefix = function (z) l.f(z) end, explore = { sign = 1 } }" >far/p.lua
named() { # COMMAND...: says so
    said=$1; shift
    "$UCSIM" "$@" >out 2>&1
    grep -qF -e "$said" out || wrong "ucsim $*: expected '$said', got $(cat out)"
}
named "lib/own.lua:1: z has no 'stauts'; did you mean 'status'? (called from s.lua:1)" check s.lua
named "far/lib/own.lua:1: z has no 'stauts'; did you mean 'status'? (called from far/s.lua:1)" check far/s.lua
named "ucsim: far/lib/own.lua:1: z has no 'stauts'; did you mean 'status'? (called from far/s.lua:1)" run --world real far/s.lua
named "far/lib/own.lua:1: z has no 'stauts'" lint --own far/s.lua
named "prefix: far/lib/own.lua:1: z has no 'stauts'; did you mean 'status'? (called from far/p.lua:1)" explore far/p.lua
named "far/lib/bad.lua:1: unexpected symbol near '='" check far/b.lua
"$UCSIM" lint --own "$root/environments/scenarios" >out 2>&1 || wrong "lint of the catalogue: $(cat out)"
"$UCSIM" lint >/dev/null 2>err; [ $? = 2 ] || wrong "lint without a file"
mkdir bin && ln -s "$(command -v sh)" bin/sh
PATH=$t/bin "$UCSIM" lint my-first.lua >out 2>err || wrong "lint without luacheck fails"
grep -q "luacheck is not installed" err || wrong "lint does not say that luacheck is missing"
printf '#!/bin/sh\nfor f; do :; done\necho "$f:1:1: (W211) found"\nexit 1\n' >bin/luacheck && chmod +x bin/luacheck
PATH=$t/bin "$UCSIM" lint my-first.lua >out 2>err; [ $? = 2 ] && grep -q "my-first.lua:1:1: (W211) found" out || wrong "luacheck's findings are lost: $(cat out err)"

# ---- watch ----
soon() { # TEXT COUNT: appears in the watcher's output within 10 seconds
    for _ in $(seq 100); do
        [ "$(grep -c -e "$1" watched)" -ge "$2" ] && return
        sleep 0.1
    done
    wrong "watch: expected '$1' $2 times, got: $(cat watched)"
}
echo "local l = use 'own' return scenario { title = 't', crypto = 'ideal', environment = function (z) l.f(z) end }" >s.lua
echo "local l = {} function l.f(z) z:keygen('hsm1') end return l" >lib/own.lua
: >watched
"$UCSIM" watch s.lua >watched 2>&1 &
watcher=$!
soon waiting 1; soon "1 as expected" 1
echo "local l = {} function l.f(z) assert(false) end return l" >lib/own.lua # what it uses
soon waiting 2; soon "FAILED" 1
echo "return scenario { title = 't2', crypto = 'ideal', environment = function (z) end }" >s.tmp && mv s.tmp s.lua # as editors do
soon "t2" 1; soon waiting 3
echo "nonsense" >notes.txt
mv s.lua away.lua; soon "s.lua: No such file or directory; waiting for it" 1 # and as others do
sed 's/t2/t3/' away.lua >s.lua
soon "t3" 1; soon "waiting for changes" 4
kill -TERM $watcher # a shell's background job ignores SIGINT only if it was ignored; TERM goes the same way
wait $watcher; code=$?; watcher=
[ $code = 0 ] || wrong "watch ends with $code"
[ "$(grep -c "waiting for changes" watched)" = 4 ] || wrong "watch runs for other files"
exit $bad
