// form[data-keeps-choices="key"] keeps what is chosen but not sent in this tab, so that nothing is lost when the session
// ends meanwhile; it is filled in again until the page shows a newer data-version. The form may be replaced by a newer one.
(() => {
  "use strict";

  const keyOf = (form) => `choices:${form.dataset.keepsChoices}`;

  const read = (form) => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(keyOf(form)));
      return kept?.version === form.dataset.version ? kept.choices : {};
    } catch {
      return {};
    }
  };

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-keeps-choices]") || !/^(with|need)-/.test(event.target.name ?? "")) return;
    const choices = { ...read(form), [event.target.name]: event.target.value };
    sessionStorage.setItem(keyOf(form), JSON.stringify({ version: form.dataset.version, choices }));
  });

  const form = document.querySelector("form[data-keeps-choices]");
  if (!form) return;
  for (const [name, value] of Object.entries(read(form))) {
    const select = form.elements.namedItem(name);
    if (!select || select.value === value) continue;
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
})();
