#!/usr/bin/python3
"""Is every clause of the watchers and of the comparison needed? clauses.txt names each, how the code reads without it, and
what only this clause tells: a broken version that is caught with it and by nothing without it, or the true program, which is
called broken without it.

    clauses.py [quick | RULE ...]    all of it, those marked quick with the first catch of each, or those of rules (I2, A5, view ...)
    clauses.py --table               the table of docs/rules.md

In the root of the tree or anywhere, with B, VARIANT and CC as run.sh has them. Exit 1 names what does not hold, 2 a call that
cannot be meant.
"""
import concurrent.futures
import difflib
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.dont_write_bytecode = True
HERE = "tests/must_diverge"
B = os.environ.get("B", "build/release")
CC = os.environ.get("CC", "gcc")
OUT = os.path.join(B, "must_diverge/clauses")
SECONDS = 120  # of processor time: a loaded machine says the same
TRUE = "-"  # the program as it is


class Clause:
    def __init__(self, line):
        self.line, self.head, self.edits, self.caught = line, {}, [], []

    def __str__(self):
        return f"{HERE}/clauses.txt:{self.line}: {self.head.get('rule')}, {self.head.get('clause')}"


class Catch:
    """VERSION | COMMAND => FOUND[ | else OTHER]. Without the clause nothing is found, or something else. A test finds
    something when it fails."""

    def __init__(self, text):
        found = re.fullmatch(r"(\S+) \| (check|explore|test) (.*?) => ([^|]*?)(?: \| else (.*))?", text)
        if not found:
            raise ValueError(f"expected VERSION | check SCRIPT, explore BOUNDS or test TEST => FOUND, got {text}")
        self.version, self.command, self.what, self.found, self.other = found.groups()


def read_clauses():
    """Paragraphs of lines "word: text"; a line that begins with a space goes on."""
    clauses, clause, last = [], None, None
    with open(f"{HERE}/clauses.txt", encoding="utf-8") as f:
        lines = f.read().split("\n")
    joined = []
    for number, line in enumerate(lines, 1):
        if line.startswith(" ") and joined:
            joined[-1][1] += "\n" + line.strip()
        else:
            joined.append([number, line])
    for number, line in joined:
        if not line or line.startswith("#"):
            clause = None
            continue
        if clause is None:
            clause = Clause(number)
            clauses.append(clause)
        word, _, text = line.partition(": ")
        if word == "without":
            old, arrow, new = text.partition(" ==>")
            if not arrow:
                raise SystemExit(f"{HERE}/clauses.txt:{number}: expected TEXT ==> INSTEAD")
            clause.edits.append((clause.head["in"], old, new.strip()))
        elif word == "caught":
            clause.caught.append(Catch(text))
        elif word in ("rule", "clause", "in", "never", "quick"):
            clause.head[word] = text
        else:
            raise SystemExit(f"{HERE}/clauses.txt:{number}: unknown word {word}")
    return clauses


# ---- building ----

def make_flags():
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    text = subprocess.run(["make", "-s", "--no-print-directory", "print-test-flags", f"CC={CC}",
                           f"VARIANT={os.environ.get('VARIANT', 'release')}"], capture_output=True, text=True, check=True, env=env).stdout
    flags = dict(line.partition("=")[::2] for line in text.splitlines())
    return [shlex.split(shlex.split(flags[name])[0]) for name in ("cflags", "libs")]


def apart(text):
    """What is written, whatever the spaces."""
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()))


def without(clause, folder, source):
    """The files of this clause as they read without it, by their names; `source` has those that a version changes."""
    files = {}
    for file, old, new in clause.edits:
        if file not in files:
            changed = os.path.join(source, file)
            with open(changed if os.path.exists(changed) else file, encoding="utf-8") as f:
                files[file] = f.read()
        places = apart(old).findall(files[file])
        if len(places) != 1:
            raise ValueError(f"{file} has {len(places)} times: {old}")
        files[file] = files[file].replace(places[0], new)
    return files


def build_version(version):
    """run.sh applies it and compiles it."""
    ran = subprocess.run(["sh", f"{HERE}/run.sh", "--build", version], capture_output=True, text=True,
                         env={**os.environ, "B": B, "CC": CC, "MUST_DIVERGE_OUT": OUT})
    if ran.returncode:
        raise ValueError(f"{version}: {ran.stdout.strip()}")


def rest_of(catch):
    """The objects of the program, or of the test, that are not of the library."""
    if catch.command != "test":
        return [os.path.join(B, "cli/main.o")]
    folder = os.path.join(B, os.path.dirname(catch.what))
    shared = [o for o in sorted(os.listdir(folder)) if o.endswith(".o") and not o.startswith(("test_", "fuzz_"))]
    return [os.path.join(B, catch.what + ".o"), *(os.path.join(folder, o) for o in shared)]


def link(clause, catch, number, flags):
    """The version without the clause."""
    cflags, libs = flags
    version = catch.version
    at = os.path.join(OUT, version)
    source = os.path.join(at, "source")
    folder = os.path.join(OUT, f"without-{clause.line}-{number}")
    os.makedirs(folder, exist_ok=True)
    objects = {o: os.path.join(at, o) for o in (os.listdir(at) if version != TRUE else []) if o.endswith(".c.o")}
    for file, text in without(clause, folder, source).items():
        name = file.replace("/", "-") + ".o"
        objects[name] = os.path.join(folder, name)
        ran = subprocess.run([CC, *cflags, "-O0", "-g0", "-w", "-c", "-x", "c", "-", "-o", objects[name]],
                             input=f'# 1 "{file}"\n' + text, capture_output=True, text=True)
        if ran.returncode:
            raise ValueError(f"does not compile without the clause: {ran.stderr.strip()[:400]}")
    program = os.path.join(folder, "ucsim")
    ran = subprocess.run([CC, *cflags, "-o", program, *rest_of(catch), *objects.values(), os.path.join(B, "libucsim.a"), *libs], capture_output=True, text=True)
    if ran.returncode:
        raise ValueError(f"does not link: {ran.stderr.strip()[:400]}")
    return program


# ---- asking ----

def finding(verdict, rule):
    return (verdict or "error") + (f": {rule.partition(':')[0]}" if rule else "")


def limit_time():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def asked(program, catch):
    """What it finds: a set of VERDICT[: RULE]; empty when all is as it should be."""
    words = shlex.split(catch.what)
    if catch.command == "test":
        ran = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, timeout=20 * SECONDS, preexec_fn=limit_time)
        return {"fails"} if ran.returncode == 1 else {f"ends with {ran.returncode}"} if ran.returncode else set()
    if catch.command == "check":
        command = [program, "check", "--json", *words]
    else:
        command = [program, "explore", f"{HERE}/bounds/{words[0]}.lua", *words[1:], "--memory", "2000", "--json"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20 * SECONDS, preexec_fn=limit_time)
    try:
        said = json.loads(ran.stdout)
    except ValueError:
        return {f"ends with {ran.returncode}"}
    if catch.command == "check":
        return {finding(s["verdict"], s["rule"]) for s in said["scenarios"] if not s["as_expected"]}
    text = json.dumps(said)
    if '"end": "complete"' in text and '"verdict": "indistinguishable"' in text:
        return set()
    found = re.search(r'"verdict": "([^"]*)", "rule": (?:null|"([^"]*)")', text)
    return {finding(*found.groups()) if found else f"ends with {ran.returncode}"}


def shown(found):
    return " and ".join(sorted(found)) or "nothing"


def holds(clause, number, catch, flags):
    """NULL, or what does not hold. The true program has nothing to be found in it as long as the clause is there."""
    unbroken = os.path.join(B, catch.what if catch.command == "test" else "ucsim")
    plain = os.path.join(OUT, catch.version, "ucsim") if catch.version != TRUE else unbroken
    expected = {catch.found}
    less = {catch.other} if catch.other else set()
    if catch.version == TRUE:
        expected, less = set(), expected
    got = asked(plain, catch)
    if got != expected:
        return f"{catch.version}: {catch.command} {catch.what}: expected {shown(expected)}, got {shown(got)}"
    got = asked(link(clause, catch, number, flags), catch)
    if got != less:
        return f"{catch.version} without the clause: {catch.command} {catch.what}: expected {shown(less)}, got {shown(got)}"
    return None


def judge(clause, flags):
    try:
        without(clause, OUT, "")
        if not clause.caught and "never" not in clause.head:
            return [f"{clause}: says neither what it catches nor why nothing can be"]
        bad = [holds(clause, i, catch, flags) for i, catch in enumerate(clause.caught)]
    except (ValueError, subprocess.TimeoutExpired) as wrong:
        bad = [str(wrong)]
    for number in range(len(clause.caught)):
        shutil.rmtree(os.path.join(OUT, f"without-{clause.line}-{number}"), ignore_errors=True)
    return [f"{clause}: {why}" for why in bad if why]


# ---- the table ----

def catcher_name(catch):
    words = catch.what.split()
    name = os.path.basename(words[0] if catch.command == "explore" else words[-1])
    return name.removesuffix(".lua") + (" (explored)" if catch.command == "explore" else "")


def table(clauses):
    yield "| rule | clause | broken version, or the true program | shown to | with the clause | without it |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for c in clauses:
        for catch in c.caught:
            true = catch.version == TRUE
            row = ["the true program" if true else f"`{catch.version}`", catcher_name(catch),
                   "nothing" if true else catch.found, catch.found if true else catch.other or "nothing"]
            yield f"| {c.head['rule']} | {c.head['clause']} | " + " | ".join(row) + " |"
        if "never" in c.head:
            reason = " ".join(c.head["never"].split())
            yield f"| {c.head['rule']} | {c.head['clause']} | none: {reason} | | | |"


def refuse(text):
    print(f"clauses.py: {text}", file=sys.stderr)
    raise SystemExit(2)


def of_rules(clauses, wanted):
    rules = list(dict.fromkeys(c.head["rule"] for c in clauses))
    for word in wanted:
        if word not in rules and word not in [str(c.line) for c in clauses]:
            names = {r.lower(): r for r in (*rules, "quick", "--table")}
            near = difflib.get_close_matches(word.lower(), names, 1)
            refuse(f"expected quick, --table, rules or lines of clauses.txt, got '{word}'" +
                   (f"; did you mean {names[near[0]]}?" if near else f"; the rules are {'; '.join(rules)}"))
    return [c for c in clauses if c.head["rule"] in wanted or str(c.line) in wanted]


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `--table | head`
    clauses, wanted = read_clauses(), sys.argv[1:]
    if wanted and wanted[0] in ("--help", "-h"):
        print(__doc__)
        return 0
    if wanted == ["--table"]:
        print("\n".join(table(clauses)))
        return 0
    if wanted == ["quick"]:
        clauses = [c for c in clauses if "quick" in c.head]
        for c in clauses:
            c.caught = c.caught[:1]
    elif wanted:
        clauses = of_rules(clauses, wanted)
    if not os.path.exists(os.path.join(B, "libucsim.a")):
        refuse(f"expected a build in {B}, got none: make tests")
    os.makedirs(OUT, exist_ok=True)
    flags = make_flags()
    versions = sorted({k.version for c in clauses for k in c.caught} - {TRUE})
    bad = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for version, built in [(v, pool.submit(build_version, v)) for v in versions]:
            if built.exception():
                bad.append(str(built.exception()))
        if not bad:
            bad = [why for found in pool.map(lambda c: judge(c, flags), clauses) for why in found]
    print("\n".join(bad), end="\n" if bad else "")
    told = sum(bool(c.caught) for c in clauses)
    print(f"{len(clauses)} clauses: {told} of them alone tell something, {len(bad)} complaints")
    shutil.rmtree(OUT, ignore_errors=True)
    return 1 if bad or not clauses else 0


if __name__ == "__main__":
    sys.exit(main())
