#!/bin/sh
# Long runs: charts and reports of about 20, 200 and 2,000 messages. Prints sizes and times; fails when the largest
# chart takes more than 3 s here (0.7 s is the aim on a free machine) or when a page is missing.
set -u
: "${UCSIM:?}"
command -v neato >/dev/null && command -v gnuplot >/dev/null || { echo "no Graphviz or no gnuplot"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
now() { date +%s%N; }
since() { echo $((($(now) - $1) / 1000000)); }
for messages in 20 200 2000; do
    # one signature is 2 messages in the real world and 4 drawn ones in the ideal one
    signatures=$((messages / 6 + 1))
    cat >"$work/run.lua" <<L
return scenario {
  title = "$messages messages", parties = { "hsm1", "hsm2" }, crypto = "ideal", expect = "indistinguishable",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W8",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 2, $signatures do z:sign("hsm1", key, "message " .. i) end
  end,
}
L
    "$UCSIM" check -q --trace "$work/run.jsonl" "$work/run.lua" || exit 1
    for format in dot svg png pdf; do
        start=$(now)
        "$UCSIM" diagram "$work/run.jsonl" -o "$work/run.$format" >"$work/pages" 2>/dev/null || { echo "FAILED: $format"; exit 1; }
        took=$(since "$start")
        [ -s "$work/pages" ] || echo "$work/run.$format" >"$work/pages"
        while read -r page; do [ -s "$page" ] || { echo "FAILED: no $page"; exit 1; }; done <"$work/pages"
        bytes=$(xargs cat <"$work/pages" | wc -c)
        echo "chart $messages messages, $format: $took ms, $bytes bytes, $(grep -c . "$work/pages") file(s)"
        [ "$format" != svg ] || [ "$took" -lt 3000 ] || { echo "FAILED: too slow"; exit 1; }
    done
    arrows=$(grep -c '\[id="' "$work/run.dot")
    [ "$arrows" -ge "$messages" ] || { echo "FAILED: $arrows arrows of $messages"; exit 1; }
    start=$(now)
    "$UCSIM" report "$work/run.jsonl" -o "$work/run.html" || { echo "FAILED: report"; exit 1; }
    echo "report $messages messages: $(since "$start") ms, $(wc -c <"$work/run.html") bytes"
    rm -f "$work"/run*.png "$work"/run*.pdf
done
