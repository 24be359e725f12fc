#!/bin/sh
# Ledgers of ucsim audit signatures: what was read is found again by what it is, not by where it was; what cannot be found is
# said, counted, and asked for again.
set -u
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
fail() { echo "$*"; cat "$d/out" "$d/err"; failures=$((failures + 1)); }
says() { grep -q -- "$1" "$d/out" "$d/err" || fail "expected to read '$1', got:"; }
silent() { ! grep -q -- "$1" "$d/out" "$d/err" || fail "expected not to read '$1', got:"; }
audit() { # audit CODE ARGUMENTS...; in the folder $at
    want=$1
    shift
    (cd "$at" && "$UCSIM" audit signatures --public "$d/vk" "$@") >"$d/out" 2>"$d/err"
    got=$?
    [ "$got" -eq "$want" ] || fail "expected exit $want, got $got: $*"
}

set=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
seed=$(head -c 96 /dev/zero | tr '\0' 4)
sign() { # INDEX MESSAGE FILE
    printf '%s' "$2" >"$d/x"
    "$UCSIM" sig sign -q --set $set --seed "$seed" --index "$1" --message "$d/x" --signature "$3"
}
"$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$d/vk"
mkdir "$d/kept"
for i in 0 1 2; do sign $i "message $i" "$d/kept/$i"; done
sign 0 another "$d/kept/hi"
sign 0 third "$d/kept/ho"
# A place as it was after the first audit: sub/au/rel with three signatures, sub/au/ledger beside it.
fresh() {
    rm -rf "$d/w" "$d/elsewhere" && mkdir -p "$d/w/au/rel" "$d/w/other"
    cp "$d"/kept/? "$d/w/au/rel"
    at=$d/w/au
    audit 0 --ledger ledger rel
    says "^3 signatures in 3 files: "
}

# Another folder to work in: the paths of the ledger are still those files.
fresh
cp "$d/kept/hi" "$d/w/au/rel"
at=$d/w
audit 1 --ledger au/ledger au/rel
says "^proof: reuse: .*au/rel/0 and au/rel/hi; linked"
says "3 files are keys, or known"
says "^4 signatures in 4 files: "
fresh
cp "$d/kept/hi" "$d/w/au/rel"
at=$d/w/other
audit 1 --ledger ../au/ledger ../au/rel/hi
says "^proof: reuse: .*/w/au/rel/0 and ../au/rel/hi; linked"
# By way of a link.
fresh
touch "$d/w/au/rel/0" && ln -s w "$d/link"
at=$d/link/au
audit 0 --ledger ledger ../au/rel
says "^3 signatures in 3 files: "
silent "duplicates"
# Ledger and signatures go to another place together.
fresh
mv "$d/w" "$d/elsewhere" && cp "$d/kept/hi" "$d/elsewhere"
at=$d/elsewhere
audit 1 --ledger au/ledger hi
says "^proof: reuse: .*au/rel/0 and hi; linked"
mv "$d/elsewhere" "$d/w"

# Another name, and a time of change of today: the same file, read before or after what it collides with.
for first in 0new znew; do
    fresh
    cp "$d/kept/hi" "$d/w/au/rel/h"
    mv "$d/w/au/rel/0" "$d/w/au/rel/$first" && touch "$d/w/au/rel/$first"
    audit 1 --ledger ledger rel
    says "^proof: reuse: .*rel/$first and rel/h; linked"
    says "found-again: 1 files of the ledger.*rel/$first"
    says "^4 signatures in 4 files: "
    silent "duplicates"
    audit 1 --ledger ledger rel
    silent "found-again"
    says "4 files are keys, or known"
done
fresh
touch "$d/w/au/rel/0"
audit 0 --ledger ledger rel
says "^3 signatures in 3 files: "
silent "duplicates\|found-again"
# Two files change their names with one another; a copy is a copy.
fresh
mv "$d/w/au/rel/0" "$d/x" && mv "$d/w/au/rel/1" "$d/w/au/rel/0" && mv "$d/x" "$d/w/au/rel/1"
touch "$d/w/au/rel/0" "$d/w/au/rel/1"
cp "$d/w/au/rel/2" "$d/w/au/rel/3"
audit 0 --ledger ledger rel
says "^4 signatures in 4 files: "
says "duplicates: 1 "
rm "$d/w/au/rel/2"
sign 2 another "$d/w/au/rel/again"
audit 1 --ledger ledger rel
says "^proof: reuse: .*rel/again"
# In another file with others, or in other digits: the signature counts, not the file.
for how in row hex; do
    fresh
    mv "$d/w/au/rel/0" "$d/x"
    case $how in row) cat "$d/kept/1" "$d/x" ;; hex) od -An -v -tx1 "$d/x" ;; esac >"$d/w/au/rel/new"
    cp "$d/kept/hi" "$d/w/au/rel"
    audit 1 --bundles "$d/w/b" --ledger ledger rel
    says "^proof: reuse: .*rel/new.* and rel/hi\|^proof: reuse: .*rel/hi and rel/new"
    /usr/bin/python3 "$d/w/b/proof-1/check.py" >"$d/out" 2>&1 || fail "a bundle of what was found again"
done

# A proof of the ledger whose file is now a row with others: its bundle is made of that.
fresh
cp "$d/kept/hi" "$d/w/au/rel" && audit 1 --ledger ledger rel
mv "$d/w/au/rel/0" "$d/was" && cat "$d/kept/1" "$d/was" >"$d/w/au/rel/row"
audit 1 --ledger ledger --bundles "$d/w/b" rel
/usr/bin/python3 "$d/w/b/proof-1/check.py" >"$d/out" 2>&1 || fail "a bundle of a proof whose file is gone"

# What is gone is counted; a second use of it is not decided, and is asked for again until it is there.
fresh
mv "$d/w/au/rel/0" "$d/x"
audit 0 --ledger ledger --json "$d/w/j" rel
says "gone: 1 file of the ledger, with 1 signature, is not there any more as it was, .*rel/0"
says "^3 signatures in 3 files (1 in 1 file that is gone): "
grep -q '"gone" : true' "$d/w/j" || fail "JSON does not say what is gone"
cp "$d/kept/hi" "$d/w/au/rel"
for day in 1 2; do
    audit 3 --ledger ledger --json "$d/w/j" rel
    says "^indication: lost: .*rel/0 and .*rel/hi"
    [ "$(grep -c 'indication: lost' "$d/out")" -eq 1 ] || fail "told twice"
    says "^undecided: "
    silent "^no one-time key"
    grep -q '"undecided" : 1' "$d/w/j" || fail "JSON does not say that it is undecided"
done
(cd "$d/w" && cp j j.json && "$UCSIM" report j.json -o r.html) && grep -q "ndecided" "$d/w/r.html" || fail "the report does not say it"
mv "$d/x" "$d/w/au/rel/0"
audit 1 --ledger ledger rel
says "^proof: reuse: .*rel/0 and rel/hi; linked"
silent "lost\|gone"
# Proven is proven, whatever becomes of the files; with its kind and its severity.
cp "$d/out" "$d/proven"
rm "$d/w/au/rel/0" "$d/w/au/rel/hi"
audit 1 --ledger ledger rel
grep '^proof' "$d/proven" >"$d/before" && grep '^proof' "$d/out" | cmp -s - "$d/before" || fail "a proof is another without its files"
says "(2 in 2 files that are gone)"
# The same in another place, and from standard input.
fresh
mv "$d/w/au/rel/0" "$d/w/other/name"
cp "$d/kept/hi" "$d/w/au/rel"
audit 3 --ledger ledger rel
at=$d/w
audit 1 --ledger au/ledger other/name
says "^proof: reuse: .*other/name and .*rel/hi; linked"
fresh
mv "$d/w/au/rel/0" "$d/x"
cp "$d/kept/hi" "$d/w/au/rel"
audit 3 --ledger ledger rel
audit 1 --ledger ledger - <"$d/x"
says "^proof: reuse: .* - and rel/hi; linked"
# Other bytes under the old name, with its time of change: not what was read.
fresh
cp -p "$d/w/au/rel/0" "$d/was" && cp "$d/kept/ho" "$d/w/au/rel/0" && touch -r "$d/was" "$d/w/au/rel/0"
cp "$d/kept/hi" "$d/w/au/rel"
audit 3 --ledger ledger rel
says "lost: .*rel/0 and .*rel/hi"
# One of several is lost, another tells.
fresh
cp "$d/kept/hi" "$d/w/au/rel" && audit 1 --ledger ledger rel
rm "$d/w/au/rel/0" && cp "$d/kept/ho" "$d/w/au/rel"
audit 1 --ledger ledger rel
says "(3 uses in all)"
silent "lost"

# One audit at a time: the first waits for its input, and holds the ledger, also under other names; then it is free.
fresh
ln -s ledger "$d/w/au/alias" && mkfifo "$d/pipe"
(cd "$at" && exec "$UCSIM" audit signatures --public "$d/vk" --ledger ledger - <"$d/pipe") >"$d/waits" 2>&1 &
first=$!
exec 3>"$d/pipe"
for i in $(seq 250); do [ -e "$d/w/au/ledger.lock" ] && break; sleep 0.02; done
for name in ledger ./ledger alias ../au/ledger; do
    audit 2 --ledger $name rel
    says "audit signatures: --ledger $name: locked: another process works on it"
done
cat "$d/kept/hi" >&3
exec 3>&-
wait $first
code=$?
[ $code = 1 ] && grep -q '^proof: reuse' "$d/waits" || fail "the first of two audits: $code, $(cat "$d/waits")"
[ ! -e "$d/w/au/ledger.lock" ] || fail "the lock is left"
touch "$d/w/au/ledger.lock" # of a process that was killed
audit 1 --ledger ledger rel
says "^4 signatures in 4 files"
[ ! -e "$d/w/au/ledger.lock" ] || fail "the lock of a dead process is left"
# Many at once: what one that was let in has read is in the ledger.
for round in 1 2 3; do
    rm -f "$d"/done.*
    rm "$d/w/au/ledger"
    for i in 0 1 2; do
        (cd "$at" && "$UCSIM" audit signatures -q --public "$d/vk" --ledger ledger rel/$i 2>/dev/null && touch "$d/done.$i") &
    done
    wait
    for i in 0 1 2; do
        [ ! -e "$d/done.$i" ] || grep -q "=./rel/$i" "$d/w/au/ledger" || fail "round $round: what audit $i has read is lost"
    done
    ls "$d"/done.* >/dev/null 2>&1 || fail "all of three audits were refused"
done

# Messages are beside the ledger too; one that was changed is none.
messages() { # CODE CHANGE FILE...: a set in which only messages decide (W1), one of them changed after the first audit
    rm -rf "$d/w" && mkdir -p "$d/w/m" "$d/w/other"
    at=$d/w
    for m in one two; do
        printf %s $m >"$d/w/m/$m.m"
        "$UCSIM" sig sign -q --set $w1 --seed "$seed" --index 4 --message "$d/w/m/$m.m" --signature "$d/w/m/$m"
    done
    printf 'signature,message\none,one.m\n' >"$d/w/m/list"
    audit 0 --ledger other/ledger --manifest m/list
    says "1 verified"
    $2
    at=$d/w/other
    code=$1
    shift 2
    audit "$code" --ledger ledger "$@" ../m/two
}
w1=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1
mv "$d/vk" "$d/vk8"
"$UCSIM" sig keygen -q --set $w1 --seed "$seed" --public "$d/vk"
change() { printf else >"$d/w/m/one.m"; }
messages 1 :
says "^proof: reuse"
messages 0 change
says "indication: linked"
rewrite() { od -An -v -tx1 "$d/w/m/one" >"$d/w/m/digits" && rm "$d/w/m/one"; }
messages 1 rewrite ../m/digits # in another file, without a manifest: the message is known all the same
says "^proof: reuse: .*m/digits and .*m/two\|^proof: reuse: .*m/two and .*m/digits"
says "^2 signatures in 2 files: 1 verified"
mv "$d/vk8" "$d/vk"
# A row that grows is one file; what was in it is not there twice, and what a manifest said of it is not forgotten.
grow() { cat "$d/kept/0" "$d/kept/1" >"$d/w/row"; }
rm -rf "$d/w" && mkdir "$d/w" && at=$d/w && grow
printf 'signature,module\nrow,hsm1\n' >"$d/w/list"
audit 0 --ledger ledger --manifest list
for day in 1 2; do
    sleep 0.01
    cat "$d/kept/2" >>"$d/w/row"
    audit 0 --ledger ledger --owned 'hsm1=[0,1)' row
    says "outside: hsm1 signed 1 times outside its sector 0, first at index 1"
    says "^$((day + 2)) signatures in 1 file: "
    silent "gone"
    [ $day = 2 ] && says "duplicates: 1 " || silent "duplicates"
done
audit 0 --ledger ledger row
says "1 files are keys, or known"
grow
cat "$d/kept/hi" "$d/kept/2" >>"$d/w/row"
audit 1 --ledger ledger --bundles "$d/w/b" row
says "^proof: reuse: .*row#0 and row#2; linked"
/usr/bin/python3 "$d/w/b/proof-1/check.py" >"$d/out" 2>&1 || fail "a bundle of a row that was written anew"
# One that shrinks: what is not in it any more is gone.
cat "$d/kept/1" "$d/kept/2" >"$d/w/row"
audit 1 --ledger ledger row
says "^4 signatures in 2 files (2 in 1 file that is gone): "

# A manifest of today may say more of a file that is known, or something else.
rm -rf "$d/w" && mkdir "$d/w"
for i in 0 1; do cp "$d/kept/$i" "$d/w/s$i"; printf 'message %s' $i >"$d/w/s$i.m"; done
audit 0 --ledger ledger s0 s1
printf 'signature,message,module\ns0,s1.m,hsm1\ns1,s1.m,hsm2\n' >"$d/w/list"
audit 0 --ledger ledger --manifest list --owned 'hsm2=[2,9)'
says "not-verified: ./s0 is no signature"
says "outside: hsm2 signed 1 times"
says "^2 signatures in 2 files: 1 verified with their messages, 0 compared by bytes, 1 not genuine"
silent "duplicates"
printf 'signature,message,module\ns0,s0.m,hsm1\ns1,,\n' >"$d/w/list"
audit 0 --ledger ledger --manifest list --owned 'hsm2=[2,9)'
says "outside: hsm2 signed 1 times"
says "^2 signatures in 2 files: 2 verified with their messages, 0 compared by bytes, 0 not genuine"
silent "not-verified"
says "1 files are keys, or known"
audit 0 --ledger ledger --manifest list
says "2 files are keys, or known"
says "vk: .*; 2 signatures"
# What two of W1 need: the message of one of them, days later.
mv "$d/vk" "$d/vk8"
"$UCSIM" sig keygen -q --set $w1 --seed "$seed" --public "$d/vk"
rm -rf "$d/w" && mkdir "$d/w"
for m in one two; do
    printf %s $m >"$d/w/$m.m"
    "$UCSIM" sig sign -q --set $w1 --seed "$seed" --index 4 --message "$d/w/$m.m" --signature "$d/w/$m"
done
for day in 1 2; do
    audit 0 --ledger ledger one two
    says "indication: linked: one and two"
    [ "$(grep -c 'indication: linked' "$d/out")" -eq 1 ] || fail "told twice"
done
printf 'signature,message\none,one.m\n' >"$d/w/list"
audit 1 --ledger ledger --manifest list
says "^proof: reuse: .* ./one and two; linked"
silent "indication: linked"
mv "$d/vk8" "$d/vk"
[ "$failures" -eq 0 ]
