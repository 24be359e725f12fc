#!/bin/sh
# The logs of all instances of all scenarios, as the real world writes them: accepted wherever the scenario's views are those of F,
# with --faults 0 where A orders no crash, also when each module's log stands behind that of another. Prints how many there are, and how
# many are rejected of those in which the promise is broken.
set -u
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
mkdir "$d/t"
failures=0 accepted=0 broken=0 rejected=0 silent=0 events=0
"$UCSIM" check --quiet --trace "$d/t" environments/scenarios >"$d/out" 2>&1 || { cat "$d/out"; exit 1; }
for trace in $(find "$d/t" -name '*.jsonl' | LC_ALL=C sort); do
    faults=
    grep -qE '"in":\{"kind":"(crash|restore)"' "$trace" || faults="--faults 0"
    "$UCSIM" audit log $faults --write "$d/w" "$trace" >"$d/out" 2>&1
    code=$?
    case $code,$(tail -n 1 "$trace") in
        # no party did anything; or no log of one functionality: several sessions, or one without a table of what S may say
        2,*) grep -q "an empty log proves nothing\\|expected a functionality that logs can be held against\\|expected a log that says whose words" "$d/out" &&
                 silent=$((silent + 1)) && continue
             echo "not read: $trace"; cat "$d/out"; failures=$((failures + 1)) ;;
        0,*'"verdict":"indistinguishable"'*) ;;
        *,*'"verdict":"indistinguishable"'*) echo "FALSE ALARM: $trace"; cat "$d/out"; failures=$((failures + 1)); continue ;;
        *) broken=$((broken + 1)); [ $code -ne 1 ] || rejected=$((rejected + 1)); continue ;;
    esac
    [ "$(wc -l <"$d/w")" -gt 1 ] || continue
    accepted=$((accepted + 1)) events=$((events + $(wc -l <"$d/w") - 1))
    { head -n 1 "$d/w"; tail -n +2 "$d/w" | LC_ALL=C sort -s -t , -k 1,1r; } >"$d/sorted" # {"module":"NAME",...
    "$UCSIM" audit log -q $faults "$d/sorted" || { echo "another order of modules is not accepted: $trace"; failures=$((failures + 1)); }
done
echo "$accepted logs with $events events are accepted; of $broken runs that break the promise $rejected are rejected; $silent have no events, or are of several functionalities"
[ "$failures" -eq 0 ] && [ "$accepted" -gt 300 ] && [ "$rejected" -gt 10 ]
