// The inbox by keys: arrows (or J and K) go to another entry, the letter on a button presses it, Z takes the last back.
// Where a decision needs words, its fields are unfolded first. Without this script the buttons do the same.
(() => {
  "use strict";

  const list = document.querySelector("[data-inbox]");
  const entries = () => [...document.querySelectorAll("[data-entry]")];
  const FOLLOWS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

  const current = () => document.activeElement?.closest("[data-entry]") || entries()[0];

  function go(step) {
    const all = entries();
    const place = document.activeElement?.closest("[data-entry]") ? all.indexOf(current()) + step : 0;
    const next = all[Math.max(0, Math.min(place, all.length - 1))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function press(button) {
    const form = button.form;
    const words = form.elements.reason;
    if (button.hasAttribute("data-needs-reason") && words && !words.value.trim()) {
      form.querySelector("details").open = true;
      words.focus();
      return;
    }
    form.requestSubmit(button);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, summary, dialog, details[data-menu]")) return;
    if (FOLLOWS[event.key] && list) {
      event.preventDefault();
      go(FOLLOWS[event.key]);
      return;
    }
    const key = event.key.toLowerCase();
    const known = (place) => place && [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
    const button = known(current()) || known(document.querySelector(".inbox-last"));
    if (!button) return;
    event.preventDefault();
    press(button);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-needs-reason]");
    if (!button || button.form.elements.reason.value.trim()) return;
    event.preventDefault();
    press(button);
  });

  // After a decision the next entry is the first of the list: there the keys go on.
  if (list && document.querySelector(".messages, .notice.ok")) entries()[0]?.focus({ preventScroll: true });
})();
