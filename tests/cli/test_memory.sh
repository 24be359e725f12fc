#!/bin/sh
# Little memory (ulimit -v): whatever command runs, and wherever in it memory ends, it ends with 3 and says so, or gets by.
# And a row that holds no more parts ends a search as a limit.
set -u
: "${UCSIM:?}"
"$UCSIM" --version >/dev/null || exit 1
if ! (ulimit -v 2000000 && "$UCSIM" --version) >/dev/null 2>&1; then
    echo "this build needs more address space than a limit leaves (sanitizers)"
    exit 77
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0 limits=0
cat >"$dir/deep.lua" <<'LUA'
return scenario { title = "deep", crypto = "ideal", parties = { "a", "b", "c" }, capacity = 6, expect = "indistinguishable",
  environment = function(z) for i = 1, 300 do z:status("a", string.rep("x", i * 100)) end end,
  explore = { keygen = 3, sign = 6, transfer = 4, crash = 2, wrong = 0, any = 0 } }
LUA
cat >"$dir/one.txt" <<'TXT'
ucsim-schedule 1
option parties a b
keygen a LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
TXT
within() { # KILOBYTES ARGUMENT...
    size=$1
    shift
    (ulimit -v "$size" && timeout 20 "$UCSIM" "$@") >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
    [ "$1" = explore ] || ! grep -e --memory "$dir/err" || { echo "$1 is told of an option of explore"; bad=1; }
    case $got in
    3) limits=$((limits + 1)) ;;
    0 | 1) ;;
    *) echo "expected exit 3 (or 0, 1), got $got: ulimit -v $size; ucsim $*"; sed 's/^/    /' "$dir/err"; bad=1 ;;
    esac
}
for size in 18000 20000 24000 32000; do
    within $size check "$dir/deep.lua"
    within $size explore -q --seconds 1 "$dir/deep.lua"
    within $size explore -q --seconds 1 --jobs 3 "$dir/deep.lua"
    within $size replay "$dir/one.txt"
    within $size advantage native:hand-over --samples 100 --jobs 2
done
[ $limits -gt 3 ] || { echo "expected some of these to come to the limit, got $limits"; bad=1; }
# with some room a search stops in time and says what it covered
within 60000 explore "$dir/deep.lua"
[ "$got" = 3 ] && grep -q "covered: every schedule" "$dir/out" || { echo "expected what was covered, exit 3, got $got"; cat "$dir/out" "$dir/err"; bad=1; }
exit $bad
