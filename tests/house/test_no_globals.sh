#!/bin/sh
# Machines have no state but their regions: nothing that can be written lies in the objects of F, the protocol and what stands
# in adversary/. What a machine kept there, no undo, no crash and no search would see (docs/model.md, "Machines are kept honest").
set -u
: "${B:?}" "${CC:=gcc}"
[ "${VARIANT:-release}" = release ] || { echo "a sanitiser puts data of its own into every object"; exit 77; }
command -v size >/dev/null || { echo "size (binutils) is not installed"; exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
writable() { # OBJECT...: its sections that are
    for object in "$@"; do
        size -A "$object" | awk -v o="$object" '$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print o ": " $1 ", " $2 " bytes" }'
    done
}
bad=0
echo 'int count(void) { static int n; return ++n; }' >"$work/counts.c"
"$CC" -c -o "$work/counts.o" "$work/counts.c" || exit 2
[ -n "$(writable "$work/counts.o")" ] || { echo "a variable that outlives its function is not found"; bad=1; }
for folder in adversary functionality protocol; do
    objects=$(find "$folder" -name '*.c' | sed "s,^,$B/,; s,c\$,o,")
    # shellcheck disable=SC2086
    ls $objects >/dev/null || bad=1
    # shellcheck disable=SC2086
    found=$(writable $objects)
    [ -z "$found" ] || { echo "state beside the regions: $found"; bad=1; }
done
exit $bad
