#!/bin/sh
# Every fuzz_*.c of the signing core, with address and undefined-behaviour checks. FUZZ_SECONDS (60) each.
set -u
. tests/fuzz.sh
fuzz_need_clang
fuzz_compile "$fuzz_cc" $(ls signing/*.c | grep -v sigma)
mkdir "$T/names" "$T/verify" "$T/formats" "$T/envelope"
printf 'HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4' >"$T/names/a"
for i in 0 2 4 6 8 10 1 3; do printf "\\$(printf %03o $i)" >"$T/verify/$i"; done
# keys and signatures in every form; certificates and CMS messages
set=LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8
seed=$(head -c 80 /dev/zero | tr '\0' 1)
echo m >"$T/m"
for form in raw der pem; do "$UCSIM" sig keygen -q --set $set --seed "$seed" --public "$T/k.$form" --format $form; done
od -An -v -tx1 "$T/k.der" >"$T/k.hex"
"$UCSIM" sig sign -q --set $set --seed "$seed" --index 1 --message "$T/m" --signature "$T/s"
for form in raw der pem hex; do
    { printf "\\$(printf %03o "$(wc -c <"$T/k.$form")")"; cat "$T/k.$form" "$T/s"; } >"$T/formats/$form"
done
/usr/bin/python3 tests/audit/der.py tbs 1 "$T/k.der" "$T/tbs"
/usr/bin/python3 tests/audit/der.py certificate "$T/tbs" "$T/m" "$T/certificate"
/usr/bin/python3 tests/audit/der.py attributes "$T/m" "$T/attributes"
/usr/bin/python3 tests/audit/der.py cms "$T/m" "$T/attributes" "$T/m" "$T/m" "$T/cms"
/usr/bin/python3 tests/audit/der.py cms - - "$T/m" "$T/bare"
{ echo "-----BEGIN CMS-----"; base64 "$T/cms"; echo "-----END CMS-----"; } >"$T/pem"
for f in certificate cms bare pem; do { printf '\2m\n'; cat "$T/$f"; } >"$T/envelope/$f"; done
failed=0
fuzz_target names tests/signing/fuzz_names.c -- -max_len=4096 || failed=1
fuzz_target verify tests/signing/fuzz_verify.c -- -max_len=4096 || failed=1
fuzz_target disk tests/signing/fuzz_disk.c tests/environments/fuzz_words.c -- -max_len=2000 || failed=1
fuzz_target formats tests/signing/fuzz_formats.c -- -max_len=3000 || failed=1
fuzz_target envelope tests/signing/fuzz_envelope.c -- -max_len=3000 || failed=1
exit $failed
