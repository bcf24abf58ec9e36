// [data-keeps-place] is replaced by a newer one of itself; what one was looking at stays where it was on the screen, also
// where something above it came or went: the first row (tr[id]) below the top of the window.
(() => {
  "use strict";

  let kept = null;

  const rows = (part) => [...part.querySelectorAll("tr[id]")];

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part.matches?.("[data-keeps-place]")) return;
    const row = rows(part).find((one) => one.getBoundingClientRect().top >= 0);
    kept = row ? { id: row.id, top: row.getBoundingClientRect().top } : null;
  });

  document.addEventListener("htmx:afterSettle", () => {
    const row = kept && document.getElementById(kept.id);
    if (row) window.scrollBy({ top: row.getBoundingClientRect().top - kept.top, behavior: "instant" });
    kept = null;
  });
})();
