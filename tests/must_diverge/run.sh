#!/bin/sh
# Broken versions that must be told apart. Each NAME.patch here changes one function or so of the real code; its head
# says what breaks and what catches it. For each: apply, compile that one object, link it with the rest of this build,
# run the catchers with `ucsim check` (or a test program) and require the verdict that the head names.
#
#   B=build/release tests/must_diverge/run.sh [quick | NAME ...]
#
# Heads are lines "word: text":
#   name, breaks    what it is, and what goes wrong with it
#   catcher         [OPTION...] SCRIPT => VERDICT[: RULE]   `ucsim check` with these options (--harvest, --seeds=N) must
#                                                  give the script this verdict instead of the one it expects
#                   tests/FOLDER/test_X => fails   this test program must fail
#   with            NAME of a patch that is applied too: a rule of F shows only with an S that asks for too much
#   quick           yes: runs in `make check`; all run in `make check-all`
#   counterexample  the shortest way there that is known
#   equivalent      why nothing can tell it apart (in place of catchers; it must apply and compile)
# Exit 1 names what was missed.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${B:=build/release}" "${VARIANT:=release}" "${CC:=gcc}"
unset MAKEFLAGS MFLAGS MAKELEVEL
here=tests/must_diverge
# two runs at once stay out of each other's way; it calls itself for every one of them
export MUST_DIVERGE_OUT="${MUST_DIVERGE_OUT:-$B/must_diverge/${1:-all}}"
out=$MUST_DIVERGE_OUT
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }

head_of() { # FILE WORD: its values, one a line
    sed -n "/^---/q; s/^$2: *//p" "$1"
}

# Compiles and links NAME into $out/NAME/ucsim, and test programs into $out/NAME/tests/...
build() {
    dir=$out/$1
    rm -rf "$dir" && mkdir -p "$dir/source" || return 1
    objects=
    for name in $1 $(head_of "$here/$1.patch" with); do
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

# What a script gets: VERDICT, VERDICT: RULE when a rule broke
verdict_of() { # UCSIM "[OPTION...] SCRIPT"
    timeout 60 "$1" check --json $2 2>&1 | sed -n 's/^ *"verdict": "\(.*\)",$/\1/p; s/^ *"rule": "\([AI][0-9]*\).*",$/: \1/p' |
        awk '/^: / { last = last $0; next } { if (last) print last; last = $0 } END { if (last) print last }'
}

caught_by() { # NAME CATCHER EXPECTED: prints what it got, fails if that is not what it must be
    case $2 in
    tests/*/test_*)
        folder=$(dirname "$2")
        help=$(find "$B/$folder" -name '*.o' ! -name 'test_*' ! -name 'fuzz_*' | tr '\n' ' ')
        eval "$CC $cflags" -o "$out/$1/$(basename "$2")" "$B/$2.o" $help "$out/$1/*.c.o" "$B/libucsim.a" "$libs" \
            >>"$out/$1/log" 2>&1 || { echo "does not link"; return 1; }
        if timeout 60 "$out/$1/$(basename "$2")" >"$out/$1/test.log" 2>&1; then echo passes; return 1; fi
        echo fails ;;
    *)
        verdict_of "$out/$1/ucsim" "$2" >"$out/$1/verdicts"
        grep -x "$3\(: [AI][0-9]*\)*" "$out/$1/verdicts" | head -n 1 | grep . ||
            { sort "$out/$1/verdicts" | uniq | tr '\n' ';'; return 1; } ;;
    esac
}

one() { # NAME: a line of the table
    file=$here/$1.patch
    if ! why=$(build "$1"); then
        printf 'BROKEN      %-34s %s, see %s\n' "$1" "$why" "$out/$1/log"
        return
    fi
    why=$(head_of "$file" equivalent)
    if [ -n "$why" ]; then
        printf 'equivalent  %-34s %s\n' "$1" "$why"
        return
    fi
    result=caught table=
    head_of "$file" catcher >"$out/$1/catchers"
    while read -r line; do
        catcher=${line%% => *}
        got=$(caught_by "$1" "$catcher" "${line##* => }" </dev/null) || { result=MISSED; got="$got, expected ${line##* => }"; }
        script=${catcher##* }
        table="$table ${catcher%"$script"}$(basename "$script"): $got;"
    done <"$out/$1/catchers"
    [ -n "$table" ] || result=MISSED
    printf '%-11s %-34s %s\n' "$result" "$1" "${table# }"
    [ $result = MISSED ] || rm -rf "$out/$1"
}

if [ "${1:-}" = --build ]; then # NAME: no more than $out/NAME/ucsim, for bench/counterexamples.sh
    mkdir -p "$out"
    make -s --no-print-directory print-flags VARIANT="$VARIANT" CC="$CC" >"$out/flags" || exit 2
    . "$out/flags"
    build "$2"
    exit
fi
if [ "${1:-}" = --one ]; then
    . "$out/flags"
    one "$2"
    exit
fi
mkdir -p "$out"
make -s --no-print-directory print-flags VARIANT="$VARIANT" CC="$CC" >"$out/flags" || exit 2
case "${1:-}" in
    '') list=$(cd $here && ls ./*.patch) ;;
    quick) list=$(cd $here && grep -l '^quick: yes' ./*.patch) ;;
    *) list=$(for name in "$@"; do echo "$name.patch"; done) ;;
esac
export B VARIANT CC
echo "$list" | sed 's,^\./,,; s,\.patch$,,' | xargs -P 2 -I{} sh "$here/run.sh" --one {} | LC_ALL=C sort >"$out/table"
cat "$out/table"
awk '{ n[$1]++ } END { printf "%d caught, %d equivalent, %d missed, %d broken\n", n["caught"], n["equivalent"], n["MISSED"],
     n["BROKEN"] }' "$out/table"
[ -s "$out/table" ] && ! grep -q '^MISSED\|^BROKEN' "$out/table"
