#!/bin/sh
# Man page and bash completion know every command and every option of the program; `make install` installs both.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${UCSIM:=$PWD/build/release/ucsim}"
: "${VARIANT:=release}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

make -s install VARIANT="$VARIANT" PREFIX=/usr DESTDIR="$work/root" >"$work/install" 2>&1 || { cat "$work/install"; exit 1; }
page=$work/root/usr/share/man/man1/ucsim.1
completion=$work/root/usr/share/bash-completion/completions/ucsim
for file in "$work/root/usr/bin/ucsim" "$page" "$completion" "$work/root/usr/share/ucsim/scenarios/lib/catalogue.lua"; do
    [ -f "$file" ] || { echo "make install leaves out ${file#"$work/root"}"; bad=1; }
done
grep -q '@[A-Z]*@' "$page" && { echo "the man page has a hole:"; grep '@[A-Z]*@' "$page"; bad=1; }

commands=$("$UCSIM" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
[ -n "$commands" ] || { echo "ucsim --help names no command"; bad=1; }
plain=$(sed 's/\\-/-/g' "$page")
for command in $commands; do
    printf '%s\n' "$plain" | grep -qx "\\.B $command" || { echo "man page: no command $command"; bad=1; }
    for option in $("$UCSIM" "$command" --help | grep -oE '^  (-., )?--[a-z][a-z-]*' | grep -oE -- '--.*'); do
        printf '%s\n' "$plain" | sed -n "/^\\.SS $command\$/,/^\\.S[SH] /p" | grep -q -- "$option" ||
            { echo "man page: $command has no $option"; bad=1; }
    done
done
if command -v groff >/dev/null 2>&1; then
    groff -man -Tascii -ww "$page" >"$work/page" 2>"$work/warnings"
    [ -s "$work/warnings" ] && { cat "$work/warnings"; bad=1; }
fi

complete_words() { # what follows the words given, the last one unfinished
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ucsim; printf "%s\n" "${COMPREPLY[@]}"' sh "$completion" "$@"
}
for command in $commands; do
    complete_words "$UCSIM" "$command" | grep -qx "$command" || { echo "completion: no command $command"; bad=1; }
done
for option in $("$UCSIM" check --help | grep -oE '^  (-., )?--[a-z][a-z-]*' | grep -oE -- '--.*'); do
    complete_words "$UCSIM" check "$option" | grep -qx -- "$option" || { echo "completion: check has no $option"; bad=1; }
done
complete_words "$UCSIM" run --world "" | grep -qx ideal || { echo "completion: no worlds"; bad=1; }
[ "$(complete_words "$UCSIM" new --protocol "" | tr "\n" " ")" = "ticketed-transfer counted-macs masked-texts " ] || { echo "completion: not the protocols"; bad=1; }
exit $bad
