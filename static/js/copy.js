// [data-copies="id"]: a button that copies the text of that element, and says so; it is hidden where it cannot.
(() => {
  "use strict";

  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
      button.querySelector("span").textContent = button.dataset.copied;
    });
  }
})();
