#!/bin/sh
# docs/scenario-language.md names everything that a script can say: fields of a scenario, bounds, calls of Z, means of A,
# what payloads can do, and the globals. Names are taken from the tables in the code.
set -u
cd "$(dirname "$0")/../.." || exit 1
document=docs/scenario-language.md
bad=0 seen=0

names() { # FILE PATTERN: the first string of each table row that matches
    grep -oE "\{ \"[a-z_]+\", *$2" "$1" | sed 's/^{ "\([a-z_]*\)".*/\1/' | sort -u
}
require() { # WHAT: names on stdin
    while read -r name; do
        grep -qE "\`[^\`]*\b$name\b[^\`]*\`" "$document" || echo "$document: no $1 '$name'"
        echo "$name" >>"$list"
    done
}
list=$(mktemp) out=$(mktemp)
trap 'rm -f "$list" "$out"' EXIT
{
    names environments/lua/lua_load.c 'read_[a-z_]+ \}' | require "field of a scenario"
    {
        sed -n '/order_name\[\]/,/;/p' environments/general/alphabet.c | grep -oE '"[a-z]+"'
        grep -oE '\(Numbered\)\{ "[a-z]+"' environments/general/alphabet.c | grep -oE '"[a-z]+"'
        grep -oE '\{ "[a-z-]+", UC_CUT_[A-Z]+' functionality/dkm/alphabet.c | grep -oE '"[a-z-]+"'
        sed -n '/UcNumbers/,/;/p' functionality/dkm/alphabet.c | grep -oE '"[a-z]+"'
        sed -n '/UcInput inputs/,/^}/p' functionality/dkm/alphabet.c | grep -oE '^    \{ DKM_[A-Z]+' | sed 's/.*DKM_//' | tr A-Z a-z
    } | tr -d '"' | tr - _ | require "bound"
    names environments/lua/lua_machines.c '(z_|a_)[A-Za-z_]+' | require "call"
    names functionality/dkm/scripts.c 'DKM_[A-Z_]+' | require "call"
    names environments/lua/lua_values.c '(UC_M_|payload_)[A-Za-z_]+' | require "order or payload method"
    names adversary/ticketed/kit.c '(true|false), [a-z_]+_argument' | require "call of the attack kit"
    names environments/lua/lua_library.c '[a-z_]+ \}' | require "global"
    sed -n '/base_kept\[\]/,/NULL/p' environments/lua/lua_library.c | grep -oE '"[a-z]+"' | tr -d '"' | require "global"
    sed -n '/withheld\[\]/,/\};/p' environments/lua/lua_library.c | grep -oE '"(io|os|debug|package|load|coroutine|xpcall)"' |
        tr -d '"' | require "missing library"
} >"$out"
[ -s "$out" ] && { cat "$out"; bad=1; }
seen=$(sort -u "$list" | wc -l)
[ "$seen" -gt 60 ] || { echo "only $seen names found in the code: the tables have moved"; bad=1; }
exit $bad
