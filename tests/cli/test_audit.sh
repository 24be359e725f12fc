#!/bin/sh
# ucsim audit signatures: manifests, what is unread, books, ledger, bundles that check themselves, exit codes.
set -u
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
failures=0
fail() { echo "$*"; cat "$d/out" "$d/err"; failures=$((failures + 1)); }
expect() { # expect CODE COMMAND...
    want=$1
    shift
    "$@" >"$d/out" 2>"$d/err"
    got=$?
    [ "$got" -eq "$want" ] || fail "expected exit $want, got $got: $*"
}
says() { grep -q -- "$1" "$d/out" "$d/err" || fail "expected to read '$1', got:"; }
silent() { ! grep -q -- "$1" "$d/out" "$d/err" || fail "expected not to read '$1', got:"; }
audit() { code=$1; shift; expect "$code" "$UCSIM" audit signatures --public "$d/vk" "$@"; }

set=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
seed=$(head -c 96 /dev/zero | tr '\0' 5)
sign() { # INDEX MESSAGE FILE
    printf '%s' "$2" >"$3.m"
    "$UCSIM" sig sign -q --set $set --seed "$seed" --index "$1" --message "$3.m" --signature "$3"
    [ "${4:-}" ] || rm "$3.m"
}
"$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$d/vk"
mkdir "$d/s" "$d/m"
for i in 0 1 2 3 6; do sign $i "message $i" "$d/s/s$i"; done

# Honest, in folders, in a row, as digits, from standard input.
audit 0 "$d/s"
says "5 signatures in 5 files"
says "gaps.*2 indices below the highest in hand (6) are not: \[4,6)"
silent "indication"
cat "$d"/s/s? >"$d/row"
audit 0 "$d/row"
says "5 signatures in 1 file:"
expect 0 sh -c '"$1" audit signatures --public "$2/vk" - <"$2/row"' sh "$UCSIM" "$d"
says "5 signatures in 1 file:"
od -An -v -tx1 "$d/s/s1" >"$d/s1.hex"
audit 0 "$d/s" "$d/s1.hex"
says "1 signature is in hand more than once"

# Unread: truncated, foreign, junk; each says what it should have been.
head -c 1000 "$d/s/s1" >"$d/cut"
cat "$d/row" "$d/cut" >"$d/row-cut"
audit 0 "$d/cut" "$d/row-cut" tests/audit/der.py
says "cut: expected 1292 bytes for a signature of $set, got 1000"
says "row-cut: 1000 bytes behind signature #4 are none"
says "der.py: expected 1292 bytes"

# Reuse; the bundle proves it without ucsim.
sign 2 "another" "$d/m/again"
audit 1 --json "$d/out.json" --bundles "$d/b" --svg "$d/k.svg" --ledger "$d/ledger" "$d/s" "$d/m"
says "^proof: reuse:.*s2 and .*again; linked, a forgery of a chosen message costs about 2^[0-9.]* hashes"
cp "$d/out" "$d/first"
expect 0 "$UCSIM" report "$d/out.json" -o "$d/r.html"
for words in "<h2>Audit: out.json</h2>" "One-time keys signed twice" "<summary>Proofs: 1</summary>" "<td>$set</td>"; do
    grep -qF "$words" "$d/r.html" || fail "the report does not say $words"
done
echo '{"format": "other"}' >"$d/o.json"
expect 2 "$UCSIM" report "$d/o.json" -o "$d/r2.html"
says "o.json: expected JSON of an audit"
grep -q '"forgery_bits"' "$d/out.json" || fail "no severity in JSON"
grep -q 'signed twice</title>' "$d/k.svg" || fail "the picture does not show it"
(cd "$d/b/proof-1" && /usr/bin/python3 check.py) >"$d/out" 2>&1 || fail "the bundle does not prove it"
says "^proven"
cp "$d/b/proof-1/a.sig" "$d/b/proof-1/b.sig"
(cd "$d/b/proof-1" && /usr/bin/python3 check.py) >"$d/out" 2>&1 && fail "a bundle with one signature twice proves something"
expect 1 "$UCSIM" audit signatures --quiet --public "$d/vk" "$d/s" "$d/m"
[ ! -s "$d/out" ] || fail "not quiet"

# Tomorrow: the ledger knows what was, and only new files are read; a proof against an old file is found.
audit 1 --ledger "$d/ledger" "$d/s" "$d/m"
grep -v 'passed-over' "$d/out" | cmp -s - "$d/first" || fail "the ledger remembers something else"
says "6 files are keys, or known"
sign 3 "another" "$d/m/later"
audit 1 --ledger "$d/ledger" "$d/m"
[ "$(grep -c '^proof:' "$d/out")" -eq 2 ] || fail "expected two proofs"
sed 's/^item\t0/item\t1/' "$d/ledger" >"$d/edited"
audit 2 --ledger "$d/edited" "$d/m"
says "edited:1: expected a whole"
forged() { # PYTHON WORDS: the ledger changed, with a hash that fits
    /usr/bin/python3 - "$d/ledger" "$d/edited" "$1" <<'P' || fail "python: $1"
import hashlib, sys
text = eval(sys.argv[3], {'t': open(sys.argv[1], 'rb').read().rsplit(b'end', 1)[0]})
open(sys.argv[2], 'wb').write(text + b'end\t' + hashlib.sha256(text).hexdigest().encode() + b'\n')
P
    audit 2 --ledger "$d/edited" "$d/m"
    says "$2"
}
forged 't.replace(b"M32_H5", b"M32_H6", 1)' "edited:2: expected a line of a ledger"
forged 't.replace(b"duplicates", b"dupl\0cates")' "edited:1: expected a whole"
forged 't.replace(b"file", b"life", 1)' "edited:4: expected a line of a ledger"
forged 't.replace(b"key", b"end", 1)' "edited:2: expected a line of a ledger"
forged 't.split(b"key")[0]' "edited:2: expected a ledger of these 1 keys, got one of 0"
"$UCSIM" sig keygen -q --set $set --seed "$(echo "$seed" | tr 5 6)" --public "$d/vk2"
expect 2 "$UCSIM" audit signatures --public "$d/vk2" --ledger "$d/ledger" "$d/m"
says "ledger:2: expected a line of a ledger of these keys"

# Manifests: messages, modules, times.
rm -r "$d/m" && mkdir "$d/m"
for i in 0 1 2 3; do sign $i "message $i" "$d/m/s$i" keep; done
manifest() { printf "$1" >"$d/m/list"; }
manifest 'signature,message,module,time\ns0,s0.m,hsm1,10\ns1,s1.m,hsm1,20\r\n"s2",s2.m,hsm2,15\n'
audit 0 --manifest "$d/m/list" --owned 'hsm1=[0,2)' --owned 'hsm2=[2,4)'
says "3 verified with their messages"
silent "indication"
audit 0 --manifest "$d/m/list" --svg "$d/t.svg"
grep -q 'hsm1, 1970-01-01T00:00:00Z</title>' "$d/t.svg" && grep -q 'over time' "$d/t.svg" || fail "no times in the picture"
audit 0 --manifest "$d/m/list" --owned 'hsm1=[0,1)' --owned 'hsm2=[2,4)'
says "outside: hsm1 signed 1 times outside its sector 0, first at index 1"
audit 0 --manifest "$d/m/list" --owned 'hsm1=[0,2)' --owned 'hsm2=[2,32)' --remaining hsm1=0 --remaining hsm2=27
says "hsm2: 3 used, 1 in hand.*\[3,5)"
audit 0 --manifest "$d/m/list" --owned 'hsm1=[0,2)' --owned 'hsm2=[2,32)' --remaining hsm1=1 --remaining hsm2=29
says "hsm1: 1 of 2 are said to be used, and 2 indices are in hand"
manifest '{"signature": "s1", "message": "s0.m", "module": "a", "time": "2026-01-01T00:00:02Z"}\n{"signature": "s0", "module": "a", "time": "2026-01-01T00:00:03Z"}\n\n{"signature":"s2","module":"a","time":1}\n'
audit 0 --manifest "$d/m/list"
says "not-verified:.*s1 is no signature of its message"
says "clock-back: a: times go back 1 times"
says "index-back: a: the index goes back 1 times"
# Times at both ends of what there is, and below the epoch.
manifest 'signature,module,time\ns0,hsm1,-9223372036854775807\ns1,hsm2,9223372036854775807\n'
audit 0 --manifest "$d/m/list" --svg "$d/t.svg"
grep -q 'hsm1, -9223372036854775807 ms</title>' "$d/t.svg" || fail "the earliest time is not in the picture"
manifest 'signature,module,time\ns0,hsm1,-1\ns1,hsm2,-1000\n'
audit 0 --manifest "$d/m/list" --svg "$d/t.svg"
[ "$(grep -c 'hsm[12], 1969-12-31T23:59:59Z</title>' "$d/t.svg")" = 2 ] || fail "times below the epoch are rounded up"
manifest 'signature,signed_digest\ns0,6d6573736167652030\n'
audit 0 --manifest "$d/m/list"
says "1 verified"
sign 2 "another" "$d/m/again"
manifest 'signature,digest\ns2,x\nagain,x\n'
audit 1 --manifest "$d/m/list"
says "^proof: same-message"
manifest 'signature,digest\ns2,x\nagain,y\n'
audit 1 --manifest "$d/m/list"
says "^proof: reuse"
bad() { # MANIFEST WORDS
    manifest "$1"
    audit 2 --manifest "$d/m/list"
    says "list:$2"
}
bad '' '1: expected a line of column names, got nothing'
bad 'signature\n' '2: expected at least one signature'
bad 'signature,mesage\ns0,s0.m\n' "1: .*got 'mesage'; did you mean 'message'"
bad 'signature,signature\ns0,s0\n' "1: expected each column once"
bad 'message\ns0\n' "1: expected a column signature, got none"
bad 'signature,time\ns0,1\ns1,noon\n' "3: time: expected milliseconds or ISO 8601"
bad 'signature\ns0\n"s1\n' "3: expected a closing quote"
bad 'signature,module\ns0\n' '2: expected 2 fields, got 1'
bad 'signature\nabsent\n' '2: .*absent: No such file'
bad 'signature,message\ns0,absent\n' '2: message: expected a file'
bad 'signature,key\ns0,other\n' '2: key: expected one of the public keys'
bad '{"signature": 1}\n' '1: signature: expected a string'
bad '{"signature": "s0", "modul": "x"}\n' "1: .*did you mean 'module'"
bad '{"signature"\n' '1: expected a JSON object'

# Several keys: the one that signed is found by the message, or it is said that nothing tells.
manifest 'signature,message\ns0,s0.m\n'
expect 0 "$UCSIM" audit signatures --public "$d/vk2" --public "$d/vk" --manifest "$d/m/list"
says "key .*vk: .*; 1 signature of"
expect 2 "$UCSIM" audit signatures --public "$d/vk2" --public "$d/vk" "$d/m/s0"
says "key-unclear: .*may be of 2 of the keys"
"$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$d/vk.pem" --format pem
expect 0 "$UCSIM" audit signatures --public "$d/vk" --public "$d/vk.pem" "$d/m/s0"
says "vk.pem is the same key as .*vk"

# Without a message two signatures tell each other: by their ways to the root, or of one leaf by their chains.
mkdir "$d/two"
seed2=$(echo "$seed" | tr 5 6)
sign2() { printf '%s' "$2" >"$d/x"; "$UCSIM" sig sign -q --set $set --seed "$seed2" --index "$1" --message "$d/x" --signature "$3"; }
sign2 9 one "$d/two/a"
sign2 17 two "$d/two/c"
cp "$d/s/s1" "$d/two/b"
two() { code=$1; shift; expect "$code" "$UCSIM" audit signatures --public "$d/vk" --public "$d/vk2" "$@"; }
two 0 "$d/two"
says "vk2: $set, raw; 2 signatures"
says "key-unclear: .*b: may be of 2 of the keys"
cp "$d/s/s3" "$d/two/d"
two 0 "$d/two"
says "vk: $set, raw; 2 signatures"
silent "key-unclear"
sign2 17 three "$d/two/e"
two 1 "$d/two"
says "^proof: reuse: .*c and .*e; linked"
silent indication
two 1 "$d/two/c" "$d/two/e"
says "^proof: reuse"
cat "$d"/two/? >"$d/row2"
two 1 "$d/row2"
says "row2#2 and .*row2#4"
two 2 --ledger "$d/l2" "$d/two/a" "$d/two/b"
says "key-unclear: .*a: may"
two 1 --ledger "$d/l2" "$d/two"
silent "key-unclear"
says "5 signatures in 5 files"

# What is given twice is read once; links that lead nowhere or back, and what is no file, do not end the audit.
audit 0 "$d/s" "$d/s/s1" "$d/s" "$d/s/../s/s2"
says "given-twice: 3 files or folders"
silent "duplicates"
mkdir "$d/odd"
ln -s ../s "$d/odd/s" && ln -s . "$d/odd/loop" && ln -s nowhere "$d/odd/dangling" && ln -s ../s/s1 "$d/odd/t"
mkfifo "$d/odd/pipe"
audit 0 "$d/odd"
says "5 signatures in 5 files"
says "unread: .*dangling: a link that leads to nothing"
says "unread: .*pipe: expected a file or a folder"
manifest 'signature\ns0\ns0\n'
audit 2 --manifest "$d/m/list"
says "list:3: .*s0: expected each signature file once"

# Outputs: bundles of an earlier run go, other files stay; nothing is made inside of what is read, nor above a folder.
cp "$d/m/again" "$d/again"
audit 1 --bundles "$d/b" "$d/s" "$d/again"
mkdir "$d/b/proof-7" && cp "$d"/b/proof-1/* "$d/b/proof-7" && touch "$d/b/proof-x"
audit 1 --bundles "$d/b" "$d/s" "$d/again"
[ -d "$d/b/proof-1" ] && [ ! -d "$d/b/proof-7" ] && [ -e "$d/b/proof-x" ] || fail "bundles of an earlier run"
audit 0 --bundles "$d/b" "$d/s"
[ ! -d "$d/b/proof-1" ] || fail "a bundle where nothing is proven"
mkdir "$d/b/proof-1" && touch "$d/b/proof-1/mine"
audit 2 --bundles "$d/b" "$d/s"
[ -e "$d/b/proof-1/mine" ] || fail "a file of others is gone"
# Only bundles go; with one folder of others nothing goes.
rm -r "$d/b"
audit 1 --bundles "$d/b" "$d/s" "$d/again"
foreign() { # WORDS: something is in $d/b/proof-7
    audit 2 --bundles "$d/b" "$d/s"
    says "proof-7: expected a bundle of an earlier audit"
    [ -e "$d/b/proof-7" ] && [ -e "$d/b/proof-1/b.sig" ] || fail "gone: $1"
}
mkdir "$d/b/proof-7" && echo mine >"$d/b/proof-7/check.py"
foreign "a script of somebody else"
[ "$(cat "$d/b/proof-7/check.py")" = mine ] || fail "a script of somebody else"
cp "$d"/b/proof-1/* "$d/b/proof-7" && touch "$d/b/proof-7/notes"
foreign "notes beside a bundle"
rm -r "$d/b/proof-7" && touch "$d/b/proof-7"
foreign "a file"
rm "$d/b/proof-7" && cp -r "$d/b/proof-1" "$d/theirs" && ln -s ../theirs "$d/b/proof-7"
foreign "a link"
[ -e "$d/theirs/a.sig" ] || fail "what a link leads to is gone"
rm "$d/b/proof-7" && mkdir "$d/b/proof-7"
audit 0 --bundles "$d/b" "$d/s"
[ ! -e "$d/b/proof-7" ] && [ ! -e "$d/b/proof-1" ] || fail "what an audit left that died"
rm -r "$d/b"
audit 2 --bundles "$d/no/b" "$d/s"
[ ! -e "$d/no" ] || fail "folders above are made"
for option in bundles json svg ledger; do
    audit 2 --$option "$d/s/out" "$d/s"
    says "--$option: $d/s/out: expected a file outside of '$d/s': it would be one of its inputs"
done
audit 2 --bundles "$d/s" "$d/s"
audit 1 --bundles "$d/b" "$d/s" "$d/again"
/usr/bin/python3 "$d/b/proof-1/check.py" >"$d/out" 2>"$d/err" || fail "a bundle checks only in its folder"
for f in key.bin proof.txt a.sig; do
    mv "$d/b/proof-1/$f" "$d/kept"
    /usr/bin/python3 "$d/b/proof-1/check.py" >"$d/out" 2>"$d/err" && fail "proven without $f"
    says "^not proven, the files are not whole: FileNotFoundError"
    [ ! -s "$d/err" ] || fail "a traceback"
    mv "$d/kept" "$d/b/proof-1/$f"
done

# Modules that nobody knows, or that are named twice.
manifest 'signature,module\ns0,hsm1\n'
audit 0 --manifest "$d/m/list" --owned 'hms1=[0,8)'
says "module-unseen: hms1: no signature in hand .*did you mean 'hsm1'"
audit 2 --manifest "$d/m/list" --remaining hsm1=3 --remaining hsm1=4
says "remaining: expected each module once"
audit 2 --manifest "$d/m/list" --owned 'hsm1=[0,8)' --owned 'hsm1=[8,9)'
says "owned: expected each module once"

# Certificates and CMS messages bring what they sign.
der() { /usr/bin/python3 tests/audit/der.py "$@" || fail "der.py $*"; }
put() { "$UCSIM" sig sign -q --set "$1$set" --seed "$seed" --index "$2" --message "$3" --signature "$4"; }
"$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$d/vk.der" --format der
mkdir "$d/e"
for i in 1 2; do
    der tbs $i "$d/vk.der" "$d/tbs$i"
    put HSS: $((20 + i)) "$d/tbs$i" "$d/x"
    der certificate "$d/tbs$i" "$d/x" "$d/e/cert$i"
done
openssl x509 -inform der -in "$d/e/cert1" -noout -subject >"$d/out" 2>"$d/err"
says "module"
printf 'the content' >"$d/content"
der attributes "$d/content" "$d/attributes"
put HSS: 23 "$d/attributes" "$d/x"
der cms "$d/content" "$d/attributes" "$d/x" "$d/e/with"
der cms - "$d/attributes" "$d/x" "$d/detached"
openssl cms -cmsout -print -inform der -in "$d/e/with" >"$d/out" 2>"$d/err"
says "the content"
put HSS: 24 "$d/content" "$d/x"
put "" 25 "$d/content" "$d/y"
der cms "$d/content" - "$d/x" "$d/y" "$d/e/two"
der cms - - "$d/x" "$d/bare"
audit 0 "$d/e"
says "5 signatures in 4 files: 5 verified with their messages"
silent "indication"
audit 0 "$d/e" "$d/detached" "$d/bare"
says "7 signatures in 6 files: 6 verified with their messages, 1 compared"
says "2 signatures are in hand more than once"
mkdir "$d/f" && cp "$d/detached" "$d/bare" "$d/content" "$d/f" && printf other >"$d/f/other"
printf 'signature,message\ndetached,content\nbare,content\n' >"$d/f/list"
audit 0 --manifest "$d/f/list"
says "2 verified"
silent "indication"
printf 'signature,message\ndetached,other\nbare,other\n' >"$d/f/list"
audit 0 --manifest "$d/f/list"
says "other-content: .*detached"
says "not-verified: .*bare is no signature of its message"
for i in 1 2; do
    echo "-----BEGIN CERTIFICATE-----"; base64 "$d/e/cert$i"; echo "-----END CERTIFICATE-----"
done >"$d/chain.pem"
od -An -v -tx1 "$d/e/with" >"$d/with.hex"
audit 0 "$d/chain.pem" "$d/with.hex"
says "3 signatures in 2 files: 3 verified"
der tbs 3 "$d/vk.der" "$d/tbs3"
put HSS: 21 "$d/tbs3" "$d/x"
der certificate "$d/tbs3" "$d/x" "$d/again.cer"
audit 1 --bundles "$d/eb" "$d/again.cer" "$d/chain.pem"
says "^proof: reuse: .*again.cer and .*chain.pem#0; verified"
/usr/bin/python3 "$d/eb/proof-1/check.py" >"$d/out" 2>&1 || fail "a bundle of certificates"
cmp -s "$d/eb/proof-1/a.message" "$d/tbs3" || fail "the message of a certificate is another"
audit 1 --ledger "$d/el" "$d/again.cer" "$d/chain.pem"
audit 1 --ledger "$d/el" "$d/again.cer" "$d/chain.pem" "$d/e"
says "^proof: reuse: .*again.cer and .*chain.pem#0; verified"
expect 0 "$UCSIM" audit signatures --public "$d/e/cert1" "$d/e"
says "cert1: $set, certificate; 5 signatures"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj /CN=x -out "$d/ec.pem" 2>"$d/err"
audit 2 "$d/ec.pem" "$d/vk.der"
says "ec.pem: expected a signature of HSS, XMSS or XMSS^MT, got one of algorithm 1.2.840.10045.4.3.2"
says "vk.der: expected a certificate or a CMS message"

# Calls that say too little.
expect 2 "$UCSIM" audit
expect 2 "$UCSIM" audit signature
says "did you mean 'signatures'"
expect 2 "$UCSIM" audit signatures "$d/s"
says "give --public"
audit 2
says "expected files or folders"
audit 2 "$d/absent"
expect 2 "$UCSIM" audit signatures --public "$d/m/list" "$d/s"
audit 2 --owned 'hsm1=[3,2)' "$d/s"
says "expected NAME=\[a,b)"
audit 2 --remaining 'hsm1' "$d/s"
expect 2 "$UCSIM" audit signatures --public "$d/vk" --public "$d/vk2" --remaining a=1 "$d/s"
says "of one key"
[ "$failures" -eq 0 ]
