#!/bin/sh
# Includes go down only (docs/architecture.md). Exit 1 names every include that goes up or sideways.
set -u
# A room is a folder, and has a row here: the rooms and the headers that its files may include. Rooms that do not name each
# other do not know each other.
engine="simulator simulator/base simulator/trace simulator/triple simulator/explore"
scenario="environments environments/worlds"
allowed() { # ROOM
    case "$1" in
        signing) echo "signing" ;;
        simulator/base) echo "simulator/base" ;;
        simulator) echo "simulator simulator/base" ;;
        simulator/trace|simulator/explore) echo "$1 simulator simulator/base" ;;
        simulator/triple) echo "simulator/triple simulator/trace simulator simulator/base" ;;
        audit) echo "audit signing simulator/base/csv.h simulator/base/document.h simulator/base/file.h simulator/base/nearest.h" ;;
        functionality/dkm|functionality/auth|functionality/com) echo "$1 signing $engine" ;;
        protocol/ticketed|protocol/auth|protocol/com) echo "$1 signing $engine" functionality/*/interface.h ;;
        adversary) echo "adversary $engine" ;;
        adversary/ticketed) echo "$1 functionality/dkm protocol/ticketed signing $engine" ;;
        adversary/auth|adversary/com) echo "$1 functionality/${1#*/} protocol/${1#*/} signing $engine" ;;
        environments/worlds) echo "environments/worlds $engine" ;;
        environments) echo "$scenario $engine" ;;
        environments/general|environments/runs|environments/logs) echo "$1 $scenario $engine" ;;
        environments/lua) echo "environments/lua environments/general $scenario $engine" ;;
        report) echo "report $engine" ;;
        cli) echo "cli audit report signing $scenario environments/logs environments/general environments/lua environments/runs $engine" ;;
    esac
}
bad=0
floors="signing simulator audit functionality protocol adversary environments report cli"
for room in $(find $floors -name '*.[ch]' | sed 's,/[^/]*$,,' | sort -u); do
    may=$(allowed "$room")
    [ -n "$may" ] || { echo "$room/: expected a row for this room (tests/house/test_floors.sh)"; bad=1; continue; }
    for line in $(grep -nHoE '^#include "[^"]+"' "$room"/*.[ch] | sed 's/#include "//; s/"$//'); do
        target=${line##*:}
        case " $may " in *" ${target%/*} "*|*" $target "*) continue ;; esac
        case "$line" in # triples are known by their row; the dummy adversary is nobody's
            environments/worlds/registry.c:*:functionality/*|environments/worlds/registry.c:*:protocol/*|\
            environments/worlds/registry.c:*:adversary/*|environments/worlds/worlds.c:*:adversary/dummy.h) continue ;;
        esac
        echo "include goes up or sideways: $line"; bad=1
    done
done
if grep -rnE '#include <(lua|lauxlib|lualib)\.h>' $floors --include='*.[ch]' | grep -v '^environments/lua/'; then
    echo "Lua is known in its room only"; bad=1
fi
# The engine names no signature, no party role and no Lua.
if grep -rniE '\b(lms|xmss|hsm|lua|dkm|leaf|keygen)\b' simulator --include='*.c' --include='*.h'; then
    echo "simulator/ must stay ignorant of signatures, roles and Lua"; bad=1
fi
# Above functionality/, protocol/ and adversary/ a triple is known by its descriptors: nothing names F_DKM, but the row of the
# registry and the tool of the signing core, which makes keys.
if grep -rniE '\b(kids?|tickets?|keygen|enclaves?|[a-z_]*dkm[a-z_]*)\b' environments report cli --include='*.c' --include='*.h' |
    grep -vE '^(environments/worlds/registry\.c|cli/sig\.c):|^cli/commands\.c:.*cli_sig \},$'; then
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
for call in 'uc_compare:simulator/lock\.c|simulator/verdict\.[ch]' 'uc_world_turn:simulator/(lock\.c|world\.[ch]|triple/play\.c)'; do
    if grep -rnE "\b${call%%:*}\(" simulator functionality protocol adversary environments report cli --include='*.c' --include='*.h' |
        grep -vE "^(${call#*:}):"; then
        echo "${call%%:*} is for simulator/lock.c: use uc_lock_turn() or uc_lock_judge()"; bad=1
    fi
done
# One door to json-glib's parser, which limits depth.
if grep -rnE '\bjson_(parser_load|from_string)' simulator signing audit functionality protocol adversary environments report cli --include='*.c' |
    grep -v '^simulator/base/document\.c:'; then
    echo "JSON that others wrote is read by uc_document()"; bad=1
fi
exit $bad
