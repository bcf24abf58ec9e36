// An address with #name of something folded (details) unfolds it, at first and when a link on the page leads there.
(() => {
  "use strict";

  const unfold = () => {
    const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.matches("details")) named.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
