#!/bin/sh
# Includes go down only (docs/architecture.md). Exit 1 names every include that goes up or sideways.
set -u
allowed() {
    case "$1" in
        signing) echo "signing" ;;
        simulator) echo "simulator" ;;
        audit) echo "audit signing simulator/document.h simulator/file.h simulator/nearest.h" ;;
        functionality) echo "functionality signing simulator" ;;
        protocol) echo "protocol signing simulator functionality/interface.h" functionality/*/interface.h ;;
        adversary) echo "adversary functionality protocol signing simulator" ;;
        environments) echo "environments simulator" ;;
        report) echo "report simulator" ;;
        cli) echo "cli audit report environments signing simulator" ;;
    esac
}
bad=0
for floor in signing simulator audit functionality protocol adversary environments report cli; do
    for line in $(grep -rnoE '#include "[^"]+"' --include='*.c' --include='*.h' "$floor" | sed 's/#include "//; s/"$//'); do
        target=${line##*:}
        ok=no
        for a in $(allowed "$floor"); do
            case "$target" in "$a"/*|"$a") ok=yes ;; esac
        done
        case "$line" in # triples are known by their row; the dummy adversary is nobody's
            environments/registry.c:*:functionality/*|environments/registry.c:*:protocol/*|environments/registry.c:*:adversary/*|\
            environments/worlds.c:*:adversary/dummy.h) ok=yes ;;
        esac
        [ $ok = yes ] || { echo "include goes up or sideways: $line"; bad=1; }
    done
done
# The rooms of environments/, until they are folders: files by name, and the rooms that each may include besides its own.
# Rooms that do not name each other do not know each other.
rooms="worlds scenario general lua runs"
files_of() {
    case "$1" in
        worlds) echo "registry worlds options disk data_folder pair replay" ;;
        scenario) echo "scenario instances script" ;;
        general) echo "alphabet general general_inputs general_forged general_internal explorer" ;;
        lua) echo "lua_host lua_library lua_metatables lua_values lua_stolen lua_scenario lua_machines lua_script lua_load lint" ;;
        runs) echo "epilogue harvester run traced trial repeat advantage" ;;
    esac
}
below() {
    case "$1" in
        worlds) echo "" ;;
        scenario) echo "worlds" ;;
        general) echo "worlds scenario" ;;
        lua) echo "worlds scenario general" ;;
        runs) echo "worlds scenario" ;;
    esac
}
room_of() { # FILE without folder and ending
    for room in $rooms; do
        case " $(files_of $room) " in *" $1 "*) echo $room ;; esac
    done
}
for file in environments/*.[ch]; do
    name=$(basename "${file%.[ch]}") room=$(room_of "$(basename "${file%.[ch]}")")
    [ "$(echo "$room" | wc -w)" = 1 ] || { echo "$file: expected it in one room (tests/house/test_floors.sh), got '$room'"; bad=1; }
    for target in $(sed -n 's/^#include "environments\/\([a-z_]*\)\.h".*/\1/p' "$file"); do
        case " $room $(below "$room") " in
            *" $(room_of "$target") "*) ;;
            *) echo "include goes up or sideways: $file ($room) includes $target.h ($(room_of "$target"))"; bad=1 ;;
        esac
    done
    [ "$room" = lua ] || ! grep -nE '#include <(lua|lauxlib|lualib)\.h>' "$file" || { echo "$file: Lua is known in its room only"; bad=1; }
done
# The engine names no signature, no party role and no Lua.
if grep -rniE '\b(lms|xmss|hsm|lua|dkm|leaf|keygen)\b' simulator --include='*.c' --include='*.h'; then
    echo "simulator/ must stay ignorant of signatures, roles and Lua"; bad=1
fi
# Above functionality/, protocol/ and adversary/ a triple is known by its descriptors: nothing names F_DKM, but the row of the
# registry and the tool of the signing core, which makes keys.
if grep -rniE '\b(kids?|tickets?|keygen|enclaves?|[a-z_]*dkm[a-z_]*)\b' environments report cli --include='*.c' --include='*.h' |
    grep -vE '^(environments/registry\.c|cli/sig\.c):|^cli/commands\.c:.*cli_sig \},$'; then
    echo "environments/, report/ and cli/ know a triple by its descriptors (docs/architecture.md)"; bad=1
fi
# The code of a triple names no machine: it outputs, calls and uses the backdoor (docs/model.md).
if grep -rnE '\bUC_([ZASF]|PARTY_0)\b|\buc_party\(' functionality protocol adversary --include='*.c' --include='*.h'; then
    echo "machine numbers are for those who look from outside: use uc_output(), uc_backdoor(), uc_pid() and the like"; bad=1
fi
# What the engine keeps to itself stays there: S and the others go through machine.h, where it looks at what they look at.
if grep -rnE '#include "simulator/internal\.h"' functionality protocol adversary environments report audit cli; then
    echo "simulator/internal.h is for simulator/"; bad=1
fi
# One place turns worlds and judges them (simulator/lock.h); uc_world_turn() is also for statistics, which judge nothing.
for call in 'uc_compare:simulator/lock\.c|simulator/verdict\.[ch]' 'uc_world_turn:simulator/(lock\.c|world\.[ch]|play\.c)'; do
    if grep -rnE "\b${call%%:*}\(" simulator functionality protocol adversary environments report cli --include='*.c' --include='*.h' |
        grep -vE "^(${call#*:}):"; then
        echo "${call%%:*} is for simulator/lock.c: use uc_lock_turn() or uc_lock_judge()"; bad=1
    fi
done
# One door to json-glib's parser, which limits depth.
if grep -rnE '\bjson_(parser_load|from_string)' simulator signing audit functionality protocol adversary environments report cli --include='*.c' |
    grep -v '^simulator/document\.c:'; then
    echo "JSON that others wrote is read by uc_document()"; bad=1
fi
exit $bad
