// form[data-keeps-choices="key"] keeps what is chosen but not sent in this tab, so that nothing is lost when the session
// ends meanwhile; it is filled in again until the page shows a newer data-version.
(() => {
  "use strict";

  const form = document.querySelector("form[data-keeps-choices]");
  if (!form) return;
  const key = `choices:${form.dataset.keepsChoices}`;
  const version = form.dataset.version;

  const read = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key));
      return kept?.version === version ? kept.choices : {};
    } catch {
      return {};
    }
  };

  for (const [name, value] of Object.entries(read())) {
    const select = form.elements.namedItem(name);
    if (!select || select.value === value) continue;
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  form.addEventListener("change", (event) => {
    if (!event.target.name?.startsWith("with-")) return;
    const choices = { ...read(), [event.target.name]: event.target.value };
    sessionStorage.setItem(key, JSON.stringify({ version, choices }));
  });
})();
