#!/bin/sh
# `make install` into a DESTDIR: the libraries serve a program that only knows pkg-config, every header stands alone,
# the installed program finds its scenarios from anywhere, and headers of an older version are gone.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${VARIANT:=release}"
[ "$VARIANT" = release ] || { echo "libraries for others are release builds"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
root="$work/a root"
mkdir -p "$root/opt/ucsim/include/ucsim/simulator" && echo "#error moved" >"$root/opt/ucsim/include/ucsim/simulator/schedule.h"
make -s install PREFIX=/opt/ucsim DESTDIR="$root" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# The .pc files say /opt/ucsim; here they are read as if they said where the DESTDIR is (flags are split by words: no space).
ln -s "$root/opt/ucsim" "$work/plain" && mkdir "$work/pc"
for pc in "$root"/opt/ucsim/lib/pkgconfig/*.pc; do
    grep -q '^prefix=/opt/ucsim$' "$pc" && ! grep -qF "$work" "$pc" || { echo "wrong paths: $(cat "$pc")"; bad=1; }
    sed "s,/opt/ucsim,$work/plain," "$pc" >"$work/pc/${pc##*/}"
done
export PKG_CONFIG_PATH="$work/pc"
build() { # NAME: compiles $work/NAME.c against NAME.pc
    # shellcheck disable=SC2046
    ${CC:-gcc} -Wall -Wextra -Werror -o "$work/$1" "$work/$1.c" $(pkg-config --cflags --libs "$1") && "$work/$1" && return
    echo "a program with $1 does not compile or work"; bad=1
}
cat >"$work/ucsim-engine.c" <<'C'
#include <simulator/tape.h>
#include <simulator/explore/search.h>
#include <simulator/verdict.h>
#include <string.h>
int main(void) {
    UcStore *store = uc_store_new();
    UcWord one = uc_store_text(store, "message"), two = uc_store_put(store, "message", 7);
    size_t length = 0;
    bool same = one == two && !memcmp(uc_store_get(store, one, &length), "message", 7) && length == 7;
    uc_store_free(store);
    return !(same && !strcmp(uc_verdict_name[UC_DISTINGUISHED], "distinguished"));
}
C
cat >"$work/ucsim-signing.c" <<'C'
#include <signing/signing.h>
#include <stdlib.h>
int main(void) {
    const SigSet *set = sig_set_find("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", NULL);
    uint8_t *seed = calloc(1, sig_set_seed_size(set)), *vk = calloc(1, sig_set_public_size(set));
    size_t length = sig_set_signature_size(set);
    uint8_t *signature = calloc(1, length), message[] = "firmware";
    bool ok = sig_public(NULL, set, seed, vk) == SIG_OK && sig_sign(NULL, set, seed, 3, message, 8, signature) == SIG_OK
           && sig_verify(set, vk, sig_set_public_size(set), message, 8, signature, length) == SIG_OK;
    message[0] ^= 1;
    return !(ok && sig_verify(set, vk, sig_set_public_size(set), message, 8, signature, length) != SIG_OK);
}
C
build ucsim-engine
build ucsim-signing
flags=$(pkg-config --cflags ucsim-engine ucsim-signing)
[ "${UCSIM_LONG_TESTS:-}" ] && step=1 || step=3 # quick runs take every third header
for header in $(cd "$root/opt/ucsim/include/ucsim" && find . -name '*.h' | LC_ALL=C sort | awk -v step=$step 'NR % step == 0'); do
    # shellcheck disable=SC2086
    echo "#include \"$header\"" | ${CC:-gcc} -Werror -fsyntax-only -xc - $flags ||
        { echo "$header does not stand alone"; bad=1; }
done

cd / || exit 1
"$root/opt/ucsim/bin/ucsim" check --quiet "$root/opt/ucsim/share/ucsim/scenarios/storage/22-snapshot.lua" || bad=1
"$root/opt/ucsim/bin/ucsim" list >"$work/list" || bad=1
grep -qF "scenarios in $root/opt/ucsim/share/ucsim/scenarios" "$work/list" || { echo "the installed program looks elsewhere:"; grep "scenarios in" "$work/list"; bad=1; }
cat >"$work/own.lua" <<'L'
local lib = use "catalogue"
return scenario { title = "own", environment = function (z) lib.signs(z, "hsm1", z:keygen("hsm1"), "m", 0) end }
L
"$root/opt/ucsim/bin/ucsim" check --quiet "$work/own.lua" || { echo "the installed library of scenarios is not found"; bad=1; }
exit $bad
