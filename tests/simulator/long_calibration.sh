#!/bin/sh
# Coverage of the intervals and error of the tests over 1,000 repetitions.
exec "$B/tests/simulator/test_calibration" 1000
