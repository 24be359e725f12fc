#!/bin/sh
# Readers of traces and schedules against bytes that nobody wrote, with address and undefined behaviour sanitizers: with
# libFuzzer where clang is installed, else with the small driver beside this file. FUZZ_SECONDS (20) per target.
set -u
: "${B:?}"
seconds=${FUZZ_SECONDS:-20}
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
root=$PWD
packages="glib-2.0 lua5.4 libcrypto json-glib-1.0 libxxhash"
flags="-std=gnu11 -D_GNU_SOURCE -DUCSIM_VERSION=\"0\" -DUCSIM_DATADIR=\"/nowhere\" -O1 -g -I. -w $(pkg-config --cflags $packages)"
sources=$(ls signing/*.c simulator/*.c functionality/*.c protocol/*.c adversary/*.c environments/worlds.c environments/pair.c \
    environments/replay.c report/text.c)
if command -v clang >/dev/null; then
    compile="clang -fsanitize=fuzzer,address,undefined" driver=
else
    compile="${CC:-gcc} -fsanitize=address,undefined -fno-sanitize-recover=undefined" driver=tests/report/fuzz_driver.c
    echo "no clang: mutation without coverage"
fi
mkdir -p "$T/lib" && cd "$T/lib" || exit 1
echo "$sources" | tr ' ' '\n' | (cd "$root" && xargs -P 2 -I{} sh -c \
    "${compile%% *} -fsanitize=address,undefined $flags -c {} -o $T/lib/\$(echo {} | tr / -).o") || { echo "does not compile"; exit 1; }
head -c 6000 "$root/tests/golden/distinguished.trace" >"$T/cut.trace"
grep -v '"n":' "$root/tests/golden/distinguished.trace" >"$T/short.trace"
sed -n 1,12p "$root/tests/golden/distinguished.trace" >"$T/some.trace"
tail -n 1 "$root/tests/golden/indistinguishable.trace" >>"$T/some.trace"
printf 'ucsim-schedule 1\noption storage rollback\ncrash hsm1 before\nrestart hsm1\nrestore hsm1 0\ncorrupt hsm2\ncorrupted\n' >"$T/b.schedule"
printf 'ucsim-schedule 1\noption scheme ""\n' >"$T/empty.schedule"
failures=0
for target in trace schedule; do
    mkdir -p "$T/$target" && cp "$T"/*."$target" "$T/$target/"
    [ $target = schedule ] && cp "$root"/tests/golden/*.schedule "$T/$target/"
    (cd "$root" && $compile $flags -o "$T/fuzz_$target" tests/report/fuzz_$target.c $driver "$T"/lib/*.o \
        $(pkg-config --libs $packages) -lm -lpthread) || { echo "does not link"; exit 1; }
    cd "$T" || exit 1
    if [ -z "$driver" ]; then
        "./fuzz_$target" -max_total_time="$seconds" -max_len=20000 "$T/$target" >"$T/log" 2>&1
    else
        timeout "$seconds" "./fuzz_$target" 100000000 "$T/$target"/* >"$T/log" 2>&1
        [ $? -eq 124 ] # it ran until its time was over
    fi || { failures=1; tail -n 40 "$T/log"; echo "input of $target:"; head -c 2000 fuzz-crash crash-* 2>/dev/null | cat -v; }
done
[ $failures -eq 0 ]
