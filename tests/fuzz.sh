# For long_fuzz*.sh: libFuzzer targets with address and undefined behaviour sanitizers. Read with `.` from the root of the
# tree; sets T (removed at exit) and root. FUZZ_SECONDS is the time of each target.
root=$PWD
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
fuzz_packages="glib-2.0 lua5.4 libcrypto json-glib-1.0 libxxhash"
printf '#define UCSIM_VERSION "0"\n#define UCSIM_DATADIR "/nowhere"\n' >"$T/defines.h"
fuzz_flags="-std=gnu11 -D_GNU_SOURCE -include $T/defines.h -O1 -g -I. -w $(pkg-config --cflags $fuzz_packages)"
fuzz_checks="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
fuzz_cc=${FUZZ_CC:-clang}

# Exit 77 without clang and its libFuzzer.
fuzz_need_clang() {
    command -v "$fuzz_cc" >/dev/null || { echo "no clang"; exit 77; }
    echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return 0; }' >"$T/t.c"
    "$fuzz_cc" -fsanitize=fuzzer -o "$T/t" "$T/t.c" 2>/dev/null || { echo "clang has no libFuzzer (package libclang-rt-14-dev)"; exit 77; }
}

# fuzz_compile COMPILER SOURCE...: the library of the targets; two at a time.
fuzz_compile() {
    compiler=$1 fuzz_lib=$T/lib
    shift
    mkdir -p "$fuzz_lib"
    printf '%s\n' "$@" | xargs -P 2 -I{} sh -c \
        "$compiler $fuzz_checks $([ "$compiler" = "$fuzz_cc" ] && echo -fsanitize=fuzzer-no-link) $fuzz_flags -c {} -o $fuzz_lib/\$(echo {} | tr / -).o" ||
        { echo "does not compile"; exit 1; }
    ar rcs "$T/lib.a" "$fuzz_lib"/*.o # so that a target takes of it what it needs
}

# fuzz_target NAME SOURCE... [-- OPTION...]: links it with what was compiled and runs it on the seeds in $T/NAME, which it
# may add to itself (FUZZ_SEEDS). Prints the figures; the end of the log and the input when it fails.
fuzz_target() {
    name=$1 sources=
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do sources="$sources $1"; shift; done
    [ $# -gt 0 ] && shift
    mkdir -p "$T/$name" "$T/work"
    "$fuzz_cc" -fsanitize=fuzzer $fuzz_checks $fuzz_flags -o "$T/fuzz_$name" $sources "$T/lib.a" \
        $(pkg-config --libs $fuzz_packages) -lm -lpthread || { echo "$name does not link"; exit 1; }
    if FUZZ_SEEDS=$T/$name "$T/fuzz_$name" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=30 -artifact_prefix="$T/work/" "$@" \
        "$T/$name" >"$T/$name.log" 2>&1; then
        echo "$name: $(grep -o 'Done.*' "$T/$name.log")"
        return 0
    fi
    tail -n 60 "$T/$name.log"
    for input in "$T"/work/*; do
        [ -s "$input" ] && { echo "input of $name, base64 (${input##*/}):"; base64 "$input" | head -n 400; }
    done
    return 1
}
