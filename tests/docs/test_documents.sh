#!/bin/sh
# The documents do what they say: every fenced block marked runnable in README, CONTRIBUTING and docs/ is run, every
# link leads somewhere, and every "docs/FILE.md, "Section"" in the code names a section that is there.
#   ```sh runnable            run by sh -eu in one scratch folder per document, in order; must exit 0
#   ```sh runnable exit=1     must exit 1
#   ```lua runnable-file NAME written to NAME first
#   ```c listing FILE         stands so in FILE, which lies in the tree
# The page on triples of one's own builds one: with UCSIM_LONG_TESTS only, its listings always.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1
: "${UCSIM:=$root/build/release/ucsim}"
export UCSIM UCSIM_SOURCE="$root" NO_COLOR=1
unset B VARIANT MAKEFLAGS MAKELEVEL MFLAGS
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
mkdir "$work/bin" && ln -s "$UCSIM" "$work/bin/ucsim"
PATH=$work/bin:$PATH
export PATH

# ---- blocks ----
cat >"$work/split.awk" <<'A'
/^```/ && open { close(file); open = 0; next }
/^```/ && $2 ~ /^runnable/ {
    n++
    open = 1
    if ($2 == "runnable-file") { kind = "file"; file = dir "/" n ".body"; what = $3 }
    else { kind = "run"; file = dir "/" n ".body"; what = $3; sub(/^exit=/, "", what); if (what == "") what = 0 }
    printf "%s %s %s %d\n", n, kind, what, FNR > list
    printf "" > file
    next
}
/^```/ { open = 2; file = "/dev/null"; next }
open { print > file }
A
ran=0
for document in README.md CONTRIBUTING.md docs/*.md docs/*/*.md; do
    [ "$document" = docs/own-triple.md ] && [ -z "${UCSIM_LONG_TESTS:-}" ] && continue
    [ "$document" = docs/tutorial.md ] || [ "$document" = docs/own-triple.md ] && [ ! -x build/release/ucsim ] && { echo "$document needs build/release"; continue; }
    name=$(echo "$document" | tr '/.' '__')
    mkdir -p "$work/$name/blocks" "$work/$name/run"
    : >"$work/$name/list"
    awk -v dir="$work/$name/blocks" -v list="$work/$name/list" -f "$work/split.awk" "$document"
    while read -r n kind what line; do
        body=$work/$name/blocks/$n.body
        if [ "$kind" = file ]; then
            cp "$body" "$work/$name/run/$what"
            continue
        fi
        ran=$((ran + 1))
        (cd "$work/$name/run" && timeout 60 sh -eu "$body") >"$work/out" 2>&1 </dev/null
        code=$?
        if [ "$code" -ne "$what" ]; then
            echo "$document:$line: expected exit $what, got $code from"; sed 's/^/    /' "$body"; sed 's/^/  > /' "$work/out" | tail -n 20
            bad=1
        fi
    done <"$work/$name/list"
done
[ "$ran" -gt 0 ] || { echo "no runnable block found"; bad=1; }

# ---- listings ----
/usr/bin/python3 - README.md docs/*.md docs/*/*.md <<'P' || bad=1
import re, sys
wrong = listings = 0
for document in sys.argv[1:]:
    for block in re.finditer(r'^```\w+ listing (\S+)\n(.*?)^```$', open(document).read(), re.M | re.S):
        listings += 1
        if '\n' + block[2] not in '\n' + open(block[1]).read():
            print(f"{document}: a listing does not stand in {block[1]}: {block[2].splitlines()[0]}")
            wrong = 1
if not listings:
    print("no listing found")
sys.exit(wrong or not listings)
P

# ---- links ----
for document in README.md CONTRIBUTING.md CHANGELOG.md docs/*.md docs/*/*.md; do
    case $document in */*) folder=${document%/*} ;; *) folder=. ;; esac
    for target in $(grep -oE '\]\([^)]+\)' "$document" | sed 's/^](//; s/)$//; s/#.*//' | grep -v '^https\?:' | sort -u); do
        [ -e "$folder/$target" ] || { echo "$document: link to $target, which is not there"; bad=1; }
    done
done

# ---- what the code says about the documents ----
grep -rn --exclude-dir=build --include='*.[ch]' --include='*.lua' --include='*.sh' --include=Makefile --include=setup -oE \
    'docs/[a-z/-]+\.md(, "[^"]+")?' . >"$work/references"
while IFS= read -r reference; do
    place=${reference%%:docs/*}
    file=docs/${reference#*:docs/}
    case $file in *'"') section=${file#*\"} section=${section%\"} ;; *) section= ;; esac
    file=${file%%,*}
    if [ ! -f "$file" ]; then
        echo "$place: names $file, which is not there"; bad=1
    elif [ -n "$section" ] && ! grep -q "^##* $section\$" "$file" && ! grep -qF "| $section |" "$file"; then
        grep -qF "$section" "$file" || { echo "$place: $file has no section or entry \"$section\""; bad=1; }
    fi
done <"$work/references"
exit $bad
