// <input data-filters-list="id"> hides the rows (li, or tr of a tbody) of #id that lack what is typed;
// [data-nothing-found="id"] appears when nothing is left. Enter follows the first that is left; so it does in a list that
// the server searches (data-enters-list).
(() => {
  "use strict";

  const plain = (text) =>
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLocaleLowerCase();

  document.addEventListener("input", (event) => {
    const id = event.target.dataset?.filtersList;
    const list = id && document.getElementById(id);
    if (!list) return;
    const sought = plain(event.target.value.trim());
    let left = 0;
    for (const row of list.children) {
      row.hidden = !plain(row.textContent).includes(sought);
      if (!row.hidden) left += 1;
    }
    for (const note of document.querySelectorAll(`[data-nothing-found="${id}"]`)) note.hidden = left > 0;
  });

  document.addEventListener("keydown", (event) => {
    const { filtersList, entersList } = event.target.dataset ?? {};
    const list = document.getElementById(filtersList || entersList || "");
    if (event.key !== "Enter" || !list) return;
    event.preventDefault();
    list.querySelector(":scope > :not([hidden]) a")?.click();
  });
})();
