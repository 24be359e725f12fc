#!/bin/sh
# Runs every test program of this build and every tests/*/test_*.sh, two at a time.
#   B=build/release sh tests/run_tests.sh quick|all
# A test passes with exit 0, is skipped with 77 (it says why), fails with anything else.
# tests/*/long_*.sh run only with "all"; it also sets UCSIM_LONG_TESTS, with which tests that take samples take all.
# UCSIM_TIMES=1 also prints the seconds of processor each test took (user, system), the dearest first, and their sum.
# With "quick" the trees of keys are kept on disk while it runs, as many scripts make the same keys; with "all" each is made anew.
set -u
: "${B:?}"
mode=${1:-quick}
out=$B/test-output
rm -rf "$out" && mkdir -p "$out"
export B VARIANT CC UCSIM="$PWD/$B/ucsim" CK_VERBOSITY=normal CK_FORK="${CK_FORK:-yes}"

if [ "$mode" = all ]; then export UCSIM_LONG_TESTS=1
else export UCSIM_CACHE_DIR="$PWD/$out/trees"
fi

list() {
    find "$B/tests" -type f -name 'test_*' -perm -u+x ! -name '*.o' ! -name '*.d' ! -name '*.gc*' 2>/dev/null | while read -r t; do
        [ -f "${t#"$B"/}.c" ] && echo "$t"
    done
    find tests -name 'test_*.sh'
    [ "$mode" = all ] && find tests -name 'long_*.sh'
    :
}
# The longest first, so that none is left alone at the end.
longest="test_explore.sh test_apply.sh test_harvest_and_seeds.sh test_replays.sh test_lua test_vectors test_explore_worlds
    test_refusals test_formats.sh test_catalogue.sh test_advantage test_documents.sh test_disk test_stack test_proofs"
order() {
    awk -v longest="$longest" 'BEGIN { n = split(longest, name); for (i = 1; i <= n; i++) rank[name[i]] = i }
        { file = $0; sub(/.*\//, "", file)
          print (file ~ /^long_/ ? 0 : file in rank ? rank[file] : n + 1) "\t" $0 }' | LC_ALL=C sort -k 1,1n -k 2 | cut -f 2
}
one='
name=$(echo "$1" | sed "s,^$B/,,; s,/,-,g")
case "$1" in *.sh) sh "$1" ;; *) "./$1" ;; esac >"$2/$name.log" 2>&1 </dev/null
echo $? >"$2/$name.rc"
times >"$2/$name.times"'
list | order | xargs -P "$(nproc)" -I{} sh -c "$one" sh {} "$out"

passed=0 failed=0 skipped=0
for rc in "$out"/*.rc; do
    name=$(basename "$rc" .rc)
    case "$(cat "$rc")" in
        0) passed=$((passed + 1)); echo "ok      $name" ;;
        77) skipped=$((skipped + 1)); echo "skipped $name: $(tail -n 1 "$out/$name.log")" ;;
        *) failed=$((failed + 1)); echo "FAILED  $name (exit $(cat "$rc")), its output:"; sed 's/^/    /' "$out/$name.log" | tail -n 40 ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
if [ -n "${UCSIM_TIMES:-}" ]; then
    awk 'FNR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); part[i] = 60 * t[1] + t[2]; sum[i] += part[i] }
           name = FILENAME; sub(/.*\//, "", name); sub(/\.times$/, "", name)
           printf "%7.2f %7.2f %7.2f  %s\n", part[1] + part[2], part[1], part[2], name }
         END { printf "%7.2f %7.2f %7.2f  all\n", sum[1] + sum[2], sum[1], sum[2] }' "$out"/*.times | LC_ALL=C sort -rn
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
