#!/bin/sh
# Clicks through an HTML report in headless Chromium: filter, opening, stepping, zoom, keys, hover. The page is the
# one that `ucsim report` writes, with a script appended that does what a user does and says what it saw.
set -u
: "${UCSIM:?}"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "no chromium: apt-get install chromium"; exit 77; }
here=$(dirname "$0")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
"$UCSIM" report "$here"/fixtures/equal.jsonl "$here"/fixtures/differs.jsonl -o "$work/report.html" || exit 1
if grep -qE '(src|href)="?https?:|@import|url\(' "$work/report.html"; then echo "the page wants the network"; exit 1; fi
cat "$work/report.html" - >"$work/test.html" <<'H'
<script>
addEventListener("load", () => {
  const failed = [], $ = (q) => document.querySelector(q);
  const want = (what, ok) => { if (!ok) failed.push(what); };
  const key = (k, target) => (target || document.body).dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true }));
  const open = () => [...document.querySelectorAll(".scenario")].filter((s) => !s.hidden);
  const at = () => open()[0].querySelector(".row").textContent;
  try {
    want("two rows", document.querySelectorAll("#verdicts tbody tr").length === 2);
    want("opens what is not as expected", open().length === 1 && open()[0].id === "s2");
    want("starts at the first difference", at().includes("first difference"));
    want("marks both arrows", document.querySelectorAll("#s2 .chart g.edge.at").length === 2);
    const svgWords = $("#s2 .chart svg").textContent;
    want("words of the difference in the chart", svgWords.includes("first") && svgWords.includes("difference"));
    const before = at();
    open()[0].querySelector("[data-do=back]").click();
    want("back moves", at() !== before);
    key("d");
    want("d goes to the difference", at() === before);
    key("k"); key("j");
    want("k and j are opposites", at() === before);
    open()[0].querySelector("[data-do=first]").click();
    want("first row", at().startsWith("Row 1 of"));
    const ideal = open()[0].querySelector('.world[data-world=ideal] .event').textContent;
    want("ideal event shown", ideal.startsWith("ideal world, event 1:"));
    open()[0].querySelector("[data-do=last]").click();
    const states = [...open()[0].querySelectorAll(".state")].map((t) => t.textContent);
    want("states of both worlds", states[0].includes("used") && states[1].includes("used"));
    const width = () => $("#s2 .chart svg").getBoundingClientRect().width, natural = width();
    key("+"); key("+");
    want("zoom in", width() > natural * 1.3);
    key("0");
    want("zoom back", Math.abs(width() - natural) < 2);
    const arrow = $("#s2-real-1"), tip = $(".tip");
    const all = [...document.querySelectorAll("#s2 .chart g.edge[id*='-real-'] path")];
    all[0].dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: 50, clientY: 50 }));
    want("hover shows the whole message", !tip.hidden && tip.textContent.startsWith("real world, event"));
    all[0].dispatchEvent(new MouseEvent("click", { bubbles: true }));
    want("a click selects", all[0].closest("g.edge").classList.contains("at"));
    const filter = $("#filter");
    filter.value = "no such words"; filter.dispatchEvent(new Event("input"));
    want("filter hides", [...document.querySelectorAll("#verdicts tbody tr")].every((r) => r.hidden));
    filter.value = ""; filter.dispatchEvent(new Event("input"));
    $("#which").value = "bad"; $("#which").dispatchEvent(new Event("change"));
    want("only the unexpected", [...document.querySelectorAll("#verdicts tbody tr")].filter((r) => !r.hidden).length === 1);
    $("#which").value = ""; $("#which").dispatchEvent(new Event("change"));
    $('#verdicts a[href="#s1"]').click();
    want("a row opens its scenario", open().length === 1 && open()[0].id === "s1");
    want("an equal run has no difference", !open()[0].querySelector(".row").textContent.includes("difference"));
    key("n");
    want("n goes on", open()[0].id === "s2");
    want("the command", $("#s2 .command code").textContent === "ucsim replay differs.jsonl");
    const img = $("#s2 img.plot");
    want("the ownership plot is drawn", img && img.complete && img.naturalWidth > 0);
    want("names are text, never markup", !document.querySelector("party") && !window.hacked);
  } catch (e) { failed.push(String(e)); }
  document.body.innerHTML = "";
  document.body.textContent = failed.length ? "FAILED: " + failed.join("; ") : "CLICKED THROUGH";
});
</script>
H
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$work/profile" --window-size=1400,1000 \
    --virtual-time-budget=4000 --dump-dom "file://$work/test.html" >"$work/dom" 2>"$work/said"
grep -o 'CLICKED THROUGH' "$work/dom" || { grep -o 'FAILED.*' "$work/dom" | head -n 3; tail -n 3 "$work/said"; exit 1; }
