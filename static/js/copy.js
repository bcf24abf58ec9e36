// [data-copies="id"]: a button that copies the text of that element, and says so; it is hidden where it cannot.
// Each command of the page of the API gets a button of its own, made of #copy-command.
(() => {
  "use strict";

  if (!navigator.clipboard) return;
  const copies = (button, source) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent);
      button.querySelector("span").textContent = button.dataset.copied;
    });
  };

  for (const button of document.querySelectorAll("[data-copies]")) {
    copies(button, document.getElementById(button.dataset.copies));
  }

  const template = document.getElementById("copy-command");
  for (const command of template ? document.querySelectorAll(".command > pre") : []) {
    const button = template.content.firstElementChild.cloneNode(true);
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")} ${command.id.replace("command-", "")}`);
    command.after(button);
    copies(button, command);
  }
})();
