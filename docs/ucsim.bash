# bash completion for ucsim. Commands and options come from the program's own help, so they are always current.
_ucsim() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} program=${COMP_WORDS[0]} at=1 command
    local triples=() # --triple FILE, before the command: programs that are asked below get them too
    while [ "${COMP_WORDS[at]}" = --triple ] && [ "$COMP_CWORD" -gt $((at + 1)) ]; do
        triples+=(--triple "${COMP_WORDS[at+1]}")
        at=$((at + 2))
    done
    command=${COMP_WORDS[at]}
    COMPREPLY=()
    if [ "$previous" = --triple ] && [ "$COMP_CWORD" -eq $((at + 1)) ]; then
        COMPREPLY=($(compgen -f -- "$word"))
        return
    fi
    if [ "$COMP_CWORD" -eq "$at" ]; then
        COMPREPLY=($(compgen -W "$("$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p') --help --version --triple" -- "$word"))
        return
    fi
    case "$previous" in
        --world) COMPREPLY=($(compgen -W "real ideal" -- "$word")); return ;;
        --color) COMPREPLY=($(compgen -W "always auto never" -- "$word")); return ;;
        --protocol) COMPREPLY=($(compgen -W "$("$program" "${triples[@]}" list 2>/dev/null | sed -n '1,/^$/s/^  \([a-z][a-z0-9-]*\) .*/\1/p')" -- "$word")); return ;;
        --strategy) COMPREPLY=($(compgen -W "bfs dfs random pct" -- "$word")); return ;;
    esac
    case "$word" in
        -*) COMPREPLY=($(compgen -W "$("$program" "${triples[@]}" "$command" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u) --help" -- "$word")) ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}
complete -o filenames -o default -F _ucsim ucsim
