#!/bin/sh
# The Debian packages build with the usual tools, lintian finds no error, they hold what they should.
set -u
cd "$(dirname "$0")/../.." || exit 1
for tool in dpkg-buildpackage dh lintian; do
    command -v $tool >/dev/null 2>&1 || { echo "$tool is not installed (apt-get install debhelper lintian)"; exit 77; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
mkdir "$work/ucsim" && tar cf - --exclude=./build --exclude=./.git . | tar xf - -C "$work/ucsim" || exit 1
grep -q "^ucsim ($(cat VERSION))" debian/changelog || { echo "VERSION and debian/changelog differ"; bad=1; }

(cd "$work/ucsim" && env -u MAKEFLAGS -u MAKELEVEL DEB_BUILD_OPTIONS=parallel=2 dpkg-buildpackage -us -uc -b) >"$work/log" 2>&1 ||
    { echo "dpkg-buildpackage:"; tail -n 30 "$work/log"; exit 1; }
as_user=""
[ "$(id -u)" = 0 ] && as_user="--allow-root"
# shellcheck disable=SC2086
lintian $as_user --display-info --fail-on error "$work"/*.changes || bad=1
for package in ucsim libucsim-dev; do
    dpkg-deb --contents "$work/$package"_*.deb >"$work/$package.list" || bad=1
done
for file in usr/bin/ucsim usr/share/man/man1/ucsim.1.gz usr/share/bash-completion/completions/ucsim usr/share/ucsim/scenarios/storage/22-snapshot.lua; do
    grep -q " \./$file\$" "$work/ucsim.list" || { echo "ucsim has no $file"; bad=1; }
done
for file in '.*/libucsim-engine\.a' '.*/libucsim-signing\.a' '.*/ucsim-engine\.pc' '.*/ucsim-signing\.pc' '.*/ucsim\.pc' 'usr/include/ucsim/signing/signing\.h' 'usr/include/ucsim/simulator/triple/abi\.h'; do
    grep -q " \./$file\$" "$work/libucsim-dev.list" || { echo "libucsim-dev has no $file"; bad=1; }
done
dpkg-deb -x "$work"/ucsim_*.deb "$work/x" && (cd / && "$work/x/usr/bin/ucsim" check --quiet) || { echo "the packaged program fails"; bad=1; }
exit $bad
