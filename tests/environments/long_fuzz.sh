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
mkdir "$T/log"
head='{"ucsim-log":1,"functionality":"F_DKM","modules":["m1","m2"],"options":{"crypto":"ideal","reservation":2}}'
key='"kid":"00112233445566778899aabbccddeeff"' ticket='"ticket":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"'
{
    echo "$head"
    echo "{\"module\":\"m1\",\"time\":1,\"in\":{\"kind\":\"keygen\"},\"out\":{\"kind\":\"key\",$key,\"capacity\":32}}"
    echo "{\"module\":\"m2\",\"in\":{\"kind\":\"request\",$key,\"count\":4,\"from\":\"m1\"},\"out\":{\"kind\":\"requested\",$ticket}}"
    echo "{\"module\":\"m1\",\"in\":{\"kind\":\"transfer\",$key,\"count\":4,\"to\":\"m2\",$ticket}}"
    echo "{\"module\":\"m2\",\"out\":{\"kind\":\"received\",$key,\"from\":\"m1\",$ticket,\"a\":28,\"b\":32}}"
    echo "{\"module\":\"m2\",\"in\":{\"kind\":\"sign\",$key,\"message\":\"a\"},\"out\":{\"kind\":\"signature\",$key,\"index\":28,\"signature\":\"00\"}}"
    echo "{\"module\":\"m1\",\"in\":{\"kind\":\"status\",$key},\"out\":{\"kind\":\"status-is\",$key,\"intervals\":[[0,28]],\"remaining\":28}}"
} >"$T/log/words"
sed -n 1,9p tests/golden/indistinguishable.trace >"$T/log/trace"
printf '%s\n' 'ucsim-map 1' 'functionality F_DKM' 'format csv' 'module who' 'time at iso' 'join n' 'in sign kid=key message:x when op is SIGN' \
    'out signature kid=key index=i when has i' 'skip when op is LOGIN' 'remark copy when op is COPY' ==== 'who,at,op,key,i,n' 'a,1,SIGN,00,,7' \
    'a,2026-01-01T00:00:00Z,,00,3,7' 'b,,COPY,,,' >"$T/log/csv"
printf '%s\n' 'ucsim-map 1' 'functionality F_AUTH' 'option limit-texts 3' 'modules a b' 'format text' "line '(?<who>\\w+) sent (?<t>\\w+) to (?<to>\\w+)'" \
    'module who' 'in send to=to text=t' ==== 'a sent x to b' >"$T/log/text"

words=tests/environments/fuzz_words.c
failed=0
target() { [ "${FUZZ_ONLY:-$1}" != "$1" ] || fuzz_target "$@" || failed=1; }
target checkpoint tests/environments/fuzz_checkpoint.c $words -- -max_len=20000
target store tests/environments/fuzz_store.c $words -- -max_len=4000
target schedule tests/report/fuzz_schedule.c -- -max_len=20000
target trace tests/report/fuzz_trace.c -- -max_len=20000
target log tests/environments/fuzz_log.c -- -max_len=6000
target script tests/environments/fuzz_script.c -- -max_len=6000 -timeout=600
exit $failed
