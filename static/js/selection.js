// Rows with tick boxes: <table data-selects> with one [data-selects-all] box; what can be done with the chosen rows stands in
// [data-selection="table id"] (hidden until something is chosen), with the number in [data-selection-count].
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
    for (const bar of document.querySelectorAll(`[data-selection="${table.id}"]`)) {
      bar.hidden = chosen === 0;
      for (const count of bar.querySelectorAll("[data-selection-count]")) count.textContent = chosen;
    }
  }

  document.addEventListener("change", (event) => {
    const table = event.target.closest?.("table[data-selects]");
    if (!table) return;
    if (event.target.matches("[data-selects-all]"))
      for (const box of boxes(table)) if (!box.closest("tr").hidden) box.checked = event.target.checked;
    refresh(table);
  });

  document.querySelectorAll("table[data-selects]").forEach(refresh);
})();
