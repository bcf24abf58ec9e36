// Warns before work in a form[data-warn-unsaved] is lost by leaving the page or switching administration.
(() => {
  "use strict";

  const changed = new Set();
  const words = () => document.body.dataset.unsavedWords;
  const pending = () => [...changed].some((form) => form.isConnected);

  const watch = (event) => {
    const form = event.target.form;
    if (form?.matches("[data-warn-unsaved]")) changed.add(form);
  };
  document.addEventListener("input", watch);
  document.addEventListener("change", watch);

  // A form that is sent is no longer unsaved; any other form that is sent (sign out, language) leaves the page.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[data-warn-unsaved]")) return changed.delete(form);
    if (form.closest(".frame") && pending()) ask(event);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const leaves = link && link.origin === location.origin && !link.target && link.getAttribute("href")[0] !== "#";
    if (leaves && !event.ctrlKey && !event.metaKey && !event.shiftKey && pending()) ask(event);
  });

  window.addEventListener("beforeunload", (event) => {
    if (pending()) event.preventDefault();
  });

  function ask(event) {
    if (window.confirm(words())) changed.clear();
    else event.preventDefault();
  }
})();
