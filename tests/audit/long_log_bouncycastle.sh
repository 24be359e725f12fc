#!/bin/sh
# Logs of modules made of Bouncy Castle: one has a key, the other a shard of it; then the first was restored from backups.
set -u
jar=/usr/share/java/bcprov.jar
[ -f $jar ] || { echo "no $jar (package libbcprov-java)"; exit 77; }
command -v java >/dev/null && java --list-modules 2>/dev/null | grep -q jdk.compiler || { echo "no JDK (package default-jdk-headless)"; exit 77; }
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
java -cp $jar tests/audit/Shards.java "$d" || { echo "java failed"; exit 1; }
expect() { # CODE WORDS ARGUMENT...
    want=$1 words=$2
    shift 2
    "$UCSIM" audit log --any-index --faults 0 "$@" >"$d/out" 2>&1
    got=$?
    [ "$got" -eq "$want" ] && grep -q -e "$words" "$d/out" && return
    echo "expected $want and '$words', got $got: $*"
    cat "$d/out"
    failures=$((failures + 1))
}
expect 0 '^accepted$' "$d/owner.jsonl" "$d/shard.jsonl"
expect 0 '^accepted$' "$d/shard.jsonl" "$d/owner.jsonl"
# shards come from below, and F hands over from the top
"$UCSIM" audit log "$d/owner.jsonl" "$d/shard.jsonl" >"$d/out" && { echo "F takes shards from below"; failures=$((failures + 1)); }
expect 1 'one-time key 2 was used twice: owner at .*, and shard at \|one-time key 2 was used twice: shard at .*, and owner at ' "$d/restored.jsonl" "$d/shard.jsonl"
expect 1 'one-time key 11 was used twice: owner at ' "$d/again.jsonl" "$d/shard.jsonl"
# without the log of the shard the reuse does not show; that it may do anything is no proof of anything
expect 0 '^accepted$' --untrusted shard "$d/owner.jsonl"
# the signatures that are in hand: those of the restored owner no honest log owns up to, by their bytes
rm "$d/signatures/owner-seven" "$d/signatures/owner-eight"
expect 0 '6 signatures in hand were compared' --public "$d/vk" --signatures "$d/signatures" "$d/owner.jsonl" "$d/shard.jsonl"
head -n 5 "$d/owner.jsonl" >"$d/short.jsonl"
expect 1 'owner-five: index 11 signed it, and no log owns up to it' --public "$d/vk" --signatures "$d/signatures" "$d/short.jsonl" "$d/shard.jsonl"
[ "$failures" -eq 0 ]
