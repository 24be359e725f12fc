#!/bin/sh
# What other tools make of the output: prove reads the TAP, a parser the JUnit and the JSON, and the keys are the
# documented ones; colours and progress lines only where they belong; a closed pipe is no error.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
bad=0
wrong() { echo "$*"; bad=1; }
script() { printf "return scenario { title = %s, crypto = 'ideal', environment = function (z)\n%s\nend }\n" "$2" "$3" >"$T/s/$1.lua"; }
mkdir "$T/s"
script 1 "'a title # with <markup> & \"quotes\"'" "z:keygen('hsm1')"
script 2 "'fails'" "assert(false, ']]> & <b>')"
script 3 "'misspelt'" "z:keygne('hsm1')"

if command -v prove >/dev/null 2>&1; then
    ln -s "$UCSIM" "$T/ucsim"
    PATH=$T:$PATH
    prove -e "ucsim check --tap" "$T/s/1.lua" >"$T/out" 2>&1 || wrong "prove: $(cat "$T/out")"
    prove -e "ucsim check --tap" "$T/s/1.lua" "$T/s/2.lua" "$T/s/3.lua" >"$T/out" 2>&1 && wrong "prove sees no failure"
    grep -q '^Files=3, Tests=3' "$T/out" || wrong "prove: $(cat "$T/out")"
    grep -qi 'parse error' "$T/out" && wrong "prove cannot read it: $(cat "$T/out")"
    # What a script prints, says and is called is no result, also where both outputs are one.
    mkdir "$T/tap"
    printf '%s\n' "return scenario { title = 'TODO # SKIP # TODO', crypto = 'ideal', environment = function (z)" \
        "print('1..9\\nnot ok 4\\nBail out! \\27[2J') print('TAP version 14') end }" >"$T/tap/ok 2.lua"
    printf '%s\n' "return scenario { title = 'Bail out!', crypto = 'ideal', environment = function (z)" \
        "assert(false, 'x\\nBail out!\\n1..3\\nok 9\\27[2J\\r') end }" >"$T/tap/1..3.lua"
    printf '%s\n' "return scenario { title = 'e', crypto = 'ideal', environment = function (z)" \
        "error('x\\nBail out!\\n1..3\\nok 9\\27]0;t\\7', 0) end }" >"$T/tap/not ok.lua"
    prove --merge -v -e "ucsim check --tap" "$T/tap/ok 2.lua" >"$T/out" 2>&1 || wrong "prints: $(cat "$T/out")"
    grep -qi 'skipped\|parse error\|todo passed\|bailout' "$T/out" && wrong "a title is taken for a directive: $(cat "$T/out")"
    grep -qF 'real: ok 2.lua:2: not ok 4' "$T/out" || wrong "a printed line has no place: $(cat "$T/out")"
    prove --merge -v -e "ucsim check --tap" "$T/tap/1..3.lua" "$T/tap/not ok.lua" >"$T/out" 2>&1 && wrong "prove sees no failure"
    grep -q '^Files=2, Tests=2' "$T/out" || wrong "a failure is taken for results: $(cat "$T/out")"
    grep -qi 'parse error\|FAILED--Further testing stopped' "$T/out" && wrong "prove cannot read it: $(cat "$T/out")"
    grep -q "$(printf '[\033\007\r]')" "$T/out" && wrong "a terminal is driven: $(cat -v "$T/out")"
fi

# JUnit: what the schemas ask for, constants unless times are wanted, no two cases the same.
mkdir "$T/j" && cp "$T/s/1.lua" "$T/s/2.lua" "$T/s/3.lua" "$T/j"
script 4 "'a\\1\\11\\239\\191\\191b'" "assert(false, '\\0\\27\\239\\191\\190')"
mv "$T/s/4.lua" "$T/j"
printf '%s\n' "return scenario { title = 'twice', crypto = 'ideal', for_each = { n = { '1', '1' } }, environment = function (z) end }" >"$T/j/5.lua"
for times in "" --junit-times; do
    # shellcheck disable=SC2086
    (cd "$T/j" && "$UCSIM" check --quiet $times --junit ../j.xml 1.lua 2.lua 3.lua 4.lua 5.lua ../j ./5.lua >/dev/null 2>&1)
    if command -v xmllint >/dev/null 2>&1; then
        xmllint --noout --schema tests/cli/junit.xsd "$T/j.xml" 2>"$T/err" || wrong "JUnit $times: $(cat "$T/err")"
    fi
    [ "$(grep -c 'time="0.000" timestamp="1970-01-01T00:00:00" hostname="localhost"' "$T/j.xml")" = "$([ -z "$times" ]; echo $((1 - $?)))" ] ||
        wrong "JUnit '$times': $(head -n 2 "$T/j.xml")"
    [ "$(grep -c '<testcase' "$T/j.xml")" = "$(grep -o 'classname="[^"]*" name="[^"]*"' "$T/j.xml" | sort -u | wc -l)" ] || wrong "two cases of one name"
    grep -q 'classname="\.' "$T/j.xml" && wrong "a class without a name"
done

"$UCSIM" check --quiet --junit "$T/junit.xml" --jobs 2 "$T/s" >"$T/out" 2>"$T/err"
[ $? = 2 ] || wrong "exit code of an error"
grep -q "$(printf '\r\|\033')" "$T/out" "$T/err" && wrong "progress or colour in a file"
"$UCSIM" check --json "$T/s" >"$T/json" 2>/dev/null
for when in never auto; do
    "$UCSIM" check --color=$when "$T/s" 2>&1 | grep -q "$(printf '\033')" && wrong "--color=$when colours a pipe"
done
NO_COLOR=1 "$UCSIM" check --color=always "$T/s" 2>&1 | grep -q "$(printf '\033')" || wrong "--color=always does not colour"
"$UCSIM" check --color=maybe "$T/s/1.lua" >/dev/null 2>"$T/err"
[ $? = 2 ] && grep -q "expected always, never or auto, got 'maybe'" "$T/err" || wrong "--color=maybe: $(cat "$T/err")"

# more than a pipe holds
{ printf "return scenario { title = 'many', crypto = 'ideal', environment = function (z) end, for_each = { n = { "
  awk 'BEGIN { for (i = 1; i <= 300; i++) printf "%d, ", i }'; echo '} } }'; } >"$T/many.lua"
[ "$("$UCSIM" check --json "$T/many.lua" | wc -c)" -gt 70000 ] || wrong "JSON of 300 runs fits into a pipe"
for command in "list" "check --show $T/s/1.lua" "check --json $T/many.lua" "run --world real $T/s/1.lua" "--help"; do
    # shellcheck disable=SC2086
    { "$UCSIM" $command 2>"$T/err"; } | head -n 1 >"$T/out"
    [ -s "$T/out" ] && [ ! -s "$T/err" ] || wrong "into a closed pipe, $command says: $(cat "$T/err")"
done

meant() { # EXPECTED ARGUMENT...
    text=$1; shift
    "$UCSIM" "$@" >/dev/null 2>"$T/err"
    [ $? = 2 ] && grep -qF -e "$text" "$T/err" || wrong "$*: expected '$text', got: $(cat "$T/err")"
}
meant "did you mean 'check'?" chekc
meant "did you mean 'check'?" help chekc
meant "did you mean '--json'?" check --jsno
meant "did you mean '$T/s/1.lua'?" check "$T/s/11.lua"
meant "22-snapshot.lua'?" check 22-snapsot
for command in $("$UCSIM" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    "$UCSIM" "$command" --help >"$T/out" 2>"$T/err" && [ ! -s "$T/err" ] && [ "$(wc -l <"$T/out")" -ge 3 ] || wrong "$command --help"
    "$UCSIM" help "$command" | cmp - "$T/out" || wrong "help $command"
    meant "" "$command" --no-such-option-at-all
done

[ -x /usr/bin/python3 ] || { [ $bad = 0 ] && echo "no python3 to parse JUnit and JSON with" && exit 77; exit 1; }
/usr/bin/python3 - "$T" "$UCSIM" docs/json-schema.md <<'P' || bad=1
import json, os, pty, re, sys, xml.etree.ElementTree as e
folder, ucsim, schema = sys.argv[1:]

# JUnit: what Jenkins and GitLab read
suite = e.parse(folder + "/junit.xml").getroot()
cases = suite.findall("testcase")
assert suite.tag == "testsuite" and suite.get("name"), suite.attrib
assert [c.tag for c in suite] == ["properties"] + 3 * ["testcase"] + ["system-out", "system-err"]
assert suite.get("time") == "0.000" and suite.get("timestamp") == "1970-01-01T00:00:00" and suite.get("hostname") == "localhost"
count = lambda tag: sum(c.find(tag) is not None for c in cases)
assert [int(suite.get(k)) for k in ("tests", "failures", "errors")] == [3, 1, 1] == [len(cases), count("failure"), count("error")]
for c in cases:
    assert c.get("name") and c.get("classname") and len(c) <= 1, c.attrib
    assert all(x.get("message") and x.get("type") for x in c)
assert cases[0].get("name") == 'a title # with <markup> & "quotes"', cases[0].get("name")
assert "]]> & <b>" in cases[1].find("failure").text

# JSON: the keys and the types that the document names, no others
text = open(schema).read()
top, one = text.split("A scenario:", 1)
rows = lambda t: dict(re.findall(r"^\| `([a-z_-]+)` \| ([a-z ]+) \|", t, re.M))
of = {"integer": int, "string": str, "array": list, "object": dict, "null": type(None), "true": bool, "false": bool}
def check(value, table):
    assert set(value) == set(table), (set(value) ^ set(table))
    for key, v in value.items():
        types = [of[t] for t in table[key].split(" or ")]
        assert type(v) in types, (key, v, table[key])
d = json.load(open(folder + "/json"))
check(d, rows(top))
for s in d["scenarios"]:
    check(s, rows(one))
assert d["ucsim-check"] == 1 and d["summary"]["total"] == 3 == len(d["scenarios"])
for key in d["summary"]:
    assert "`%s`" % key in top, key

# On a terminal: colour, unless NO_COLOR says otherwise.
def on_terminal(**env):
    out = b""
    def read(fd):
        nonlocal out
        data = os.read(fd, 4096)
        out += data
        return b""
    os.environ.update(env, ASAN_OPTIONS="detect_leaks=0") # the leak checker hangs on a terminal that python plays
    pty.spawn([ucsim, "check", folder + "/s/1.lua"], read, lambda fd: b"")
    return out
os.environ.pop("NO_COLOR", None)
try:
    os.close(os.openpty()[0])
except OSError as e: # a bare chroot has no pseudo-terminals
    print("no terminal to try colours on:", e)
    sys.exit(0)
assert b"\033[32m" in on_terminal(TERM="xterm")
assert b"\033[32m" not in on_terminal(TERM="xterm", NO_COLOR="1")
assert b"\033[32m" not in on_terminal(TERM="dumb", NO_COLOR="")
P
exit $bad
