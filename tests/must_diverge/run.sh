#!/bin/sh
# Broken versions that must be told apart. Each NAME.patch here changes one function or so of the real code; its head
# says what breaks and what catches it. For each: apply, compile that one object, link it with the rest of this build,
# run the catchers with `ucsim check` (or a test program) and require the verdict that the head names.
#
#   B=build/release tests/must_diverge/run.sh [quick | NAME ...]
#   B=build/release tests/must_diverge/run.sh --record NAME ...    writes counterexamples/NAME.txt anew, prints what was found
#
# With all of them, the unbroken build is explored too, within the same bounds: nothing may be found there.
#
# Heads are lines "word: text":
#   name, breaks    what it is, and what goes wrong with it
#   catcher         [OPTION...] SCRIPT => VERDICT[: RULE]   `ucsim check` with these options (--harvest, --seeds=N) must
#                                                  give the script this verdict instead of the one it expects
#                                                  and exit with another code than 0
#                   tests/FOLDER/test_X[.sh] => fails   this test must fail
#   with            NAME of a patch that is applied too: a rule of F shows only with an S that asks for too much
#   explored        BOUNDS [OPTION...] [with PATCH] => VERDICT[: RULE], N moves
#                       `ucsim explore` of bounds/BOUNDS.lua finds this, with the schedule in counterexamples/NAME.txt; the
#                       unbroken build does not get that verdict from it. PATCH is applied too, here only.
#                   BOUNDS [OPTION...] => indistinguishable, because REASON
#                       nothing is found within these bounds, nor can be
#   quick           yes: runs in `make check`; all run in `make check-all`
#   equivalent      why nothing can tell it apart (in place of catchers; it must apply and compile)
# Exit 1 names what was missed; 2: a call that cannot be meant.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${B:=build/release}" "${VARIANT:=release}" "${CC:=gcc}"
unset MAKEFLAGS MFLAGS MAKELEVEL UCSIM_CACHE_DIR # what is broken makes its own trees, and leaves none to others
here=tests/must_diverge
# two runs at once stay out of each other's way; it calls itself for every one of them
export MUST_DIVERGE_OUT="${MUST_DIVERGE_OUT:-$B/must_diverge/${1:-all}}"
out=$MUST_DIVERGE_OUT
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }

# Every NAME has a patch, and there is a build to link with.
check_names() {
    [ -e "$B/libucsim.a" ] || { echo "run.sh: expected a build in $B, got none: make tests" >&2; exit 2; }
    for name in "$@"; do
        [ -e "$here/$name.patch" ] && continue
        part=$(cd $here && ls | sed -n 's/\.patch$//p' | grep -F -e "${name%%-*}" | head -n 5 | tr '\n' ' ')
        echo "run.sh: there is no $here/$name.patch${part:+; there is $part}" >&2
        exit 2
    done
}

head_of() { # FILE WORD: its values, one a line
    sed -n "/^---/q; s/^$2: *//p" "$1"
}

# How this build compiles and links; several may ask at once.
write_flags() {
    mkdir -p "$out"
    make -s --no-print-directory print-test-flags VARIANT="$VARIANT" CC="$CC" >"$out/flags.$$" && mv "$out/flags.$$" "$out/flags"
}

# Compiles and links NAME into $out/NAME/ucsim, and test programs into $out/NAME/tests/...; with PATCH, which is applied too,
# into $out/NAME/with-PATCH/ucsim.
build() { # NAME [PATCH]
    dir=$out/$1${2:+/with-$2}
    rm -rf "$dir" && mkdir -p "$dir/source" || return 1
    objects=
    for name in $1 $(head_of "$here/$1.patch" with) ${2:-}; do
        for file in $(sed -n 's,^+++ b/\([^[:space:]]*\).*,\1,p' "$here/$name.patch"); do
            mkdir -p "$dir/source/$(dirname "$file")"
            [ -f "$dir/source/$file" ] || cp "$file" "$dir/source/$file"
        done
        patch -s -p1 -d "$dir/source" -i "$PWD/$here/$name.patch" >"$dir/log" 2>&1 ||
            { echo "does not apply: $name"; return 1; }
    done
    for file in $(cd "$dir/source" && find . -name '*.c'); do
        object=$dir/$(echo "${file#./}" | tr / -).o
        eval "$CC $cflags -O0 -g0 -Wno-error" -c -o "$object" "$dir/source/$file" >>"$dir/log" 2>&1 ||
            { echo "does not compile"; return 1; }
        objects="$objects $object"
    done
    eval "$CC $cflags" -o "$dir/ucsim" "$B/cli/main.o" "$objects" "$B/libucsim.a" "$libs" >>"$dir/log" 2>&1 ||
        { echo "does not link"; return 1; }
}

# What scripts got by `ucsim check --json`: VERDICT, VERDICT: RULE when a rule broke
verdicts() {
    sed -n 's/^ *"verdict": "\(.*\)",$/\1/p; s/^ *"rule": "\([A-Z][0-9]*\).*",$/: \1/p' |
        awk '/^: / { last = last $0; next } { if (last) print last; last = $0 } END { if (last) print last }'
}

# So many seconds of processor time: a loaded machine says the same. The clock only ends what waits for ever.
within() { # SECONDS COMMAND...
    (seconds=$1; shift; ulimit -t "$seconds"; exec timeout $((20 * seconds)) "$@")
}

caught_by() { # NAME CATCHER EXPECTED: prints what it got, fails if that is not what it must be
    case $2 in
    tests/*/test_*.sh)
        within 60 env UCSIM="$(cd "$out/$1" && pwd)/ucsim" sh "$2" >"$out/$1/test.log" 2>&1
        case $? in 0) echo passes; return 1 ;; 77) echo skipped; return 1 ;; *) echo fails ;; esac ;;
    tests/*/test_*)
        folder=$(dirname "$2")
        help=$(find "$B/$folder" -name '*.o' ! -name 'test_*' ! -name 'fuzz_*' | tr '\n' ' ')
        eval "$CC $cflags" -o "$out/$1/$(basename "$2")" "$B/$2.o" $help "$out/$1/*.c.o" "$B/libucsim.a" "$libs" \
            >>"$out/$1/log" 2>&1 || { echo "does not link"; return 1; }
        if within 60 "$out/$1/$(basename "$2")" >"$out/$1/test.log" 2>&1; then echo passes; return 1; fi
        echo fails ;;
    *)
        within 60 "$out/$1/ucsim" check --json $2 >"$out/$1/json" 2>&1 && { echo "exit code 0"; return 1; }
        verdicts <"$out/$1/json" >"$out/$1/verdicts"
        grep -x "$3\(: [A-Z][0-9]*\)*" "$out/$1/verdicts" | head -n 1 | grep . ||
            { sort "$out/$1/verdicts" | uniq | tr '\n' ';'; return 1; } ;;
    esac
}

# UCSIM SCHEDULE ARGUMENTS: "VERDICT[: RULE], N moves" and the schedule, or "indistinguishable", or how it ended
found_by() {
    ucsim=$1 schedule=$2; shift 2
    within 120 "$ucsim" explore "$@" --memory 2000 --json --schedule "$schedule" 2>&1 </dev/null | tr -d '\n' | sed -n '
        s/.*"end":"found".*"verdict":"\([^"]*\)","rule":\(null\|"\([A-Z][0-9]*\):[^"]*"\),.*"shrunk-moves":\([0-9]*\),.*/\1: \3, \4 moves/p
        s/.*"end":"complete".*"verdict":"indistinguishable".*/indistinguishable/p
        s/.*"end":"\([^"]*\)".*/ended: \1/p' | sed -n '1s/: ,/,/; 1p'
}

explored_by() { # NAME LINE: prints what it got, fails if that is not what the line says
    left=${2%% => *} expected=${2##* => }
    expected=${expected%%, because *}
    with=${left##* with } dir=$out/$1
    if [ "$with" != "$left" ]; then
        dir=$dir/with-$with left=${left%% with *}
        build "$1" "$with" || return 1
    fi
    bounds=${left%% *}
    got=$(found_by "$dir/ucsim" "$out/$1/found.txt" "$here/bounds/$bounds.lua" ${left#"$bounds"})
    echo "$bounds: ${got:-the program stops}"
    [ "$got" = "$expected" ] || { echo "expected $expected"; return 1; }
    [ "$got" = indistinguishable ] && return
    if [ -n "${RECORD:-}" ]; then
        mkdir -p "$here/counterexamples" && cp "$out/$1/found.txt" "$here/counterexamples/$1.txt"
    fi
    cmp -s "$out/$1/found.txt" "$here/counterexamples/$1.txt" || { echo "not by counterexamples/$1.txt"; return 1; }
    "$dir/ucsim" replay --quiet "$here/counterexamples/$1.txt" 2>&1 | grep -q 'what was found still happens' ||
        { echo "its schedule does not replay"; return 1; }
    # what was forged with a stolen secret may tell the worlds apart in another way
    "$B/ucsim" replay "$here/counterexamples/$1.txt" 2>&1 | grep -q '; found was ' ||
        { echo "the unbroken build gets that from its schedule too, or does not replay it"; return 1; }
}

one() { # NAME: a line of the table
    file=$here/$1.patch
    if ! why=$(build "$1"); then
        printf 'BROKEN      %-34s %s, see %s\n' "$1" "$why" "$out/$1/log"
        return
    fi
    result=caught table=
    why=$(head_of "$file" equivalent)
    [ -z "$why" ] || result=equivalent table=" $why;"
    head_of "$file" catcher >"$out/$1/catchers"
    while read -r line; do
        catcher=${line%% => *}
        got=$(caught_by "$1" "$catcher" "${line##* => }" </dev/null) || { result=MISSED; got="$got, expected ${line##* => }"; }
        script=${catcher##* }
        table="$table ${catcher%"$script"}$(basename "$script"): $got;"
    done <"$out/$1/catchers"
    [ -n "$table" ] || result=MISSED
    head_of "$file" explored >"$out/$1/explored"
    while read -r line; do
        got=$(explored_by "$1" "$line") || result=MISSED
        table="$table explored $(echo "$got" | sed '2,$s/^/, /' | tr -d '\n');"
    done <"$out/$1/explored"
    [ -s "$out/$1/explored" ] || { result=MISSED; table="$table its head does not say what explores it"; }
    printf '%-11s %-34s %s\n' "$result" "$1" "${table# }"
    [ $result = MISSED ] || rm -rf "$out/$1"
}

# BOUNDS [OPTION...]: the unbroken build finds nothing within the bounds of the heads
unbroken() {
    bounds=${1%% *}
    got=$(found_by "$B/ucsim" "$out/unbroken.$$" "$here/bounds/$bounds.lua" ${1#"$bounds"})
    result=unbroken
    [ "$got" = indistinguishable ] || result=ALARM
    printf '%-11s %-34s %s\n' $result "$1" "${got:-the program stops}"
}

if [ "${1:-}" = --build ]; then # NAME [PATCH]: no more than the program, for long_reductions.sh and bench/counterexamples.sh
    check_names "${2:-}" ${3:+"$3"}
    write_flags || exit 2
    . "$out/flags"
    build "$2" "${3:-}"
    exit
fi
if [ "${1:-}" = --one ]; then
    . "$out/flags"
    one "$2"
    exit
fi
if [ "${1:-}" = --unbroken ]; then
    unbroken "$2"
    exit
fi
if [ "${1:-}" = --record ]; then
    export RECORD=yes
    shift
    [ $# -gt 0 ] || { echo "run.sh: expected --record NAME ..., got no name" >&2; exit 2; }
fi
case "${1:-}" in '' | quick) check_names ;; -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit ;; *) check_names "$@" ;; esac
write_flags || exit 2
case "${1:-}" in
    '') list=$(cd $here && ls ./*.patch) ;;
    quick) list=$(cd $here && grep -l '^quick: yes' ./*.patch) ;;
    *) list=$(for name in "$@"; do echo "$name.patch"; done) ;;
esac
export B VARIANT CC
list=$(echo "$list" | sed 's,^\./,,; s,\.patch$,,')
{
    # the longest first
    [ $# -gt 0 ] || sed -n 's/^explored: *\(.*\) => .*/\1/p' $here/*.patch | sed 's/ with .*//' | LC_ALL=C sort -u |
        xargs -P 2 -I{} sh "$here/run.sh" --unbroken {}
    echo "$list" | xargs -P 2 -I{} sh "$here/run.sh" --one {}
} | LC_ALL=C sort >"$out/table"
cat "$out/table"
awk '{ n[$1]++ }
    $1 == "caught" { script += /\.lua: / || /test_[a-z_.]*: fails/; found += /explored [^;]*, [0-9]+ moves/ }
    END { printf "%d caught, %d of them by a script or test, %d by exploration; %d equivalent, %d missed, %d broken", n["caught"],
          script, found, n["equivalent"], n["MISSED"], n["BROKEN"]
          if (n["unbroken"]) printf "; nothing found in the unbroken build within %d bounds", n["unbroken"]
          print "" }' "$out/table"
[ -s "$out/table" ] && ! grep -q '^MISSED\|^BROKEN\|^ALARM' "$out/table"
