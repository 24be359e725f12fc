#!/bin/sh
# Figures for a paper: what the options refuse and change, how wide the pictures are, limits of other tools.
set -u
: "${UCSIM:?}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
bad() { echo "FAILED: $*"; failed=1; }
expect() { # code, what is said on standard error, options of diagram...
    want=$1 says=$2; shift 2
    "$UCSIM" diagram "$@" >"$work/out" 2>"$work/err"; code=$?
    [ "$code" -eq "$want" ] || bad "diagram $*: exit $code, expected $want: $(head -n 2 "$work/err")"
    if [ -n "$says" ]; then grep -qF -- "$says" "$work/err" || bad "diagram $*: expected '$says', got: $(cat "$work/err")"
    elif [ -s "$work/err" ]; then bad "diagram $*: unexpected words: $(cat "$work/err")"; fi
}
equal=$here/fixtures/equal.jsonl differs=$here/fixtures/differs.jsonl

# ---- wrong use ----
x=$work/x.dot
for width in 84 mm 84km -84mm 2mm 9e9mm 84mmm 0x54mm nan; do
    expect 2 "--width: expected a length from 30mm to 1000mm" "$equal" -o "$x" --width="$width"
done
expect 2 "--width: expected more for so many lifelines, got 30mm" "$equal" -o "$x" --width 30mm
expect 2 "--width: expected svg, png, pdf, dot or tikz, got mermaid" "$equal" -o "$work/x.mmd" --width 84mm
expect 2 "--font: expected svg, png, pdf, dot or tikz, got plantuml" "$equal" -o "$work/x.puml" --font 8
expect 2 "--no-title: expected a format that has a title, got itf" "$equal" -o "$work/x.itf" --no-title
expect 2 "--world: expected real, ideal or both, got 'reel'" "$equal" -o "$x" --world reel
for events in 4 4- -4 9-4 0-4 4-5-6 a-b; do
    expect 2 "--events: expected two numbers of events such as 12-30, got '$events'" "$equal" -o "$x" --events="$events"
done
expect 2 "--events: expected numbers from 1 to" "$equal" -o "$x" --events 7000-7001
for font in "" "Times 3" "Times 25" 'a"b' 'a<b'; do
    expect 2 "--font: expected a family, a size from 4 to 24 points, or both" "$equal" -o "$x" --font "$font"
done
expect 2 "--font: expected serif, sans or mono" "$equal" -o "$work/x.tex" --font "Times 8"
[ -e "$x" ] && bad "a failed command wrote a file"

# ---- what the options change ----
expect 0 "" "$equal" -o "$work/font.dot" --font "Times 12" --world real
grep -q 'fontname="Times"' "$work/font.dot" && grep -q 'fontsize=12,id="real' "$work/font.dot" || bad "--font names family and size"
grep -q 'ideal' "$work/font.dot" && bad "--world real draws the ideal world"
expect 0 "" "$equal" -o "$work/bare.mmd" --no-title
grep -q 'title' "$work/bare.mmd" && bad "--no-title leaves a title"
expect 0 "" "$differs" -o "$work/part.mmd" --events 28-32 --world real
grep -q 'events 1–27#58; not shown here' "$work/part.mmd" && grep -q ': 28 ' "$work/part.mmd" && ! grep -q ': 33 ' "$work/part.mmd" ||
    bad "--events 28-32 draws these"
grep -q '"expect":"indistinguishable"' "$differs" && grep -q 'expected indistinguishable, found distinguished' "$here/golden/differs.mmd" ||
    bad "what was found does not say what was expected"
sed 's/"expect":"indistinguishable"/"expect":"distinguished"/' "$differs" >"$work/meant.jsonl"
expect 0 "" "$work/meant.jsonl" -o "$work/meant.mmd"
grep -q 'Verdict#58; distinguished, as expected' "$work/meant.mmd" || bad "what is as expected does not say so"
if command -v neato >/dev/null; then
    expect 0 "" "$equal" -o "$work/w.svg" --width 84mm --world ideal
    grep -q '<svg width="238pt"' "$work/w.svg" || bad "84mm are 238 points: $(grep '<svg ' "$work/w.svg")"
fi

# ---- limits of other tools: pages, and a word of it ----
cat >"$work/long.lua" <<'L'
return scenario {
  title = "a long run", parties = { "hsm1", "hsm2" }, crypto = "ideal", expect = "indistinguishable",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W8",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 1, 320 do z:sign("hsm1", key, "message " .. i) end
  end,
}
L
"$UCSIM" check -q --trace "$work/long.jsonl" "$work/long.lua" >"$work/out" 2>&1 || bad "no long run: $(cat "$work/out")"
expect 0 "one mermaid holds 50000 characters at most, this is more: written as pages" "$work/long.jsonl" -o "$work/long.mmd"
for page in $(cat "$work/out"); do [ "$(wc -m <"$page")" -le 50000 ] || bad "$page has more than 50,000 characters"; done
[ "$(cat $(cat "$work/out") | grep -c '>>')" -ge 1280 ] || bad "pages of Mermaid: not every arrow"
expect 0 "one plantuml holds 4096 pixels at most, this is more: written as pages" "$work/long.jsonl" -o "$work/long.puml"
for page in $(cat "$work/out"); do [ "$(grep -c 'R[0-9]\|I[0-9]' "$page")" -le 140 ] || bad "$page is too high for PlantUML"; done
expect 0 "one tikz holds 500 points of height at most, this is more: written as pages" "$work/long.jsonl" -o "$work/long.tex"
[ "$(wc -l <"$work/out")" -gt 20 ] || bad "pages of TikZ: $(wc -l <"$work/out")"

[ $failed -eq 0 ] && echo "figures as expected"
exit $failed
