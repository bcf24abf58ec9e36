// Sheets made of <details>: close on Escape, on a click outside and when another one opens. Dialogs: open, close.
// Also puts the focus on a summary of errors ([data-takes-focus]) when a page was answered with one.
(() => {
  "use strict";

  const open = () => document.querySelectorAll("details.menu[open], details[data-menu][open]");

  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-opens-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.opensDialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest("[data-closes-dialog]")) event.target.closest("dialog").close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });

  document.addEventListener(
    "toggle",
    (event) => {
      const opened = event.target;
      if (!opened.matches("details.menu[open], details[data-menu][open]")) return;
      for (const menu of open()) if (menu !== opened && !menu.contains(opened)) menu.open = false;
      opened.querySelector(".menu-list")?.scrollIntoView({ block: "nearest" });
      focusOnSearch(opened);
    },
    true,
  );

  function focusOnSearch(menu) {
    const search = menu.querySelector("input[type=search]");
    if (search && matchMedia("(pointer: fine)").matches) search.focus();
  }

  // What a sheet fetches comes after it has opened.
  document.addEventListener("htmx:afterSettle", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && !menu.contains(document.activeElement?.closest("input"))) focusOnSearch(menu);
  });

  document.querySelector("[data-takes-focus]")?.focus();
})();
