#!/bin/sh
# `./setup demo` and `./setup check` in an empty Debian 12: it installs what it needs, builds, shows a verdict and a
# chart, and the tests pass.
# Needs root, mmdebstrap and the registry; takes a few minutes, 20 at most.
set -u
cd "$(dirname "$0")/../.." || exit 1
for tool in mmdebstrap unshare; do
    command -v $tool >/dev/null 2>&1 || { echo "$tool is not installed"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "needs root, to make a system of its own"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf --one-file-system "$work"' EXIT
mirror=${UCSIM_MIRROR:-http://deb.debian.org/debian}
root=$work/root

timeout 600 mmdebstrap --quiet --mode=root --variant=apt bookworm "$root" "$mirror" >"$work/log" 2>&1 ||
    { echo "no empty Debian from $mirror: $(tail -n 1 "$work/log")"; exit 77; }
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
mkdir "$root/ucsim" && tar cf - --exclude=./build --exclude=./.git . | tar xf - -C "$root/ucsim" || exit 1

# Mounts are the new namespace's own and end with it.
in_root() { # TARGET
    timeout 1200 unshare --mount --pid --fork --kill-child --root="$root" --mount-proc --wd=/ucsim \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root ./setup "$1" >"$work/log" 2>&1 </dev/null
    code=$?
    [ $code = 0 ] || { echo "./setup $1 in an empty Debian: exit $code"; grep -A 20 '^FAILED' "$work/log" || tail -n 40 "$work/log"; exit 1; }
}
in_root demo
bad=0
grep -q '^installing:.*gcc' "$work/log" || { echo "nothing was installed, so the system was not empty"; bad=1; }
grep -qE '(indistinguishable|distinguished)' "$work/log" || { echo "no verdict:"; tail -n 40 "$work/log"; bad=1; }
ls "$root"/ucsim/build/demo/*.svg >/dev/null 2>&1 || { echo "no chart"; bad=1; }
in_root check
grep -E '^[0-9]+ passed, 0 failed' "$work/log" || { echo "no tests ran"; bad=1; }
[ $bad = 0 ] && echo "./setup demo and ./setup check work in an empty Debian"
exit $bad
