#!/bin/sh
# All vectors, our own digests and verifying side by side with every back end of the lanes that this CPU has; the slow cases of the vectors too.
set -u
failures=0
for lanes in avx512 shani portable; do
    for test in vectors digests refusals many; do
        UCSIM_LANES=$lanes UCSIM_LONG_TESTS=1 "./$B/tests/signing/test_$test" >/dev/null 2>&1
        code=$?
        echo "$lanes $test: exit $code"
        [ $code -eq 0 ] || [ $code -eq 77 ] || failures=$((failures + 1))
    done
done
[ "$failures" -eq 0 ]
