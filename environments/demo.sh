#!/bin/sh
# ./setup demo: the main job in a minute. Runs scenarios with real LMS signatures and AES-256-GCM payloads through both
# worlds, shows a difference where a setting gives the promise away, and draws it.
#   B=build/release sh environments/demo.sh
set -eu
: "${B:?}"
ucsim=$B/ucsim
out=$B/demo
scenarios=environments/scenarios
mkdir -p "$out"

say() { printf '\n== %s\n' "$*"; }

say "the whole catalogue in both worlds: does each scenario get the verdict it must get?"
"$ucsim" check --color=never "$scenarios" | tail -n 1

say "the network is the adversary: redirected, reflected, altered, repeated payloads"
"$ucsim" check "$scenarios/channel/51-redirected.lua" "$scenarios/channel/52-reflected.lua" \
    "$scenarios/channel/54-flipped-cut-extended.lua" "$scenarios/channel/49-replay-after-use.lua"

say "a module's storage is rolled back: one index signs two messages, and the worlds differ"
"$ucsim" check --show --trace "$out/rollback.jsonl" "$scenarios/storage/22-snapshot.lua"

say "the same with a hardware counter: the module refuses, and the worlds are alike"
"$ucsim" check "$scenarios/storage/22-snapshot-with-counter.lua"

say "pictures"
"$ucsim" diagram "$out/rollback.jsonl" -o "$out/rollback.svg"
"$ucsim" diagram "$out/rollback.jsonl" -o "$out/rollback.png"
"$ucsim" plot ownership "$out/rollback.jsonl" -o "$out/ownership.svg"
ls "$out"/*.svg "$out"/*.png
