#!/bin/sh
# Larger bounds for the real protocol, and a million random walks of each kind. Minutes; part of `make check-all`.
set -u
export UCSIM="${UCSIM:?}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0
scenario() { # NAME FIELDS BOUNDS
    cat >"$dir/$1.lua" <<END
return scenario {
  title = "$1", parties = { "hsm1", "hsm2", "hsm3" }, scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  protocol = "ticketed-transfer", capacity = 4, $2
  expect = "indistinguishable",
  environment = function (z) end,
  explore = { $3 },
}
END
}
explore() { # NAME ARGUMENTS
    name=$1; shift
    "$UCSIM" explore "$dir/$name.lua" --memory 6000 "$@" >"$dir/out" 2>&1 </dev/null
    code=$?
    sed -n '1,4p' "$dir/out"
    [ $code -eq 0 ] || { echo "FAILED: exit $code: $name $*"; bad=1; }
}
scenario errors    ''                       'keygen = 1, transfer = 1, sign = 1, cancel = 1, deliver = 2, crash = 1, mutate = 1'
scenario transfers ''                       'transfer = 3, sign = 4, deliver = 2'
scenario crashes   ''                       'transfer = 2, sign = 2, deliver = 2, crash = 2'
scenario pairwise  'trust = "pairwise",'    'transfer = 2, sign = 2, deliver = 2, corrupt = 2'
scenario counter   'storage = "monotonic",' 'transfer = 1, sign = 2, deliver = 2, crash = 1, restore = 1, restart = 2'
scenario window    'reservation = 2,'       'transfer = 2, sign = 3, deliver = 2, crash = 1'
scenario walks     ''                       'transfer = 2, sign = 3, cancel = 1, deliver = 2, crash = 2'
explore errors --bound keygen-by=1
for s in transfers crashes pairwise counter window; do
    explore $s --bound wrong=0 --bound any=0 --bound keygen-by=1 --bound messages=1 --jobs 2
done
explore transfers --crypto real --bound wrong=0 --bound any=0 --bound keygen-by=1 --bound messages=1 --bound transfer=2
# What a process remembers of the moves grows with the walks: ten processes, each with its own seed and its own limit of
# memory, two at a time. Walks of two seeds are different walks.
walks() { # STRATEGY PROCESSES WALKS
    seq "$2" | xargs -P 2 -I{} sh -c '"$UCSIM" explore "$0/walks.lua" --memory 1500 --seconds 120 --quiet --json \
        --strategy "$1" --walks "$2" --seed {} --bound wrong=0 --bound any=0 --bound keygen-by=1 --bound messages=1 \
        >"$0/$1-{}" 2>&1 </dev/null || echo "FAILED: $1, seed {}"' "$dir" "$1" "$3" >"$dir/failed"
    cat "$dir/failed"
    [ -s "$dir/failed" ] && bad=1
    # --quiet prints nothing but JSON: what was walked in all
    sed -n 's/.*"walks":\([0-9]*\).*/\1/p' "$dir/$1"-* | awk -v s="$1" '{ n += $1 } END { print s ": " n + 0 " walks" }' \
        >"$dir/walked"
    cat "$dir/walked"
    grep -qx "$1: $(($2 * $3)) walks" "$dir/walked" || { echo "FAILED: expected $(($2 * $3)) $1 walks"; bad=1; }
}
walks random 10 100000
walks pct 10 100000
exit $bad
