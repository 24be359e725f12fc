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
        fuzz_formats) # a key in each form with a signature behind it; the first byte is the key's length
            printf '\070\0\0\0\005\0\0\0\001%048d\0\0\0\001\0\0\0\001' 0 >"$d/$name.corpus/lms"
            printf '\074\0\0\0\002\0\0\0\005\0\0\0\001%048d\0\0\0\001' 0 >"$d/$name.corpus/hss"
            printf '\104\0\0\0\001%064d\0\0\0\001' 0 >"$d/$name.corpus/xmss"
            printf '\120\060\116\060\015\006\013\052\206\110\206\367\015\001\011\020\003\021\003\075\0\0\0\0\001\0\0\0\005\0\0\0\001%048d' 0 >"$d/$name.corpus/der"
            { printf '\242'; printf -- '-----BEGIN PUBLIC KEY-----\nME4wDQYLKoZIhvcNAQkQAxEDPQAAAAABAAAABQAAAAQ%060dH\n-----END PUBLIC KEY-----\n' 0; } >"$d/$name.corpus/pem" ;;
        *) for i in 0 2 4 6 8 10 1 3; do printf "\\$(printf %03o $i)" >"$d/$name.corpus/$i"; done ;;
    esac
    "$cc" -std=gnu11 -D_GNU_SOURCE -O2 -g -w -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -o "$d/$name" "$fuzz" $sources -lcrypto -lpthread -lm || exit 1
    "$d/$name" -max_total_time=$((${FUZZ_SECONDS:-60} / count)) -max_len=4096 -timeout=20 -artifact_prefix="$d/" \
        "$d/$name.corpus" >"$d/log" 2>&1 || { tail -n 60 "$d/log"; cp "$d"/crash-* "$d"/timeout-* /tmp/ 2>/dev/null; exit 1; }
    echo "$name: $(grep -o 'Done.*' "$d/log")"
done
