#!/usr/bin/python3
"""Makes broken versions of the program mechanically and says which of them the catchers catch: docs/mutants.md.

    mutants.py list [--files F,...]                 every mutant: id, line, change
    mutants.py run [--files ...] [--sample N] [--seed S] [--jobs N] [--minutes M] [--keep-kills] [--gate]
    mutants.py one ID [WORD]                        the change, and what each catcher says, or those named so

Called by `make mutants`, in the root of the tree, with B, VARIANT and CC in the environment. What was found is kept in
$B/mutants/state.jsonl, a line for each; an interrupted run goes on from there. Exit 1: --gate, and a room has more
survivors than its floor allows, or survivors.txt names what is no mutant any more; 2: usage, or a catcher that catches
the unbroken program.
"""
import argparse
import concurrent.futures
import difflib
import fcntl
import glob
import hashlib
import json
import math
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True  # nothing but build/ is written to
try:
    import rules
except ImportError as missing:
    print(f"{missing}: apt-get install python3-clang-14", file=sys.stderr)
    raise SystemExit(77)

HERE = os.path.dirname(os.path.relpath(__file__))
B = os.environ.get("B", "build/release")
CC = os.environ.get("CC", "gcc")
OUT = os.path.join(B, "mutants")
PLAN = os.path.join(HERE, "rooms.txt")
SURVIVORS = os.path.join(HERE, "survivors.txt")

CPU_SECONDS = 30       # of one catcher at most, in CPU time: a loaded machine says the same. The slowest needs 6 when nothing is broken
CPU_LIMIT = (2, 10)    # seconds, and times what it needs when nothing is broken: a loop without end ends soon
ENOUGH = 0.25          # of the sample is to be judged when the time is up, for the gate to say that all is well
WALL_SECONDS = 600     # for one that waits for ever
ADDRESS_SPACE = 4 << 30
EXPLORE = ["--memory", "1500", "--jobs", "1", "--quiet"]
# Values that were not given are 0 everywhere, and a function that gives none does not compile: both would be chance.
OBJECT_FLAGS = ["-O2", "-g0", "-ftrivial-auto-var-init=zero", "-Werror=return-type"]


def refuse(text):
    """A call that cannot be meant."""
    print(f"mutants.py: {text}", file=sys.stderr)
    raise SystemExit(2)


def nearest(name, names):
    near = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {near[0]}?" if near else ""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        h.update(len(part).to_bytes(8, "big") + part)
    return h.hexdigest()


def make_flags():
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    text = subprocess.run(["make", "-s", "--no-print-directory", "print-test-flags"], capture_output=True, text=True, check=True,
                          env=env).stdout
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        found[name] = shlex.split(shlex.split(value)[0] if value else "")
    return found["cflags"], found["libs"]


class Room:
    """A row of rooms.txt: files that are judged together, by which catchers, and how many must be caught."""

    def __init__(self, name, floor, explored, tests, broken, files):
        self.name, self.floor, self.explored, self.tests, self.broken = name, float(floor), explored, tests, broken
        self.files = sorted({f for pattern in files.split() for f in glob.glob(pattern)})

    @staticmethod
    def read_all():
        rooms = []
        with open(PLAN, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                line = line.split("#")[0].strip()
                if not line:
                    continue
                fields = [x.strip() for x in line.split("|")]
                if len(fields) != 6:
                    raise SystemExit(f"{PLAN}:{number}: expected ROOM | FLOOR | EXPLORED | TESTS | BROKEN | FILES")
                room = Room(*fields)
                room.files = [x for x in room.files if not any(x in r.files for r in rooms)]
                rooms.append(room)
        return rooms


class Answers:
    """survivors.txt: ID || CHANGE || equivalent or survives || REASON"""

    def __init__(self):
        self.by_id = {}
        with open(SURVIVORS, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                line = line.strip()
                if not line or line.startswith("#"):
                    continue
                name, *change, answer, reason = line.split(" || ") if line.count(" || ") >= 3 else [line, "", ""]
                if answer not in ("equivalent", "survives") or not reason:
                    raise SystemExit(f"{SURVIVORS}:{number}: expected ID || CHANGE || equivalent or survives || REASON")
                self.by_id[name] = (number, " || ".join(change), answer, reason)  # the change may have a || of its own

    def of(self, mutant):
        """"equivalent", "survives" or None."""
        found = self.by_id.get(mutant.id)
        return found[2] if found and found[1] == mutant.change else None

    def stale(self, mutants):
        """Entries that name no mutant any more, among the files that were looked at."""
        by_id = {m.id: m for m in mutants}
        files = {m.file for m in mutants}
        for name, (number, change, _, _) in sorted(self.by_id.items()):
            if name.split(":")[0] in files and (name not in by_id or by_id[name].change != change):
                yield f"{SURVIVORS}:{number}: no such mutant: {name} || {change}"


# ---- building ----

class Builder:
    def __init__(self):
        self.cflags, self.libs = make_flags()
        self.parse_flags = [f for f in self.cflags if not f.startswith(("-W", "-O", "-g", "-f", "-pthread"))]
        self.compile_flags = [f for f in self.cflags if not re.match(r"-(O\d|g|W)", f)] + OBJECT_FLAGS
        self.broken = {}
        self.lock = threading.Lock()

    def object(self, path, text, name):
        """The object of `path` with this text, under this name; None when it does not compile."""
        os.makedirs(os.path.dirname(name), exist_ok=True)
        source = f'# 1 "{path}"\n'.encode() + text
        ran = subprocess.run([CC, *self.compile_flags, "-c", "-o", name, "-x", "c", "-"], input=source, capture_output=True)
        return name if ran.returncode == 0 else None

    def link(self, name, objects):
        ran = subprocess.run([CC, *self.cflags, "-g0", "-o", name, *objects, os.path.join(B, "libucsim.a"), *self.libs],
                             capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"does not link: {ran.stderr[-500:]}")
        return name

    def program(self, folder, objects):
        return self.link(os.path.join(folder, "ucsim"), [os.path.join(B, "cli/main.o"), *objects])

    def test(self, folder, test, objects):
        help_of = [o for o in sorted(glob.glob(os.path.join(B, os.path.dirname(test), "*.o")))
                   if not os.path.basename(o).startswith(("test_", "fuzz_"))]
        return self.link(os.path.join(folder, os.path.basename(test)), [os.path.join(B, test + ".o"), *help_of, *objects])

    def broken_version(self, name):
        """The files that a patch of must_diverge changes, and their objects; built once."""
        with self.lock:
            if name in self.broken:
                return self.broken[name]
            into = os.path.join(OUT, "broken")
            os.makedirs(into, exist_ok=True)
            ran = subprocess.run(["sh", "tests/must_diverge/run.sh", "--build", name], capture_output=True, text=True,
                                 env={**os.environ, "B": B, "CC": CC, "MUST_DIVERGE_OUT": into})
            if ran.returncode:
                raise SystemExit(f"tests/must_diverge/{name}.patch: {ran.stdout}")
            source = os.path.join(into, name, "source")
            files = [os.path.relpath(f, source) for f in sorted(glob.glob(source + "/**/*.c", recursive=True))]
            self.broken[name] = files, [os.path.join(into, name, f.replace("/", "-") + ".o") for f in files]
            return self.broken[name]


# ---- catchers ----

def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_limited(command, seconds, env=None):
    """How it ended: its exit code, or "timeout"; and what it said."""
    limited = ["prlimit", f"--cpu={seconds}:{seconds}", f"--as={ADDRESS_SPACE}", "--core=0", *command]
    try:
        ran = subprocess.run(limited, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             timeout=WALL_SECONDS, env=env)
    except subprocess.TimeoutExpired:
        return "timeout", b""
    if ran.returncode in (-9, -24):
        return "timeout", b""
    return ran.returncode, ran.stdout


def how(code):
    """In a word, for an exit code that is not 0 (docs/scenario-language.md)."""
    return {1: "verdict", 2: "error", 3: "limit"}.get(code, code if code == "timeout" else "crash")


class Unfit(Exception):
    """A catcher that catches the unbroken program."""


class Catcher:
    """Says by which word it catches the mutant whose objects these are, or None."""

    def __init__(self, stage, name):
        self.stage, self.name = stage, name
        self.lock, self.passed, self.seconds, self.spent = threading.Lock(), False, CPU_SECONDS, 0

    def limited(self, command, env=None):
        before = cpu_of_children()  # other jobs count too: then the limit is a little larger
        ended = run_limited(command, self.seconds, env)
        self.spent = cpu_of_children() - before
        return ended

    def catches(self, builder, mutant):
        """As run; what the unbroken program does not pass says nothing, so that one is shown first, once."""
        with self.lock:
            if not self.passed:
                folder = os.path.join(OUT, "work", digest("unbroken", self.stage, self.name)[:16])
                os.makedirs(folder, exist_ok=True)
                word = self.run(builder, Built(folder, "", []))
                self.seconds = min(CPU_SECONDS, CPU_LIMIT[0] + math.ceil(CPU_LIMIT[1] * self.spent))
                shutil.rmtree(folder)
                if word:
                    raise Unfit(f"{self.stage}, {self.name} catches the unbroken program: {word}")
                self.passed = True
        return self.run(builder, mutant)


class Check(Catcher):
    def __init__(self, stage, options, path):
        super().__init__(stage, f"check {' '.join(options + [path])}")
        self.options, self.path = options, path

    def run(self, builder, mutant):
        code, _ = self.limited([mutant.program(builder), "check", "--quiet", *self.options, self.path])
        return None if code == 0 else how(code)


class Explore(Catcher):
    def __init__(self, bounds):
        super().__init__("explore", os.path.basename(bounds))
        self.bounds = bounds

    def run(self, builder, mutant):
        code, _ = self.limited([mutant.program(builder), "explore", self.bounds, *EXPLORE])
        return None if code == 0 else how(code)


class Test(Catcher):
    """With cases in processes of their own, so that one that stops does not hide the others; their limit is ours."""

    def __init__(self, test):
        super().__init__("tests", os.path.basename(test))
        self.test = test

    def run(self, builder, mutant):
        program = builder.test(mutant.folder, self.test, mutant.objects)
        code, _ = self.limited([program], {**os.environ, "CK_FORK": "no", "UCSIM": mutant.program(builder)})
        os.unlink(program)
        return None if code == 0 else "fails" if code == 1 else how(code)


class Broken(Catcher):
    """A version that is broken by hand (tests/must_diverge): with the mutant in it, what is found must be the same, in
    the same words. `command` are the arguments of the program."""

    def __init__(self, name, command, expected):
        super().__init__("broken", f"{name}, {' '.join(command[:1] + command[-1:])}")
        self.patch, self.command, self.expected, self.words = name, command, expected, None

    def found(self, builder, folder, objects):
        """VERDICT[: RULE] and all that is said of it; or how it ended."""
        program = builder.link(os.path.join(folder, "broken"), [os.path.join(B, "cli/main.o"), *objects])
        code, said = self.limited([program, self.command[0], "--json", *self.command[1:]])
        os.unlink(program)
        found = re.search(rb'"verdict":\s*"([^"]*)",.*?"rule":\s*(?:null|"([A-Z]\d*):[^"]*"),.*?("why":\s*(?:null|"[^"]*"))', said, re.S)
        if not found:
            return how(code), b""
        words = said if self.command[0] == "check" else found[3]
        return b": ".join(x for x in found.groups()[:2] if x).decode(), words

    def run(self, builder, mutant):
        files, objects = builder.broken_version(self.patch)
        if mutant.file in files:
            return None
        verdict, words = self.found(builder, mutant.folder, [*mutant.objects, *objects])
        if self.words is None:
            self.words = words
        if self.command[0] == "explore" and verdict != self.expected:
            return verdict
        return None if words == self.words else "other words"


def heads(word):
    for path in sorted(glob.glob("tests/must_diverge/*.patch")):
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.startswith("---"):
                    break
                if line.startswith(word + ":"):
                    yield os.path.basename(path)[:-6], line[len(word) + 1:].strip()


def explored_head(line):
    """Arguments and finding of an exploration that finds something with no more than its one patch, or None."""
    found = re.fullmatch(r"(\S+) => ([^,]*), \d+ moves", line)
    return (["explore", *EXPLORE[:-1], f"tests/must_diverge/bounds/{found[1]}.lua"], found[2]) if found else None


def catcher_head(line):
    """Arguments and finding of a script, or None: it is a test."""
    left, _, finding = line.rpartition(" => ")
    return (["check", *left.split()], finding) if left.endswith(".lua") else None


def broken_versions(which):
    """`checked PATTERN`: what their scripts find; `explored PATTERN`: what the first exploration finds; `each N`: the
    explorations of at most N versions for each finding."""
    way, _, pattern = which.partition(" ")
    needs_more, taken, count = {name for name, _ in heads("with")}, set(), {}
    for name, line in heads("catcher" if way == "checked" else "explored"):
        head = catcher_head(line) if way == "checked" else explored_head(line)
        if not head or name in taken or name in needs_more or way != "each" and not re.match("|".join(pattern.split()), name):
            continue
        count[head[1]] = count.get(head[1], 0) + 1
        if way == "each" and count[head[1]] > int(pattern):
            continue
        if way != "checked":
            taken.add(name)
        yield Broken(name, *head)


def catchers_of(room):
    """In order of cost. What `check` and `explore` see, if anything; what they see in broken versions; tests. Those come
    first where nothing is explored, since there they are what is quick."""
    tests = [Test(test) for test in room.tests.split()]
    seldom = room.explored in ("none", "tests")
    yield from tests if seldom else []
    if room.explored != "tests":
        yield from seen_by_the_program(room)
    if room.broken != "-":
        for which in room.broken.split(","):
            yield from broken_versions(which.strip())
    yield from [] if seldom else tests


def seen_by_the_program(room):
    """Which bounds take long is written down: it is not the largest files. Left out is what takes as long as all the others
    together."""
    long, left_out = ["two-parties", "two-transfers", "limits", "corruption"], ["pairs"]
    bounds = sorted(glob.glob("tests/must_diverge/bounds/*.lua"))
    yield Check("check", ["--harvest", "--seeds=2"], "tests/must_diverge/scenarios")
    for path in bounds:
        if os.path.basename(path)[:-4] not in long + left_out and room.explored != "none":
            yield Explore(path)
    yield Check("check", ["--harvest"], "environments/scenarios")
    for name in long:
        if room.explored == "all":
            yield Explore(f"tests/must_diverge/bounds/{name}.lua")


# ---- one mutant ----

class Built:
    """A mutant that is compiled: its folder, its object, its program when it is asked for."""

    def __init__(self, folder, file, objects):
        self.folder, self.file, self.objects, self.made = folder, file, objects, None

    def program(self, builder):
        if not self.made:
            self.made = builder.program(self.folder, self.objects)
        return self.made


class State:
    """What is known, by what was compiled and by what it was shown to."""

    def __init__(self, stamp, keep_kills):
        self.path, self.stamp, self.lock, self.known = os.path.join(OUT, "state.jsonl"), stamp, threading.Lock(), {}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as f:
                for line in f:
                    if not line.endswith("\n"):
                        continue  # it was stopped while it wrote
                    row = json.loads(line)
                    if row["stamp"] == stamp or (keep_kills and row["status"] == "killed"):
                        self.known[row["key"]] = row
        with open(self.path, "a+b") as f:
            f.seek(0, 2)
            if f.tell() and read(self.path)[-1:] != b"\n":
                f.write(b"\n")

    def get(self, key):
        return self.known.get(key)

    def put(self, key, row):
        row = {"key": key, "stamp": self.stamp, **row}
        with self.lock:
            self.known[key] = row
            with open(self.path, "a", encoding="utf-8") as f:
                f.write(json.dumps(row) + "\n")
        return row


def judge(builder, catchers, mutant, texts, plain, state):
    """Compiles it and shows it to one catcher after the other until one catches it."""
    folder = os.path.join(OUT, "work", digest(mutant.id)[:16])
    shutil.rmtree(folder, ignore_errors=True)
    name = builder.object(mutant.file, rules.apply(texts[mutant.file], mutant), os.path.join(folder, "mutant.o"))
    try:
        if name is None:
            return {"status": "does not compile"}
        what = digest(mutant.file, read(name))
        if what == plain[mutant.file]:
            return {"status": "same object"}
        found = state.get(what)
        if not found:
            found = state.put(what, shown(builder, catchers, Built(folder, mutant.file, [name])))
        return {**found, "object": what}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shown(builder, catchers, built):
    for catcher in catchers:
        word = catcher.catches(builder, built)
        if word:
            return {"status": "killed", "stage": catcher.stage, "by": catcher.name, "how": word}
    return {"status": "survived"}


def stamp_of(rooms):
    """Everything that decides: the program, the catchers, this tool."""
    parts = [read(os.path.join(B, "libucsim.a")), read(os.path.join(B, "cli/main.o"))]
    for pattern in ("tests/must_diverge/**/*.lua", "tests/must_diverge/*.patch", "environments/scenarios/**/*.lua",
                    "tests/*/*.c", "tests/*/*.h", os.path.join(HERE, "*.py"), PLAN):
        for path in sorted(glob.glob(pattern, recursive=True)):
            parts += [path, read(path)]
    return digest(*parts)[:16]


# ---- the whole ----

def wanted_files(rooms, asked):
    names = [f for r in rooms for f in r.files]
    if not asked:
        return names
    result = [f for pattern in asked.replace(",", " ").split() for f in sorted(glob.glob(pattern)) if f in names]
    if not result:
        refuse(f"--files {asked}: none of them is in {PLAN}{nearest(asked, names)}")
    return result


def sampled(mutants, count, seed):
    """The same ones for the same seed, and most of the same ones after an edit."""
    if not count:
        return mutants
    chosen = set(sorted(digest(str(seed), m.id) for m in mutants)[:count])
    return [m for m in mutants if digest(str(seed), m.id) in chosen]


def spread(mutants):
    """In an order that has some of every file early: where the time ends, it ends for all."""
    return sorted(mutants, key=lambda m: digest("spread", m.id))


def all_mutants(builder, files):
    return [m for f in files for m in rules.mutants(f, builder.parse_flags)]


def catchers_by_room(rooms):
    """Rooms share a catcher that does the same in both."""
    made = {}
    return {r.name: [made.setdefault((c.stage, c.name), c) for c in catchers_of(r)] for r in rooms}


COLUMNS = ("made", "invalid", "same", "check", "explore", "broken", "tests", "survived", "argued")


class Table:
    def __init__(self, rooms, answers):
        self.rooms, self.answers, self.rows, self.crashed, self.left, self.objects = rooms, answers, {}, {}, [], {}

    def add(self, mutant, result):
        row = self.rows.setdefault(mutant.file, dict.fromkeys(COLUMNS, 0))
        row["made"] += 1
        status = result["status"]
        if status == "does not compile":
            row["invalid"] += 1
            return
        if status == "same object" or self.objects.setdefault(result["object"], mutant.id) != mutant.id:
            row["same"] += 1
            return
        if status == "killed":
            row[result["stage"]] += 1
            self.crashed[mutant.file] = self.crashed.get(mutant.file, 0) + (result["how"] in ("crash", "timeout", "limit"))
            return
        answer = self.answers.of(mutant)
        row["argued" if answer == "equivalent" else "survived"] += 1
        self.left.append((mutant, answer))

    def total(self, files):
        rows = [self.rows[f] for f in files if f in self.rows]
        return {c: sum(r[c] for r in rows) for c in COLUMNS}

    @staticmethod
    def rates(row):
        """Of those that differ: caught by check or explore; by anything."""
        those = row["made"] - row["invalid"] - row["same"] - row["argued"]
        main, extra = row["check"] + row["explore"], row["broken"] + row["tests"]
        return (100 * main / those, 100 * (main + extra) / those) if those else (100, 100)

    def line(self, name, row, crashed):
        main, every = self.rates(row)
        print(f"{name:38}" + "".join(f"{row[c]:9}" for c in COLUMNS) + f"{crashed:9}{main:8.1f}%{every:8.1f}%")

    def print(self):
        print(f"{'':38}" + "".join(f"{c:>9}" for c in COLUMNS) + f"{'stopped':>9}{'main':>9}{'all':>9}")
        for room in self.rooms:
            files = [f for f in room.files if f in self.rows]
            for file in files:
                self.line(file, self.rows[file], self.crashed.get(file, 0))
            if files:
                self.line(f"= {room.name}", self.total(files), sum(self.crashed.get(f, 0) for f in files))
        for mutant, answer in self.left:
            if answer != "equivalent":
                print(f"survived{', answered' if answer else ''}: {mutant.id} || {mutant.change}    (line {mutant.line})")

    def complaints(self):
        """A room with more survivors than its floor allows, and those of them that nobody has answered."""
        for room in self.rooms:
            row = self.total(room.files)
            those = row["made"] - row["invalid"] - row["same"] - row["argued"]
            allowed = math.ceil(those * (100 - room.floor) / 100)
            if row["survived"] <= allowed:
                continue
            yield f"{room.name}: {row['survived']} of {those} survived, at most {allowed} allowed ({room.floor:g} % are to be caught)"
            for mutant, answer in self.left:
                if not answer and mutant.file in room.files:
                    yield f"not in {SURVIVORS}: {mutant.id} || {mutant.change}"


def alone():
    """Held as long as it is open: another run would build in the same folders."""
    os.makedirs(OUT, exist_ok=True)
    held = open(os.path.join(OUT, "lock"), "w", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"{OUT}: another run is going on", file=sys.stderr)
        raise SystemExit(2) from None
    return held


def run(args):
    rooms, answers, builder = Room.read_all(), Answers(), Builder()
    held = alone()
    files = wanted_files(rooms, args.files)
    every = all_mutants(builder, files)
    chosen = sampled(every, args.sample, args.seed)
    catchers = catchers_by_room(rooms)
    room_of = {f: r.name for r in rooms for f in r.files}
    texts = {f: read(f) for f in files}
    folder = os.path.join(OUT, "plain")
    plain = {f: digest(f, read(builder.object(f, texts[f], os.path.join(folder, "plain.o")))) for f in files}
    state = State(stamp_of(rooms), args.keep_kills)
    table, done = Table(rooms, answers), 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        until = time.monotonic() + 60 * args.minutes if args.minutes else None

        def judge_in_time(m):
            if until and time.monotonic() > until:
                return None
            return judge(builder, catchers[room_of[m.file]], m, texts, plain, state)

        waiting = [pool.submit(judge_in_time, m) for m in spread(chosen)]
        try:
            for mutant, future in zip(spread(chosen), waiting):
                result = future.result()
                if not result:
                    continue
                table.add(mutant, result)
                done += 1
                if args.verbose:
                    print(mutant.id, *(result[k] for k in ("status", "stage", "by", "how") if k in result), sep="\t", flush=True)
        except (KeyboardInterrupt, Unfit) as stop:
            for future in waiting:
                future.cancel()
            print(stop if isinstance(stop, Unfit) else f"stopped after {done} of {len(chosen)}; the same call goes on from here",
                  file=sys.stderr)
            raise SystemExit(2 if isinstance(stop, Unfit) else 3)
    held.close()
    table.print()
    print(f"{done} of {len(every)} mutants" + (f", sample {args.seed}" if args.sample else ""))
    bad = list(answers.stale(every)) + (list(table.complaints()) if args.gate else [])
    if done < len(chosen):
        print(f"the time is up: {len(chosen) - done} of the sample were not judged; the same call goes on from here")
        if args.gate and done < ENOUGH * len(chosen):
            bad.append(f"{done} of {len(chosen)} say too little: the same call goes on from here")
    print("\n".join(bad), file=sys.stderr, end="\n" if bad else "")
    return 1 if bad else 0


def one(args):
    rooms, builder = Room.read_all(), Builder()
    file = args.id.split(":")[0]
    room = next((r for r in rooms if file in r.files), None)
    if not room:
        refuse(f"one {args.id}: expected FILE:..., as `mutants.py list` prints it, with a file of {PLAN}"
               f"{nearest(file, [f for r in rooms for f in r.files])}")
    made = {m.id: m for m in rules.mutants(file, builder.parse_flags)}
    mutant = made.get(args.id) or refuse(f"one {args.id}: no such mutant{nearest(args.id, made)}")
    catchers = [c for c in catchers_of(room) if args.catchers in f"{c.stage}, {c.name}"]
    if not catchers:
        refuse(f"one {args.id} {args.catchers}: no catcher of room {room.name} is named so; they are "
               + "; ".join(f"{c.stage}, {c.name}" for c in catchers_of(room)))
    text = rules.apply(read(file), mutant)
    folder = os.path.join(OUT, "one")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "mutant.c"), "wb") as f:
        f.write(text)
    subprocess.run(["diff", "-u", "--label", f"a/{file}", "--label", f"b/{file}", file, os.path.join(folder, "mutant.c")])
    sys.stdout.flush()
    name = builder.object(file, text, os.path.join(folder, "mutant.o"))
    if not name:
        print("does not compile")
        return 0
    built = Built(folder, file, [name])
    print(f"the program: {built.program(builder)}", flush=True)
    for catcher in catchers:
        print(f"{catcher.stage}, {catcher.name}: {catcher.catches(builder, built) or 'not caught'}", flush=True)
    return 0


def listing(args):
    rooms, builder = Room.read_all(), Builder()
    for m in sampled(all_mutants(builder, wanted_files(rooms, args.files)), args.sample, args.seed):
        print(m.id, m.line, m.change, sep="\t")
    return 0


def count(least):
    def read_count(text):
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"expected a number from {least} on, got {text}")
        return number
    read_count.__name__ = "number"  # what argparse calls what is none
    return read_count


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `list | head`
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, function in (("list", listing), ("run", run), ("one", one)):
        command = commands.add_parser(name)
        command.set_defaults(function=function)
        if name == "one":
            command.add_argument("id")
            command.add_argument("catchers", nargs="?", default="", help="those with this in stage and name; all")
            continue
        command.add_argument("--files", default="", help="names or patterns, with commas; all of rooms.txt")
        command.add_argument("--sample", type=count(0), default=0, help="so many of them; 0 is all")
        command.add_argument("--seed", type=count(0), default=1, help="of the sample")
        if name == "run":
            command.add_argument("--jobs", type=count(1), default=1)
            command.add_argument("--minutes", type=count(0), default=0, help="no mutant is begun after that; 0: all are")
            command.add_argument("--keep-kills", action="store_true", help="what an earlier state of the tree caught is caught")
            command.add_argument("--gate", action="store_true", help="fail below a floor, or for a survivor without a reason")
            command.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    return args.function(args)


if __name__ == "__main__":
    sys.exit(main())
