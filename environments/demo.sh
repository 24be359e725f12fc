#!/bin/sh
# What ucsim does, in a minute; `make demo` runs it. Pictures and traces go to build/demo/.
set -u
: "${B:=build/release}" "${VARIANT:=release}" "${CC:=gcc}"
U=$B/ucsim out=build/demo
S=environments/scenarios
bold='' plain=''
[ -t 1 ] && bold=$(printf '\033[1m') plain=$(printf '\033[0m')
rm -rf "$out" && mkdir -p "$out" || exit 2

say() { printf '%s\n' "$*"; }
head_line() { printf '\n%s%s%s\n\n' "$bold" "$*" "$plain"; }
show() { printf '$ ucsim %s\n' "$(echo "$*" | sed "s,^$U ,,; s,^$out/ucsim-broken check,check (of the broken program),")"; "$@"; }

# Draws a trace as svg and png; says nothing where Graphviz is missing but that.
draw() { # TRACE NAME
    for format in svg png; do
        if "$U" diagram "$1" -o "$out/$2.$format" >"$out/diagram.log" 2>&1; then
            say "  chart: $out/$2.$format"
        else
            say "  no chart: $(tail -n 1 "$out/diagram.log")"
        fi
    done
    rm -f "$out/diagram.log"
}

# The program with two lines of the protocol taken out: a signature is not written to stable storage.
break_it() {
    patch=tests/must_diverge/sign-not-persisted.patch
    [ -f "$patch" ] || { say "  (left out: $patch is not here)"; return 1; }
    command -v patch >/dev/null || { say "  (left out: 'patch' is not installed)"; return 1; }
    flags=$(unset MAKEFLAGS MFLAGS MAKELEVEL; make -s --no-print-directory print-flags VARIANT="$VARIANT" CC="$CC") || return 1
    eval "$flags"
    mkdir -p "$out/source/protocol/ticketed" && cp protocol/ticketed/party.c "$out/source/protocol/ticketed/" &&
        patch -s -p1 -d "$out/source" -i "$PWD/$patch" &&
        eval "$CC $cflags" -c -o "$out/source/party.o" "$out/source/protocol/ticketed/party.c" &&
        eval "$CC $cflags" -o "$out/ucsim-broken" "$B/cli/main.o" "$out/source/party.o" "$B/libucsim.a" "$libs"
}

head_line "1. A protocol and what it promises"
say "Hardware modules share the one-time keys of a stateful signature scheme (LMS). Signing twice with the same one would
give the key away, so every one-time key must belong to one module at a time, whatever the network does and whoever
crashes. That promise is an ideal functionality. ucsim runs the real protocol beside it, in lock step, with real
signatures and real encryption, and compares everything the environment Z can see. If nothing differs, the verdict is
'indistinguishable'."
say ""
show "$U" check --trace "$out/hand-over.trace" $S/handover/hand-over.lua || exit
draw "$out/hand-over.trace" hand-over

head_line "2. Things that go wrong in practice, from the catalogue"
show "$U" check $S/channel/49-replay-after-use.lua $S/channel/51-redirected.lua $S/channel/54-flipped-cut-extended.lua \
    $S/concurrency $S/transfer-crash || exit

head_line "3. The same with a mistake in the protocol"
say "Two lines are missing: a module does not write down which one-time key a signature used before it releases the
signature. Everything still works, until the power fails. Then it signs another message with one-time key 0:"
say ""
if break_it; then
    show "$out/ucsim-broken" check --trace "$out/broken.trace" $S/crash/19-restart-from-the-seed.lua
    say "Left: what happened. Right: what should have. A star marks what differs."
    draw "$out/broken.trace" broken
fi

head_line "4. Where to go on"
say "  ucsim list                               what there is
  ucsim check                              all scenarios
  ucsim run $S/handover/hand-over.lua --world ideal
  ucsim replay $out/hand-over.trace   a recorded run again, without its script
  README.md                                a scenario of your own in ten lines"
