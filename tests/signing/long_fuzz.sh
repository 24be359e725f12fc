#!/bin/sh
# Every fuzz_*.c of the signing core for a minute in all (FUZZ_SECONDS), with address and undefined-behaviour checks.
set -u
cc=${FUZZ_CC:-clang}
command -v "$cc" >/dev/null || { echo "no clang"; exit 77; }
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return 0; }' >"$d/t.c"
"$cc" -fsanitize=fuzzer -o "$d/t" "$d/t.c" 2>/dev/null || { echo "clang has no libFuzzer (package libclang-rt-14-dev)"; exit 77; }
sources=$(ls signing/*.c | grep -v sigma)
count=$(ls tests/signing/fuzz_*.c | wc -l)
for fuzz in tests/signing/fuzz_*.c; do
    name=$(basename "$fuzz" .c)
    mkdir "$d/$name.corpus"
    case $name in
        fuzz_names) printf 'HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4' >"$d/$name.corpus/a" ;;
        *) for i in 0 2 4 6 8 10 1 3; do printf "\\$(printf %03o $i)" >"$d/$name.corpus/$i"; done ;;
    esac
    "$cc" -std=gnu11 -D_GNU_SOURCE -O2 -g -w -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -o "$d/$name" "$fuzz" $sources -lcrypto -lpthread || exit 1
    "$d/$name" -max_total_time=$((${FUZZ_SECONDS:-60} / count)) -max_len=4096 -timeout=20 -artifact_prefix="$d/" \
        "$d/$name.corpus" >"$d/log" 2>&1 || { tail -n 60 "$d/log"; cp "$d"/crash-* "$d"/timeout-* /tmp/ 2>/dev/null; exit 1; }
    echo "$name: $(grep -o 'Done.*' "$d/log")"
done
