#!/bin/sh
# Checkpoints of explorations, and the store's records and marker, with checksums made anew: FUZZ_SECONDS (60) each.
set -u
. tests/fuzz.sh
fuzz_need_clang
fuzz_compile "$fuzz_cc" $(ls signing/*.c simulator/*.c simulator/explore/*.c functionality/*.c protocol/*.c adversary/*.c environments/*.c) \
    tests/environments/store_folder.c
words=tests/environments/fuzz_words.c
failed=0
for target in ${FUZZ_TARGETS:-checkpoint store}; do
    fuzz_target $target tests/environments/fuzz_$target.c $words -- -max_len=20000 || failed=1
done
exit $failed
