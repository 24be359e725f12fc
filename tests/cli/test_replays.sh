#!/bin/sh
# Every built-in scenario's trace replays without its script, with the same verdict. Every third of each family; all with
# UCSIM_LONG_TESTS.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
failures=0 count=0
[ "${UCSIM_LONG_TESTS:-}" ] && step=1 || step=3
for file in $(find environments/scenarios -name '*.lua' ! -path '*/lib/*' | LC_ALL=C sort | awk -F / -v step=$step 'n[$3]++ % step == 0'); do
    # a sweep has several instances: check them elsewhere, a trace holds one
    "$UCSIM" check --trace "$T/trace" "$file" >/dev/null 2>"$T/err" || { grep -q 'expects one scenario' "$T/err" && continue; }
    want=$(tail -n 1 "$T/trace") want=${want#'{"verdict":"'} want=${want%%'"'*} recorded=$want
    case "$want" in "assertion failed" | limit) want=indistinguishable ;; esac
    "$UCSIM" replay "$T/trace" >"$T/out" 2>&1
    code=$?
    read -r got <"$T/out"
    [ $code = 0 ] || [ "$want" != "$recorded" ] || { echo "$file: exit code $code: $got"; failures=1; }
    case "$got" in *"/trace: $want after"*) count=$((count + 1)) ;; *) echo "$file: $want, replayed: $got"; failures=1 ;; esac
done
echo "$count traces replayed"
[ "$failures" -eq 0 ] && [ "$count" -gt 0 ]
