#!/bin/sh
# What of a broken version shows in the logs of its modules: those that change the protocol, the core of signatures or the engine
# around parties are built, the scripts that catch them are run and their schedules replayed, and `ucsim audit log` of the unbroken
# build judges the logs (with --faults 0 where A ordered no crash). logs.txt has those that are not rejected, and why; every other
# one must be. The logs of the unbroken build from the same scripts and schedules, where they are of a protocol that keeps the
# promise, are accepted.
#   B=build/release UCSIM=build/release/ucsim sh tests/must_diverge/long_logs.sh [NAME...]
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${B:=build/release}" "${VARIANT:=release}" "${UCSIM:=$PWD/$B/ucsim}"
here=tests/must_diverge
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export B VARIANT UCSIM MUST_DIVERGE_OUT="$work/out"
mkdir "$work/out"
failures=0

within() { (ulimit -t 60; exec timeout 600 "$@") >/dev/null 2>&1 </dev/null; }

# UCSIM NAME FOLDER: traces of what catches it
traces() {
    i=0
    sed -n '/^---/q; s/^catcher: *\(.*\) => .*/\1/p' "$here/$2.patch" | while read -r line; do
        i=$((i + 1))
        case $line in *.lua) mkdir -p "$3/$i"; within "$1" check --trace "$3/$i" "${line##* }" ;; esac
    done
    [ ! -e "$here/counterexamples/$2.txt" ] || within "$1" replay --trace "$3/replay.jsonl" "$here/counterexamples/$2.txt"
}

# FOLDER: rejected, accepted, or none (no log says anything); undecided and the like as they are
judged() {
    answer=none
    for trace in $(find "$1" -name '*.jsonl' | LC_ALL=C sort); do
        faults=
        grep -qE '"in":\{"kind":"(crash|restore)"' "$trace" || faults="--faults 0"
        within "$UCSIM" audit log -q $faults "$trace"
        case $? in
            0|3) [ $answer = rejected ] || answer=accepted ;; # 3: undecided
            1) answer=rejected ;;
            2) ;; # no party did anything
            *) answer="$answer, and the audit of $trace ends otherwise"; break ;;
        esac
    done
    echo "$answer"
}

reason() { sed -n "s/^$1 *\([a-z]*\)\$/\1/p" $here/logs.txt; }

one() { # NAME
    grep -qE '^\+\+\+ b/(protocol|signing|simulator)/' "$here/$1.patch" || return 0
    sh $here/run.sh --build "$1" >/dev/null 2>&1 || { echo "$1 does not build"; return 1; }
    mkdir "$work/$1"
    traces "$work/out/$1/ucsim" "$1" "$work/$1"
    got=$(judged "$work/$1") why=$(reason "$1")
    rm -rf "${work:?}/out/$1" "${work:?}/$1"
    case $got,$why in
        rejected,) ;;
        none,norun) ;;
        accepted,?*) [ "$why" != norun ] || { echo "$1: accepted; logs.txt says that nothing is run"; return 1; } ;;
        *) echo "$1: $got; logs.txt says ${why:-nothing, so that it must be rejected}"; return 1 ;;
    esac
}

if [ $# -eq 0 ]; then
    for name in $(sed -n 's/^\([a-z0-9-]*\)  *[a-z]*$/\1/p' $here/logs.txt); do
        [ -e "$here/$name.patch" ] || { echo "logs.txt: there is no $name"; failures=1; }
    done
    set -- $(cd $here && ls ./*.patch | sed 's,^\./,,; s,\.patch$,,')
    # what the unbroken build writes of scripts of the catalogue that keep the promise, instance by instance
    for script in $(sed -n '/^---/q; s/^catcher: *\(.*\) => .*/\1/p' $here/*.patch | sed 's/.* //' | grep '^environments.*\.lua$' | LC_ALL=C sort -u); do
        grep -q 'expect *= *"indistinguishable"' "$script" && ! grep -q 'for_each\|dictated' "$script" || continue
        mkdir "$work/unbroken"
        within "$UCSIM" check --trace "$work/unbroken" "$script"
        got=$(judged "$work/unbroken")
        [ "$got" != rejected ] || { echo "FALSE ALARM: the unbroken build, $script"; failures=1; }
        rm -r "$work/unbroken"
    done
fi
for name; do one "$name" || failures=1; done
exit $failures
