"use strict";
/* One page, no network. Everything it shows lies in the page already: charts as SVG, events as JSON. */
(() => {
  const scenarios = [...document.querySelectorAll(".scenario")];
  const rows = [...document.querySelectorAll("#verdicts tbody tr")];
  const worlds = ["real", "ideal"];
  const models = new Map();
  let current = -1;

  /* Events by row, and for each world the list that states are summed up from. */
  function model(article) {
    if (!models.has(article)) {
      const data = JSON.parse(document.getElementById(article.id + "-data").textContent);
      const stops = [...new Set(worlds.flatMap((w) => data[w].map((e) => e.row)))].sort((a, b) => a - b);
      const byNumber = {};
      for (const w of worlds) byNumber[w] = new Map(data[w].map((e) => [e.n, e]));
      models.set(article, { data, stops, byNumber, at: -1, zoom: 0 });
    }
    return models.get(article);
  }

  /* The last event of a world up to a row, and what everybody holds after it. */
  function stateAt(data, world, row) {
    const holds = {};
    let last = null;
    for (const e of data[world]) {
      if (e.row > row) break;
      Object.assign(holds, e.s || {});
      last = e;
    }
    return { holds, last };
  }

  function fillState(body, holders, parties, holds, changed) {
    body.replaceChildren(...holders.filter((h, i) => i < parties || holds[h] || (changed && h in changed)).map((h) => {
      const tr = document.createElement("tr");
      if (changed && h in changed) tr.className = "changed";
      for (const words of [h, holds[h] || "nothing"]) tr.appendChild(document.createElement("td")).textContent = words;
      return tr;
    }));
  }

  function mark(article, world, e, scroll) {
    const ids = [`${article.id}-${world}-${e.n}`, `${article.id}-${world}-${e.n}-label`];
    const found = ids.map((id) => document.getElementById(id)).filter(Boolean);
    for (const g of found) g.classList.add("at");
    const chart = article.querySelector(".chart");
    if (found.length && scroll) {
      const box = found[found.length - 1].getBoundingClientRect(), frame = chart.getBoundingClientRect();
      if (box.top < frame.top + 20 || box.bottom > frame.bottom - 20)
        chart.scrollTop += box.top - frame.top - frame.height / 2;
    }
  }

  function show(article, index, scroll = true) {
    const m = model(article);
    if (!m.stops.length) return;
    m.at = Math.max(0, Math.min(index, m.stops.length - 1));
    const row = m.stops[m.at];
    for (const g of article.querySelectorAll(".chart .at")) g.classList.remove("at");
    for (const w of worlds) {
      const { holds, last } = stateAt(m.data, w, row);
      const panel = article.querySelector(`.world[data-world="${w}"]`);
      const here = last && last.row === row;
      panel.hidden = !m.data[w].length;
      panel.querySelector(".event").textContent = here ? last.text : "(nothing in this row)";
      fillState(panel.querySelector("tbody"), m.data.holders, m.data.parties, holds, here ? last.s : null);
      if (here) mark(article, w, last, scroll);
    }
    const words = row === m.data.difference ? ": the first difference" : m.data.difference >= 0 && row > m.data.difference ? ": after the first difference" : "";
    article.querySelector(".row").textContent = `Row ${m.at + 1} of ${m.stops.length}${words}`;
  }

  function zoom(article, factor) {
    const m = model(article), svg = article.querySelector(".chart svg");
    const natural = svg.viewBox.baseVal.width * 4 / 3, frame = article.querySelector(".chart").clientWidth - 2;
    const fit = Math.min(natural, frame);
    m.zoom = factor === 0 ? fit : Math.max(160, Math.min((m.zoom || fit) * factor, natural * 6));
    svg.style.width = m.zoom + "px";
  }

  function open(index, focus) {
    if (index < 0 || index >= scenarios.length) return;
    current = index;
    scenarios.forEach((s, i) => { s.hidden = i !== index; });
    rows.forEach((r, i) => r.classList.toggle("current", i === index));
    const article = scenarios[index], m = model(article);
    if (!m.zoom) zoom(article, 0);
    if (m.at < 0) {
      const d = m.stops.indexOf(m.data.difference);
      show(article, d >= 0 ? d : 0);
    }
    if (focus) {
      article.scrollIntoView({ block: "start" });
      article.querySelector(".chart").focus({ preventScroll: true });
    }
  }

  const actions = {
    first: (a) => show(a, 0),
    last: (a) => show(a, model(a).stops.length - 1),
    step: (a) => show(a, model(a).at + 1),
    back: (a) => show(a, model(a).at - 1),
    difference: (a) => { const i = model(a).stops.indexOf(model(a).data.difference); if (i >= 0) show(a, i); },
    larger: (a) => zoom(a, 1.25),
    smaller: (a) => zoom(a, 0.8),
    fit: (a) => zoom(a, 0),
    copy: (a, button) => {
      const text = a.querySelector(".command code").textContent;
      const done = () => { button.textContent = "Copied"; };
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => { button.textContent = text; });
      else button.textContent = text;
    },
  };

  document.addEventListener("click", (e) => {
    const button = e.target.closest("button[data-do]"), article = e.target.closest(".scenario");
    if (button && article) return actions[button.dataset.do](article, button);
    const link = e.target.closest("#verdicts a");
    if (link) {
      e.preventDefault();
      location.hash = link.hash;
      return open(scenarios.findIndex((s) => "#" + s.id === link.hash), true);
    }
    const hit = eventUnder(e.target);
    if (hit) show(hit.article, model(hit.article).stops.indexOf(hit.event.row), false);
  });

  /* The event whose arrow or label lies under the pointer. */
  function eventUnder(target) {
    const g = target.closest && target.closest(".chart g[id]"), article = target.closest && target.closest(".scenario");
    const id = g && article && /-(real|ideal)-(\d+)(-label)?$/.exec(g.closest("g.edge, g.node").id);
    const event = id && model(article).byNumber[id[1]].get(Number(id[2]));
    return event ? { article, event } : null;
  }

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.appendChild(tip);
  document.addEventListener("mousemove", (e) => {
    const hit = eventUnder(e.target);
    tip.hidden = !hit;
    if (!hit) return;
    tip.textContent = hit.event.text;
    tip.style.left = Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = Math.min(e.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
  });

  const keys = { j: "step", ArrowDown: "step", k: "back", ArrowUp: "back", Home: "first", End: "last", d: "difference", "+": "larger", "=": "larger", "-": "smaller", 0: "fit" };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") { document.getElementById("filter").blur(); document.getElementById("top").scrollIntoView(); return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    if (e.key === "/") { e.preventDefault(); document.getElementById("filter").focus(); return; }
    if (e.key === "n" || e.key === "p") return next(e.key === "n" ? 1 : -1);
    const inChart = e.target.closest && e.target.closest(".scenario");
    if (/^(Arrow|Home|End)/.test(e.key) && !inChart) return;
    if (keys[e.key] && current >= 0) { e.preventDefault(); actions[keys[e.key]](scenarios[current]); }
  });

  /* The next scenario that the filter lets through. */
  function next(step) {
    for (let i = current + step; i >= 0 && i < rows.length; i += step)
      if (!rows[i].hidden) return open(i, true);
  }

  const filter = document.getElementById("filter"), which = document.getElementById("which");
  function apply() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const r of rows) {
      const text = r.textContent.toLowerCase();
      r.hidden = (which.value && !r.classList.contains(which.value)) || !words.every((w) => text.includes(w));
      shown += !r.hidden;
    }
    document.getElementById("count").textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
  }
  filter.addEventListener("input", apply);
  which.addEventListener("change", apply);
  addEventListener("hashchange", () => open(scenarios.findIndex((s) => "#" + s.id === location.hash), false));

  apply();
  const asked = scenarios.findIndex((s) => "#" + s.id === location.hash), bad = rows.findIndex((r) => r.classList.contains("bad"));
  open(asked >= 0 ? asked : Math.max(bad, 0), false);
})();
