// A button[data-busy-words] says what is being done once its form is sent, and cannot be used a second time meanwhile.
// The words are “one|many”, with %(number)s for data-busy-number, or for how many [data-busy-counts] there are in the form.
// The page that the browser's back button brings back from memory is as it was before.
(() => {
  "use strict";

  const LONGEST_MS = 60_000; // Whoever stopped the loading of the page can try again.
  const said = document.querySelector("[data-busy-status]");
  const before = new Map();

  const buttonOf = (form, used) =>
    [...form.elements].filter((one) => one.matches("[data-busy-words]")).find(
      (button) => button === used || (used?.name && button.name === used.name && button.value === used.value),
    );

  function wordsOf(button, form) {
    const { busyWords, busyCounts, busyNumber } = button.dataset;
    const elsewhere = Number(form.querySelector("table[data-also]")?.dataset.also ?? 0);
    const number = busyCounts ? form.querySelectorAll(busyCounts).length + elsewhere : busyNumber;
    if (number === 0) return "";
    const [one, many = one] = busyWords.split("|");
    return (Number(number) === 1 ? one : many).replace("%(number)s", number);
  }

  function begin(button, words) {
    if (before.has(button)) return;
    before.set(button, [...button.childNodes]);
    // It keeps its place: the second click of a double click must not land on what would move there.
    button.style.minWidth = `${button.offsetWidth}px`;
    button.replaceChildren(words);
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    said.textContent = words;
    setTimeout(end, LONGEST_MS);
  }

  function end() {
    for (const [button, nodes] of before) {
      button.replaceChildren(...nodes);
      button.style.minWidth = "";
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
    before.clear();
    said.textContent = "";
  }

  // What a disabled button says is not sent, so it is disabled once the form is on its way.
  document.addEventListener("submit", (event) => {
    const button = buttonOf(event.target, event.submitter);
    const words = button && !event.defaultPrevented && wordsOf(button, event.target);
    if (words) setTimeout(begin, 0, button, words);
  });

  window.addEventListener("pageshow", end);
})();
