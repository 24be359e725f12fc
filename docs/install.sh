#!/bin/sh
# What `make install` does: program, scenarios, man page, completion; libraries, headers, pkg-config files.
#   PROGRAM= DESTDIR= PREFIX= LIBDIR= VERSION= sh docs/install.sh "LIBRARY..." "HEADER..."
set -eu
libraries=$1 headers=$2
cd "$(dirname "$0")/.."
root=$DESTDIR$PREFIX share=$DESTDIR$PREFIX/share libdir=$DESTDIR$LIBDIR

install -d "$root/bin" "$share/ucsim" "$share/man/man1" "$share/bash-completion/completions" "$libdir/pkgconfig"
install -m 755 "$PROGRAM" "$root/bin/ucsim"
sh docs/man.sh "$PROGRAM" "$VERSION" "$PREFIX/share/ucsim" >"$share/man/man1/ucsim.1"
install -m 644 docs/ucsim.bash "$share/bash-completion/completions/ucsim"
rm -rf "$share/ucsim/scenarios" "$root/include/ucsim" # of an older version
find environments/scenarios -type d | while read -r folder; do
    set -- "$folder"/*.lua
    [ ! -f "$1" ] || install -D -m 644 -t "$share/ucsim/${folder#environments/}" "$@"
done

for library in $libraries; do install -m 644 "$library" "$libdir/"; done
for header in $headers; do install -D -m 644 "$header" "$root/include/ucsim/$header"; done
pc() { # NAME DESCRIPTION REQUIRES LIBRARIES: a static library needs what it is made with at link time
    cat >"$libdir/pkgconfig/$1.pc" <<P
prefix=$PREFIX
libdir=$LIBDIR
program=\${prefix}/bin/ucsim
includedir=\${prefix}/include/ucsim

Name: $1
Description: $2
Version: $VERSION
Requires: $3
Cflags: -I\${includedir}
Libs: $4
P
    chmod 644 "$libdir/pkgconfig/$1.pc"
}
pc ucsim-engine "engine of ucsim: machines, worlds, traces, exploration, statistics" "glib-2.0 libcrypto libxxhash" "-L\${libdir} -lucsim-engine -lpthread -lm"
pc ucsim-signing "stateful hash-based signatures (LMS, HSS, XMSS, XMSS^MT) at a chosen leaf" "glib-2.0 libcrypto" "-L\${libdir} -lucsim-signing -lpthread -lm"
pc ucsim "what a triple needs that 'ucsim --triple' loads: headers; the functions are the program's" "glib-2.0 libcrypto" ""
chmod 644 "$share/man/man1/ucsim.1"
