#!/usr/bin/python3
"""Carries the broken versions over a change of the sources that they patch: renamed functions, moved files.

    /usr/bin/python3 tests/must_diverge/carry.py OLD [--edit COMMAND] [NAME ...]

OLD is the commit for which the patches of this folder are good; the tree they are carried to is HEAD. Each patch is applied
to OLD, brought to HEAD by git's three-way merge, which follows renamed files, and written anew under its head. With --edit,
COMMAND (a shell command, such as sed -i ... "$@") is first run on the files that the patch touches, both in OLD and
with the patch in: for a change that is the same everywhere, so that lines next to it do not conflict.
Those that conflict are named and left alone. Exit 0: all were carried; 1: some were not; 2: usage.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def git(*arguments, cwd=ROOT, env=None, check=True, data=None):
    done = subprocess.run(["git", *arguments], cwd=cwd, env={**os.environ, **(env or {})}, input=data,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done


def split(text):
    """Head and changes of a patch file."""
    at = re.search(r"^(diff |--- )", text, re.M)
    return text[:at.start()], text[at.start():]


def commit(tree, message, parent):
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "carry"), ("EMAIL", "carry@localhost"), ("DATE", "2000-01-01T00:00:00Z"))}
    return git("commit-tree", tree, "-p", parent, "-m", message, env=who).stdout.strip()


def edited(tree_ish, files, command, folder):
    """The tree with COMMAND run on these files."""
    git("read-tree", "-u", "--reset", tree_ish, cwd=folder)
    here = [f for f in files if os.path.exists(os.path.join(folder, f))]
    if command and here:
        subprocess.run(["sh", "-c", command, "carry", *here], cwd=folder, check=True)
    git("add", "-A", cwd=folder)
    return git("write-tree", cwd=folder).stdout.strip()


def carry(path, old, new, command, folder):
    """None, or why it could not be carried."""
    with open(path, encoding="utf-8") as f:
        head, changes = split(f.read())
    files = sorted(set(re.findall(r"^(?:\+\+\+|---) [ab]/(\S+)", changes, re.M)))
    git("read-tree", "-u", "--reset", old, cwd=folder)
    applied = subprocess.run(["patch", "-s", "-p1", "--no-backup-if-mismatch"], cwd=folder, input=changes, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if applied.returncode:
        return "does not apply to OLD: " + applied.stdout.strip().splitlines()[0]
    git("add", "-A", cwd=folder)
    broken = git("write-tree", cwd=folder).stdout.strip()
    base = commit(edited(old, files, command, folder), "base", old)
    there = commit(edited(broken, files, command, folder), "broken", base)
    git("checkout", "-q", "-f", "--detach", new, cwd=folder)
    picked = git("cherry-pick", "-n", there, cwd=folder, check=False)
    if picked.returncode:
        conflict = git("diff", "--name-only", "--diff-filter=U", cwd=folder).stdout.split()
        git("reset", "-q", "--hard", new, cwd=folder)
        return "conflicts in " + ", ".join(conflict or ["?"])
    fresh = git("diff", "--cached", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", new, cwd=folder).stdout
    git("reset", "-q", "--hard", new, cwd=folder)
    if not fresh:
        return "changes nothing any more"
    fresh = re.sub(r"^(diff --git|index) .*\n", "", fresh, flags=re.M)
    fresh = re.sub(r"^(@@ [^@]* @@).*$", r"\1", fresh, flags=re.M)
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + fresh)
    return None


def main():
    parser = argparse.ArgumentParser(description="carries the broken versions over a change of the sources")
    parser.add_argument("old", metavar="OLD")
    parser.add_argument("--edit", metavar="COMMAND", default="")
    parser.add_argument("name", metavar="NAME", nargs="*")
    a = parser.parse_args()
    names = a.name or sorted(f[:-6] for f in os.listdir(HERE) if f.endswith(".patch"))
    for name in names:
        if not os.path.exists(f"{HERE}/{name}.patch"):
            parser.error(f"no {name}.patch in tests/must_diverge")
    if git("rev-parse", "--verify", "-q", a.old + "^{commit}", check=False).returncode:
        parser.error(f"no commit '{a.old}'")
    new = git("rev-parse", "HEAD").stdout.strip()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        git("worktree", "add", "-q", "--detach", folder, new)
        try:
            for name in names:
                why = carry(f"{HERE}/{name}.patch", a.old, new, a.edit, folder)
                failed += why is not None
                if why:
                    print(f"{name}: {why}")
        finally:
            git("worktree", "remove", "--force", folder)
    print(f"{len(names) - failed} of {len(names)} carried")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
