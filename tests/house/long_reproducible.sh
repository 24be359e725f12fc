#!/bin/sh
# Built twice, in two folders of different names, the program and the libraries are the same to the last bit.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
for folder in one "another/with a longer name"; do
    mkdir -p "$work/$folder" && tar cf - --exclude=./build --exclude=./.git . | tar xf - -C "$work/$folder" || exit 1
    TZ=$(echo "$folder" | tr -dc 'a-z' | cut -c1-3) make -s -j2 -C "$work/$folder" PREFIX=/usr \
        all build/release/libucsim-engine.a build/release/libucsim-signing.a >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
done
for file in ucsim libucsim-engine.a libucsim-signing.a; do
    cmp "$work/one/build/release/$file" "$work/another/with a longer name/build/release/$file" || bad=1
done
[ $bad = 0 ] && echo "the same in both folders: $(sha256sum <"$work/one/build/release/ucsim" | cut -c1-16)"
exit $bad
