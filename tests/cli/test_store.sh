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
run --store "$dir/s" >"$dir/out"; expect 2 "1.record (of hsm2): foreign record" $?
# edited by somebody who makes the checksum of the record anew, and does not know the seed
run --store "$dir/e" >"$dir/out" || { echo "run for edits failed"; cat "$dir/err"; failed=1; }
size=$(stat -c %s "$dir/e/0.record")
{ dd if="$dir/e/0.record" bs=1 count=36 && dd if="$dir/e/0.record" bs=1 skip=36 count=$((size - 69)) && printf '\002'; } \
    2>/dev/null >"$dir/edited"
tail -c +37 "$dir/edited" | openssl dgst -sha256 -binary >>"$dir/edited"
cp "$dir/edited" "$dir/e/0.record"
run --store "$dir/e" >"$dir/out"; expect 2 "0.record (of hsm1): edited record: the keyed checksum is wrong" $?
[ ! -s "$dir/out" ] || { echo "something was done on an edited store:"; cat "$dir/out"; failed=1; }
cmp -s "$dir/edited" "$dir/e/0.record" || { echo "an edited record was overwritten"; failed=1; }
chmod g+w "$dir/s"
run --store "$dir/s" >"$dir/out"; expect 2 "others may write it" $?
# what is no file of this program says what it is; every file of a store, and nothing is changed
chmod g-w "$dir/s"
run --store "$dir/m" >"$dir/out" || { echo "run for markers failed"; cat "$dir/err"; failed=1; }
spoilt() { # FILE HOW TEXT: HOW makes FILE from FILE.good
    mv "$dir/m/$1" "$dir/good"
    (cd "$dir/m" && eval "$2")
    run --store "$dir/m" >"$dir/out"; expect 2 "$dir/m: $1 ($3" $?
    [ ! -s "$dir/out" ] || { echo "something was done with $1 after: $2"; failed=1; }
    rm -rf "${dir:?}/m/$1"; mv "$dir/good" "$dir/m/$1"
}
for file in store 0.record; do
    [ $file = store ] && of="the marker of a store" || of="of hsm1"
    spoilt $file "cp ../good $file; chmod 660 $file" "$of): others may write it; expected its owner only (chmod go-w)"
    spoilt $file "ln -s ../good $file" "$of): expected a file, got a symbolic link"
    spoilt $file "mkfifo $file" "$of): expected a file, got a pipe"
    spoilt $file "mkdir $file" "$of): expected a file, got a folder"
    spoilt $file "truncate -s 300M $file; chmod 600 $file" "$of): expected at most 256 MiB, got a longer file"
done
spoilt store ": >store" "the marker of a store): expected a marker, got an empty file"
spoilt store "sed s/ready/new/ ../good >store" "the marker of a store): edited: the keyed checksum is wrong"
spoilt store "sed '2s/^./x/' ../good >store" "the marker of a store): edited: expected 64 hex digits in line 2"
spoilt store "sed '1s/2/3/' ../good >store" "the marker of a store): of another version of the format"
spoilt store "echo hello >store" "the marker of a store): not of this program"
spoilt 0.record ":" "of hsm1): missing"
run --store "$dir/m" >"$dir/out" || { echo "a store that is whole again is refused"; cat "$dir/err"; failed=1; }
echo x >"$dir/file"
run --store "$dir/file" >"$dir/out"; expect 2 "$dir/file: expected a folder, got a file" $?
# what a trace of a store's run holds
seed='"sk":"[0-9a-f]'
run --trace "$dir/plain" && grep -q "$seed" "$dir/plain" || { echo "no seed in a trace: this test looks for the wrong thing"; failed=1; }
run --store "$dir/t" --trace "$dir/hidden" || { echo "run with a trace failed"; cat "$dir/err"; failed=1; }
grep -q "$seed\|\"seed\":1" "$dir/hidden" && { echo "a seed in a trace"; failed=1; }
grep -q '"seed":null' "$dir/hidden" || { echo "the trace does not say that its seed is hidden"; failed=1; }
"$UCSIM" replay "$dir/hidden" >"$dir/out" 2>"$dir/err"; expect 2 "expected a seed, got a trace without it" $?
run --store "$dir/u" --trace "$dir/asked" --secrets || { echo "run with secrets failed"; cat "$dir/err"; failed=1; }
grep -q "$seed" "$dir/asked" && [ "$(stat -c %a "$dir/asked")" = 600 ] || { echo "--secrets: no seed, or a mode other than 600"; failed=1; }
chmod 644 "$dir/asked"
run --store "$dir/v" --trace "$dir/asked" --secrets && [ "$(stat -c %a "$dir/asked")" = 600 ] ||
    { echo "--secrets: a file that was there keeps its mode $(stat -c %a "$dir/asked")"; failed=1; }
# a trace of a run on a store that was there says so, and does not replay: with secrets or without
"$UCSIM" replay -q "$dir/asked" >"$dir/out" 2>"$dir/err" || { echo "a trace of a first run does not replay"; cat "$dir/out" "$dir/err"; failed=1; }
grep -q '"store"' "$dir/asked" && { echo "the trace of a first run says that there was a store"; failed=1; }
for secrets in --secrets ''; do
    # shellcheck disable=SC2086
    run --store "$dir/v" --trace "$dir/later" $secrets || { echo "a later run failed"; cat "$dir/err"; failed=1; }
    grep -q '"store":"used"}' "$dir/later" || { echo "the trace of a later run does not say so"; failed=1; }
    for command in replay shrink; do
        "$UCSIM" $command "$dir/later" >"$dir/out" 2>"$dir/err"
        expect 2 "later:1: option store: expected a run from its beginning, got one that went on from what a store held" $?
    done
    "$UCSIM" diagram "$dir/later" -o "$dir/later.mmd" >"$dir/out" 2>"$dir/err" || { echo "it is not drawn"; failed=1; }
done
run --trace "$dir/x" --secrets >"$dir/out"; expect 2 "expected --store DIR and --trace FILE" $?
exit $failed
