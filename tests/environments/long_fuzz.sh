#!/bin/sh
# Bytes that nobody wrote, in every format that the program reads back: checkpoints of explorations, the store's records and
# marker (checksums made anew), schedules and traces with their replay in both worlds; and scenarios, the shipped ones
# changed token by token. FUZZ_SECONDS (60) each, FUZZ_ONLY names one of them.
set -u
. tests/fuzz.sh
fuzz_need_clang
fuzz_compile "$fuzz_cc" $(find signing simulator functionality protocol adversary environments -name "*.c" | LC_ALL=C sort) \
    report/text.c tests/environments/store_folder.c

mkdir "$T/schedule" "$T/trace"
cp tests/golden/*.schedule "$T/schedule/"
printf 'ucsim-schedule 1\noption storage rollback\ncrash hsm1 before\nrestart hsm1\nrestore hsm1 0\ncorrupt hsm2\ncorrupted\n' >"$T/schedule/orders"
printf 'ucsim-schedule 1\noption scheme ""\n' >"$T/schedule/empty"
cp tests/golden/distinguished.trace "$T/trace/"
head -c 6000 tests/golden/distinguished.trace >"$T/trace/cut"
grep -v '"n":' tests/golden/distinguished.trace >"$T/trace/short"
sed -n 1,12p tests/golden/distinguished.trace >"$T/trace/some"
tail -n 1 tests/golden/indistinguishable.trace >>"$T/trace/some"
mkdir "$T/script" "$T/scripts"
cp -r environments/scenarios/lib "$T/scripts/"
for script in environments/scenarios/*/*.lua; do [ "$(wc -c <"$script")" -gt 4000 ] || cp "$script" "$T/script/"; done
export FUZZ_SCRIPTS="$T/scripts"

words=tests/environments/fuzz_words.c
failed=0
target() { [ "${FUZZ_ONLY:-$1}" != "$1" ] || fuzz_target "$@" || failed=1; }
target checkpoint tests/environments/fuzz_checkpoint.c $words -- -max_len=20000
target store tests/environments/fuzz_store.c $words -- -max_len=4000
target schedule tests/report/fuzz_schedule.c -- -max_len=20000
target trace tests/report/fuzz_trace.c -- -max_len=20000
target script tests/environments/fuzz_script.c -- -max_len=6000 -timeout=600
exit $failed
