// Rows with tick boxes: <table data-selects> with one [data-selects-all] box; what can be done with the chosen rows stands in
// [data-selection="table id"] (hidden until something is chosen), with the number in [data-selection-count]. A sentence that is
// always there is [data-selection-words="table id"], written from its data-words with %(shown)s for the number.
(() => {
  "use strict";

  const boxes = (table) => [...table.querySelectorAll("td.select input[type=checkbox]:not(:disabled)")];

  function refresh(table) {
    const all = boxes(table);
    const chosen = all.filter((box) => box.checked).length;
    const head = table.querySelector("[data-selects-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === all.length;
      head.indeterminate = chosen > 0 && chosen < all.length;
    }
    for (const words of document.querySelectorAll(`[data-selection-words="${table.id}"]`))
      words.textContent = words.dataset.words.replace("%(shown)s", chosen);
    for (const bar of document.querySelectorAll(`[data-selection="${table.id}"]`)) {
      bar.hidden = chosen === 0;
      for (const count of bar.querySelectorAll("[data-selection-count]")) count.textContent = chosen;
    }
  }

  // All rows that a search has left; when they are chosen already, none of them.
  function chooseShown(table) {
    const shown = boxes(table).filter((box) => !box.closest("tr").hidden);
    const choose = !shown.every((box) => box.checked);
    for (const box of shown) box.checked = choose;
  }

  document.addEventListener("change", (event) => {
    const table = event.target.closest?.("table[data-selects]");
    if (!table) return;
    if (event.target.matches("[data-selects-all]")) chooseShown(table);
    refresh(table);
  });

  document.querySelectorAll("table[data-selects]").forEach(refresh);
})();
