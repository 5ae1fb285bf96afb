"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const find = document.getElementById("find"), only = document.getElementById("only"), found = document.getElementById("found");
  const kinds = [...document.querySelectorAll("#list .kind")].map((box) => ({
    box,
    outcome: box.dataset.outcome,
    rows: [...box.querySelectorAll("tbody tr")].map((row) => ({
      row,
      text: [...row.cells].map((cell) => cell.textContent.trim()).join(" ").toLowerCase(),
    })),
  }));
  const all = kinds.reduce((n, kind) => n + kind.rows.length, 0);
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const kind of kinds) {
      let any = 0;
      const chosen = !only.value || only.value === kind.outcome;
      for (const { row, text } of kind.rows) {
        row.hidden = !chosen || !words.every((word) => text.includes(word));
        if (!row.hidden) any++;
      }
      kind.box.hidden = any === 0 && (!chosen || words.length > 0);
      shown += any;
    }
    found.textContent = (shown === all ? "" : `${shown} of `) + (all === 1 ? "1 row" : `${all} rows`);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", filter);
  only.addEventListener("change", filter);
  form.hidden = false;
  filter();
})();
