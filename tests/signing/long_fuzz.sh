#!/bin/sh
# Every fuzz_*.c of the signing core, with address and undefined-behaviour checks. FUZZ_SECONDS (60) each.
set -u
. tests/fuzz.sh
fuzz_need_clang
fuzz_compile "$fuzz_cc" $(ls signing/*.c | grep -v sigma)
mkdir "$T/names" "$T/verify"
printf 'HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4' >"$T/names/a"
for i in 0 2 4 6 8 10 1 3; do printf "\\$(printf %03o $i)" >"$T/verify/$i"; done
failed=0
fuzz_target names tests/signing/fuzz_names.c -- -max_len=4096 || failed=1
fuzz_target verify tests/signing/fuzz_verify.c -- -max_len=4096 || failed=1
fuzz_target disk tests/signing/fuzz_disk.c tests/environments/fuzz_words.c -- -max_len=2000 || failed=1
exit $failed
