// What the admin's own pages leave out for who listens to them: where the content is, and what a list to choose from is
// called. Once all is drawn, and again for what is drawn later: the admin makes those lists and bars by script.
addEventListener("load", () => {
  "use strict";

  const nameLists = () => {
    for (const drawn of document.querySelectorAll(".select2-container:not([data-named])")) {
      const list = drawn.parentElement?.querySelector("select");
      if (!list) continue;
      drawn.dataset.named = "";
      const label = list.labels?.[0]?.textContent.trim().replace(/\s*\*$/, "") || list.name;
      for (const part of drawn.querySelectorAll("[role=combobox], [role=textbox]")) {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", label);
      }
    }
    // Each bar calls itself a region of the same name; what is in it has a name of its own.
    for (const bar of document.querySelectorAll(".simplebar-content-wrapper[role=region]")) bar.removeAttribute("role");
  };

  document.getElementById("main")?.setAttribute("role", "main");
  document.getElementById("nav-sidebar-inner")?.setAttribute("aria-label", "Menu");
  nameLists();
  new MutationObserver(nameLists).observe(document.body, { childList: true, subtree: true });
});
