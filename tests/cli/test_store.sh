#!/bin/sh
# ucsim run --store: a second process goes on where the first stopped; folders that do not fit end with exit code 2.
set -u
script=environments/scenarios/channel/49-replay-after-use.lua
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
run() { "$UCSIM" run "$script" --world real --color never "$@" 2>"$dir/err"; }
expect() { # CODE TEXT GOT
    [ "$3" -eq "$1" ] && grep -qF -- "$2" "$dir/err" && return
    echo "expected exit $1 and '$2', got $3:"; cat "$dir/err"; failed=1
}
run --store "$dir/s" >"$dir/first" || { echo "first run failed"; cat "$dir/err"; failed=1; }
run --store "$dir/s" >"$dir/second" || { echo "second run failed"; cat "$dir/err"; failed=1; }
tickets() { grep -o 'requested ticket=[0-9a-f]*' "$1" | sort -u; }
[ -n "$(tickets "$dir/first")" ] && [ "$(tickets "$dir/first")" != "$(tickets "$dir/second")" ] ||
    { echo "the second process drew the first one's ticket"; failed=1; }
run --store "$dir/s" --seed 9 >"$dir/out"; expect 2 "of another set-up" $?
mkdir "$dir/foreign" && echo x >"$dir/foreign/x"
run --store "$dir/foreign" >"$dir/out"; expect 2 "not empty and not a store" $?
[ "$(ls "$dir/foreign")" = x ] || { echo "a foreign folder was changed"; failed=1; }
run --store "$dir/no/such" >"$dir/out"; expect 2 "cannot be made" $?
"$UCSIM" run "$script" --world ideal --store "$dir/s" >"$dir/out" 2>"$dir/err"; expect 2 "expected --world real" $?
# a disk that takes no more, at the first write and at a later one
full() { # FOLDER TEXT
    said=$( (trap '' XFSZ; ulimit -f 0; exec "$UCSIM" run "$script" --world real --store "$1") 2>&1 >/dev/null)
    code=$?
    echo "$said" >"$dir/err"
    expect 2 "$2" "$code"
}
full "$dir/new" "cannot be written: File too large"
before=$(cksum "$dir/s/0.record")
full "$dir/s" "the record of hsm1 cannot be written: File too large"
[ "$(cksum "$dir/s/0.record")" = "$before" ] || { echo "a record was changed by a failed write"; failed=1; }
cp "$dir/s/0.record" "$dir/s/1.record"
run --store "$dir/s" >"$dir/out"; expect 2 "1.record: foreign record" $?
exit $failed
