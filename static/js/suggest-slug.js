// <input data-suggests-slug="id"> fills in an address made of the name, until somebody types one.
(() => {
  "use strict";

  const made = (text) =>
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 63);

  for (const name of document.querySelectorAll("[data-suggests-slug]")) {
    const slug = document.getElementById(name.dataset.suggestsSlug);
    let suggested = made(name.value);
    name.addEventListener("input", () => {
      if (slug.value && slug.value !== suggested) return;
      slug.value = suggested = made(name.value);
    });
  }
})();
