// Rows with tick boxes: <table data-selects> with one [data-selects-all] box; what can be done with the chosen rows stands in
// [data-selection="table id"] (hidden until something is chosen), with the number in [data-selection-count]. A sentence that is
// always there is [data-selection-words="table id"], written from its data-words with %(shown)s for the number; what is chosen
// on other pages of the table counts with it (data-also). Buttons
// [data-selects-here="table id"] with the value all or none tick what a search has left; they appear where this runs.
(() => {
  "use strict";

  const boxes = (table) => [...table.querySelectorAll("td.select input[type=checkbox]:not(:disabled)")];

  function refresh(table) {
    const all = boxes(table);
    const here = all.filter((box) => box.checked).length;
    const chosen = here + Number(table.dataset.also ?? 0);
    const head = table.querySelector("[data-selects-all]");
    if (head) {
      head.checked = here > 0 && here === all.length;
      head.indeterminate = here > 0 && here < all.length;
    }
    for (const words of document.querySelectorAll(`[data-selection-words="${table.id}"]`))
      words.textContent = words.dataset.words.replace("%(shown)s", chosen);
    for (const bar of document.querySelectorAll(`[data-selection="${table.id}"]`)) {
      bar.hidden = chosen === 0;
      for (const count of bar.querySelectorAll("[data-selection-count]")) count.textContent = chosen;
    }
  }

  const shownBoxes = (table) => boxes(table).filter((box) => !box.closest("tr").hidden);

  // All rows that a search has left; when they are chosen already, none of them.
  function chooseShown(table, choose = !shownBoxes(table).every((box) => box.checked)) {
    for (const box of shownBoxes(table)) box.checked = choose;
  }

  document.addEventListener("change", (event) => {
    const table = event.target.closest?.("table[data-selects]");
    if (!table) return;
    if (event.target.matches("[data-selects-all]")) chooseShown(table);
    refresh(table);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-selects-here]");
    if (!button) return;
    const table = document.getElementById(button.dataset.selectsHere);
    chooseShown(table, button.value === "all");
    refresh(table);
  });

  function start() {
    for (const part of document.querySelectorAll("[data-selects-here]")) part.hidden = false;
    document.querySelectorAll("table[data-selects]").forEach(refresh);
  }

  // The list may come later than the page: when a run that is followed has ended.
  document.addEventListener("htmx:afterSettle", start);
  start();
})();
