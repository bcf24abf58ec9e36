// [data-keeps-place] is replaced by a newer one of itself; what one was looking at stays where it was on the screen, also
// where something above it came or went: the first row (tr[id]) below the top of the window. Only what asks something
// first ([data-asks-first]) and was not there before is gone to.
(() => {
  "use strict";

  let kept = null;
  let asked = true;

  const rows = (part) => [...part.querySelectorAll("tr[id]")];

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part.matches?.("[data-keeps-place]")) return;
    asked = Boolean(part.querySelector("[data-asks-first]"));
    const row = rows(part).find((one) => one.getBoundingClientRect().top >= 0);
    kept = row ? { id: row.id, top: row.getBoundingClientRect().top } : null;
  });

  document.addEventListener("htmx:afterSettle", () => {
    const row = kept && document.getElementById(kept.id);
    const asking = !asked && document.querySelector("[data-keeps-place] [data-asks-first]");
    if (asking) asking.scrollIntoView({ block: "start", behavior: "instant" });
    else if (row) window.scrollBy({ top: row.getBoundingClientRect().top - kept.top, behavior: "instant" });
    kept = null;
    asked = true;
  });
})();
