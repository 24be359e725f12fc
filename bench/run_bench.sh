#!/bin/sh
# make bench: every bench_* program, one after the other; BENCH="signing explore" chooses, also counterexamples.sh, which
# takes minutes and runs only when it is named. docs/benchmarks.md says how to
# read what they print.
set -eu
: "${B:?}"
failed=0
for program in "$B"/bench/bench_*; do
    [ -x "$program" ] || continue
    name=$(basename "$program" | sed 's/^bench_//')
    case "$name" in *.*) continue ;; esac
    case " ${BENCH:-$name} " in *" $name "*) ;; *) continue ;; esac
    printf '== %s\n' "$name"
    "$program" || failed=1
    echo
done
case " ${BENCH:-} " in *" counterexamples "*)
    printf '== counterexamples\n'
    bash bench/counterexamples.sh || failed=1 ;;
esac
exit $failed
