#!/bin/sh
# Charts, exports, plots and reports from fixed traces: golden texts, names with markup, missing tools, unwritable
# outputs, long runs. UPDATE=1 writes the golden files anew (then read the difference before committing).
set -u
: "${UCSIM:?}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
bad() { echo "FAILED: $*"; failed=1; }
expect() { # code, what, command...
    want=$1 what=$2; shift 2
    "$@" >"$work/out" 2>"$work/err"; code=$?
    [ "$code" -eq "$want" ] || bad "$what: exit $code, expected $want: $(head -n 2 "$work/err")"
}
says() { grep -qF -- "$1" "$work/err" || bad "$2: expected '$1' on stderr, got: $(cat "$work/err")"; }

# ---- golden texts ----
mkdir -p "$here/golden"
for trace in equal differs hostile empty one-world; do
    for format in dot mmd puml tex shiviz itf.json; do
        golden="$here/golden/$trace.$format" page=0
        [ "$format" = tex ] && page=1
        expect 0 "$trace.$format" "$UCSIM" diagram "$here/fixtures/$trace.jsonl" -o "$work/$trace.$format" --page $page
        [ "${UPDATE:-}" = 1 ] && cp "$work/$trace.$format" "$golden"
        cmp -s "$work/$trace.$format" "$golden" || {
            bad "$trace.$format is not as in $golden"; diff "$golden" "$work/$trace.$format" | head -n 6; }
    done
done
expect 0 "with dummies" "$UCSIM" diagram "$here/fixtures/equal.jsonl" -o "$work/dummy.dot" --dummy
[ "$(grep -c 'label="hsm1"' "$work/dummy.dot")" -eq 2 ] || bad "--dummy draws hsm1 in both worlds"
expect 0 "stdout" "$UCSIM" diagram "$here/fixtures/equal.jsonl" -f dot -o -
cmp -s "$work/out" "$here/golden/equal.dot" || bad "-o - writes the same text"

# ITF says actions, arguments in full, holdings as the ownership chart has them, and the broken rule
expect 0 "a rule that breaks" "$UCSIM" check --trace "$work/rule.jsonl" environments/scenarios/storage/24-disk-clone.lua
expect 0 "ITF of it" "$UCSIM" diagram "$work/rule.jsonl" -o "$work/rule.itf.json"
/usr/bin/python3 - "$here/golden" "$work/rule.itf.json" <<'P' || bad "ITF does not say what it should"
import json, sys
states = json.load(open(sys.argv[1] + "/equal.itf.json"))["states"]
number = lambda n: int(n["#bigint"])
for world in "real", "ideal":
    last = states[-1]["holdings"][world]
    assert sorted(i for h in last for i in range(number(h["first"]), number(h["end"]))) == list(range(32)), last
first = states[0]["real"]
assert first["action"].startswith("keygen hsm1 ") and first["kind"] == "keygen"
assert first["arguments"] == [{"name": "set", "type": "text", "value": first["action"].split()[2]}]
assert states[0]["holdings"]["real"] == [] and all(s["rule"] == "" for s in states)
broken = json.load(open(sys.argv[1] + "/differs.itf.json"))["states"]
assert any(h["holder"] == "used twice" for h in broken[-1]["holdings"]["ideal"])
rules = [s["rule"] for s in json.load(open(sys.argv[2]))["states"]]
assert rules[0] == "" and rules[-1] == "I4, I1", rules[-1]
P

# the words of the difference do not depend on colour
grep -q "first difference: index" "$here/golden/differs.dot" || bad "the difference is in words"
grep -q 'identical in the view of Z' "$here/golden/differs.dot" || bad "the equal stretch is folded"

# ---- check writes a folder of traces, report reads it ----
mkdir "$work/traces"
cat >"$work/one.lua" <<'L'
return scenario {
  title = "a block is lost", parties = { "hsm1", "hsm2" }, crypto = "ideal", for_each = { lost = { 0, 1 } },
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 3, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = ticket })
    if params.lost == 0 then z:deliver("hsm2", payload) end
  end,
}
L
expect 0 "check --trace FOLDER" "$UCSIM" check --trace "$work/traces" "$work/one.lua"
[ "$(cd "$work/traces" && echo *)" = "001-one.jsonl 002-one.jsonl" ] || bad "a trace for each instance: $(ls "$work/traces")"

# ---- numbers that no plot can show ----
number() { # FIELD GOT JSON
    echo "$3" >"$work/number.json"
    expect 2 "$3" "$UCSIM" plot exploration "$work/number.json" -o "$work/x.svg"
    says "number.json: $1: expected a number from -1e+300 to 1e+300, got $2" "$3"
}
number depth inf '{"depth":1e999,"states":-1}'
number states -inf '[{"depth":1,"states":2},{"depth":2,"states":-1e999}]'
number depth 1e+308 '{"depth":1e308,"states":1}'
number states nan '{"depth":1,"states":"nan"}'
sed '1s/lost=0/lost=1e308/' "$work/traces/001-one.jsonl" >"$work/far.jsonl"
expect 2 "a trace with a number too large" "$UCSIM" plot sweep "$work/far.jsonl" --x lost -o "$work/x.svg"
says "far.jsonl: lost: expected a number from" "a trace with a number too large"
if command -v gnuplot >/dev/null; then
    for row in '{"depth":1,"states":-1}' '{"depth":-1e300,"states":1e300} {"depth":1e300,"states":-1e300}' '{"depth":1e-320,"states":0}'; do
        echo "[$row]" | sed 's/} {/},{/' >"$work/number.json"
        expect 0 "$row" "$UCSIM" plot exploration "$work/number.json" -o "$work/shown.svg"
    done
fi

# ---- wrong use ----
expect 2 "unknown format" "$UCSIM" diagram "$here/fixtures/equal.jsonl" -o "$work/x.svg" -f svgg; says "did you mean 'svg'" "unknown format"
expect 2 "unknown extension" "$UCSIM" diagram "$here/fixtures/equal.jsonl" -o "$work/x.jpeg"; says "--format" "unknown extension"
expect 2 "no output" "$UCSIM" diagram "$here/fixtures/equal.jsonl"; says "-o" "no output"
expect 2 "no such trace" "$UCSIM" diagram "$work/none.jsonl" -o "$work/x.dot"; says "none.jsonl" "no such trace"
expect 2 "no such page" "$UCSIM" diagram "$here/fixtures/equal.jsonl" -o "$work/x.dot" --page 9; says "page 9 of 1" "no such page"
expect 2 "no such plot" "$UCSIM" plot ownershp "$here/fixtures/equal.jsonl" -o "$work/x.svg"; says "ownership" "no such plot"
printf 'name 3\n' >"$work/table"
expect 2 "useless --rows" "$UCSIM" diagram "$here/fixtures/equal.jsonl" -f itf --rows 4 -o "$work/x.svg"; says "--rows: expected a format that has pages, got itf" "useless --rows"
expect 2 "useless --x" "$UCSIM" plot ownership "$here/fixtures/equal.jsonl" --x loss -o "$work/x.svg"; says "--x: expected a plot of sweep or exploration, got ownership" "useless --x"
expect 2 "useless --by" "$UCSIM" plot advantage "$work/table" --by loss -o "$work/x.svg"; says "--by: expected a plot of sweep" "useless --by"
expect 2 "useless --world" "$UCSIM" plot sweep "$here/fixtures/equal.jsonl" --world ideal -o "$work/x.svg"; says "--world: expected a plot of ownership, got sweep" "useless --world"
expect 2 "bad table" "$UCSIM" plot lengths "$work/table" -o "$work/x.svg"; says "table:1: expected NAME FOUND SHRUNK" "bad table"
head -n 5 "$here/fixtures/equal.jsonl" >"$work/cut.jsonl"
expect 2 "cut-off trace" "$UCSIM" report "$work/cut.jsonl" -o "$work/x.html"; says "cut.jsonl" "cut-off trace"
mkdir "$work/none"
expect 2 "empty folder" "$UCSIM" report "$work/none" -o "$work/x.html"; says "no *.jsonl" "empty folder"

# ---- no tools, no place to write: a clear message, and nothing half-written ----
program=$UCSIM
echo "mine" >"$work/kept.svg"
expect 2 "no Graphviz" env PATH=/nonexistent "$program" diagram "$here/fixtures/equal.jsonl" -o "$work/kept.svg"
says "apt-get install graphviz" "no Graphviz"
expect 2 "no gnuplot" env PATH=/nonexistent "$program" plot ownership "$here/fixtures/equal.jsonl" -o "$work/kept.svg"
says "apt-get install gnuplot" "no gnuplot"
[ "$(cat "$work/kept.svg")" = mine ] || bad "an existing output was touched"
expect 2 "no folder" "$program" diagram "$here/fixtures/equal.jsonl" -o "$work/no/such/x.dot"; says "x.dot" "no folder"
expect 2 "output is a folder" "$program" diagram "$here/fixtures/equal.jsonl" -o "$work/none" -f dot
[ -z "$(ls -A "$work/none")" ] || bad "something was written beside the output"
[ -e "$work/x.svg" ] || [ -e "$work/x.dot" ] || [ -e "$work/x.html" ] && bad "a failed command wrote a file"

mkdir "$work/bin"
printf '#!/bin/sh\nexec <&-\necho out of ink >&2\nexit 3\n' >"$work/bin/neato"
chmod +x "$work/bin/neato"
expect 4 "Graphviz that fails" env PATH="$work/bin:$PATH" "$program" diagram "$here/fixtures/equal.jsonl" -o "$work/x.svg"
says "neato failed: out of ink" "Graphviz that fails"

# ---- pictures (where the tools are) ----
if command -v neato >/dev/null && command -v gnuplot >/dev/null; then
    for trace in differs hostile empty one-world; do
        expect 0 "$trace.svg" "$program" diagram "$here/fixtures/$trace.jsonl" -o "$work/$trace.svg"
        [ -s "$work/err" ] && bad "$trace.svg: unexpected words: $(cat "$work/err")"
        expect 0 "$trace.pdf" "$program" diagram "$here/fixtures/$trace.jsonl" -o "$work/$trace.pdf"
        expect 0 "keys of $trace" "$program" plot ownership "$here/fixtures/$trace.jsonl" -o "$work/keys.svg"
    done
    grep -q '<title>real world, event' "$work/differs.svg" || bad "whole messages are tooltips"
    grep -q '<b>' "$work/hostile.svg" && bad "markup of a name got into the SVG"
    cp "$work/differs.pdf" "$work/first.pdf"
    expect 0 "again" "$program" diagram "$here/fixtures/differs.jsonl" -o "$work/differs.pdf"
    cmp -s "$work/first.pdf" "$work/differs.pdf" || bad "two runs give two PDFs"
    for i in 1 2; do expect 0 "plot" "$program" plot ownership "$here/fixtures/differs.jsonl" -o "$work/$i.pdf"; done
    cmp -s "$work/1.pdf" "$work/2.pdf" || bad "two runs give two plots"
    expect 0 "report" "$program" report "$here/fixtures" -o "$work/report.html"
    grep -q '<script>window.hacked' "$work/report.html" && bad "a title became markup in the report"
    echo "mine" >"$work/kept.html"
    expect 2 "report without Graphviz" env PATH=/nonexistent "$program" report "$here/fixtures" -o "$work/kept.html"
    [ "$(cat "$work/kept.html")" = mine ] || bad "an existing report was touched"
    cat >"$work/huge.lua" <<'L'
return scenario {
  title = string.rep("long ", 100), parties = { "hsm1", "hsm2" }, crypto = "ideal", expect = "indistinguishable",
  environment = function (z) z:sign("hsm1", z:keygen("hsm1"), string.rep("x<y&", 20000)) end,
}
L
    expect 0 "huge trace" "$program" check --trace "$work/huge.jsonl" "$work/huge.lua"
    expect 0 "huge message" "$program" diagram "$work/huge.jsonl" -o "$work/huge.svg"
    [ "$(wc -c <"$work/huge.svg")" -lt 100000 ] || bad "a huge message makes a huge picture"
    expect 0 "huge report" "$program" report "$work/huge.jsonl" -o "$work/huge.html"
    cat >"$work/disabled.lua" <<'L'
return scenario {
  title = "t", parties = { "hsm1", "hsm2" }, crypto = "ideal", storage = "monotonic", expect = "indistinguishable",
  environment = function (z)
    z:sign("hsm1", z:keygen("hsm1"), "m")
    z:restore("hsm1", 1)
    z:restart("hsm1")
  end,
}
L
    expect 0 "trace of a disabled party" "$program" check --trace "$work/disabled.jsonl" "$work/disabled.lua"
    expect 0 "report of a disabled party" "$program" report "$work/disabled.jsonl" -o "$work/disabled.html"
    for status in down disabled; do
        said=$(grep -o "\"hsm1\":\"$status, k1: 1–31\"" "$work/disabled.html" | wc -l)
        [ "$said" -eq 2 ] || bad "the report says in $said of 2 worlds that a party is $status"
    done
    expect 0 "report of a folder" "$program" report "$work/traces" -o "$work/folder.html"
    grep -q 'a block is lost (lost=1)' "$work/folder.html" || bad "the report names the instances"
    expect 0 "keys lost" "$program" plot sweep "$work/traces/001-one.jsonl" "$work/traces/002-one.jsonl" --x lost -o "$work/lost.svg"
    printf 'resend 40 6\nresurrect 22 5\n' >"$work/table"
    expect 0 "lengths" "$program" plot lengths "$work/table" -o "$work/lengths.svg"
    echo '[{"window":1,"lost":2},{"window":2,"lost":5}]' >"$work/sweep.json"
    expect 0 "sweep" "$program" plot sweep "$work/sweep.json" --x window --y lost -o "$work/sweep.png"
    expect 0 "sweep of traces" "$program" plot sweep "$here/fixtures/equal.jsonl" "$here/fixtures/differs.jsonl" \
        --x reservation --y used -o "$work/sweep.svg"
    expect 2 "sweep of nothing" "$program" plot sweep "$here/fixtures/equal.jsonl" --x loss -o "$work/none.svg"
    says "expected a number for 'loss'" "sweep of nothing"
else
    echo "no Graphviz or no gnuplot: pictures not drawn"
fi
[ $failed -eq 0 ] && echo "pictures as expected"
exit $failed
