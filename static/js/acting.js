// How long somebody of support may act on behalf of a user yet: counts down what the server said.
(() => {
  "use strict";

  const shown = document.querySelector("[data-seconds-left]");
  if (!shown) return;
  const until = performance.now() + Number(shown.dataset.secondsLeft) * 1000;

  const tell = () => {
    const minutes = Math.ceil((until - performance.now()) / 60_000);
    shown.textContent = minutes > 0 ? shown.dataset.words.replace("0", String(minutes)) : shown.dataset.over;
  };

  setInterval(tell, 5_000);
})();
