#!/bin/sh
# The man page: docs/ucsim.1.in with commands and options from the program's own help.
#   sh docs/man.sh PROGRAM VERSION DATADIR > ucsim.1
set -eu
export LC_ALL=C NO_COLOR=1
program=$1 version=$2 datadir=$3
here=$(dirname "$0")

quoted() { sed 's/\\/\\e/g; s/-/\\-/g; s/^\([.'"'"']\)/\\\&\1/'; }

commands() { "$program" --help | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p'; }

list_commands() {
    commands | while IFS="$(printf '\t')" read -r name summary; do
        printf '.TP\n.B %s\n%s\n' "$name" "$(printf '%s\n' "$summary" | quoted)"
    done
}

# GOption prints "  -s, --seed=N      what it is" and continues long texts further right.
list_options() {
    commands | while IFS="$(printf '\t')" read -r name _; do
        "$program" "$name" --help >"$scratch/help" 2>/dev/null || continue
        printf '.SS %s\n' "$name"
        sed -n 's/^ *usage: *//Ip; /^Usage:$/{n;p;}' "$scratch/help" | head -n 1 | sed 's/^ *//' | quoted
        awk '/^  (-.,  *)?--[a-z]/ {
                 line = $0; sub(/^ */, "", line)
                 at = match(line, /  +/)
                 option = at ? substr(line, 1, at - 1) : line; text = at ? substr(line, at + RLENGTH) : ""
                 print ".TP\t" option "\t" text; next
             }' "$scratch/help" | while IFS="$(printf '\t')" read -r tag option text; do
            printf '%s\n.B %s\n%s\n' "$tag" "$(printf '%s\n' "$option" | quoted)" "$(printf '%s\n' "$text" | quoted)"
        done
    done
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
list_commands >"$scratch/commands"
list_options >"$scratch/options"
sed -e "/^@COMMANDS@\$/{r $scratch/commands" -e 'd;}' -e "/^@OPTIONS@\$/{r $scratch/options" -e 'd;}' "$here/ucsim.1.in" |
    sed -e "s|@VERSION@|$version|; s|@DATADIR@|$datadir|"
