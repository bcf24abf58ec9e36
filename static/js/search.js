// "/" anywhere but in a field goes to the search: its field on this page, else the page that has one.
(() => {
  "use strict";

  document.addEventListener("keydown", (event) => {
    const types = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || types || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.querySelector("[data-search-field]");
    const link = document.querySelector("[data-search-link]");
    if (!field && !link) return;
    event.preventDefault();
    if (field) field.focus();
    else location.assign(link.href);
  });
})();
