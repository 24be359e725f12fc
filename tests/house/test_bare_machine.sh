#!/bin/sh
# The demo is the first thing that a new user sees, and the library of tests is not installed for it: neither building the
# program nor the flags that the demo builds its broken version with may ask for it.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
real=$(command -v pkg-config) || { echo "no pkg-config"; exit 77; }
cat >"$work/pkg-config" <<P
#!/bin/sh
for word; do
    [ "\$word" != check ] || { echo "Package check was not found in the pkg-config search path." >&2; exit 1; }
done
exec "$real" "\$@"
P
chmod +x "$work/pkg-config"
bad=0
quiet() {
    (unset MAKEFLAGS MFLAGS MAKELEVEL; PATH=$work:$PATH "$@") >"$work/out" 2>"$work/err" && [ ! -s "$work/err" ] && return
    echo "$*: $(head -n 3 "$work/err")"; bad=1
}
PATH=$work:$PATH pkg-config --libs check 2>/dev/null && { echo "the library of tests is not hidden"; exit 1; }
for target in all demo install; do
    quiet make -s -n --no-print-directory "$target" B="$work/build"
done
# the targets that the demo's own script makes
for target in $(sed -n 's/.*make -s --no-print-directory \([a-z-]*\).*/\1/p' environments/demo.sh); do
    quiet make -s --no-print-directory "$target"
    grep -q '^libs=.*-lglib' "$work/out" || { echo "$target: no flags in $(cat "$work/out")"; bad=1; }
done
exit $bad
