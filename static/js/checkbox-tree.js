// [data-checkbox-tree]: a box ticks everything under it, shows a dash when only part is ticked, and keeps the counts.
// Disabled boxes stay as they are: they come along by need.
(() => {
  "use strict";

  const boxOf = (item) =>
    item.querySelector(":scope > input[type=checkbox], :scope > label input[type=checkbox]");
  const itemsOf = (item) => item.querySelectorAll(":scope > ul > li, :scope > details > ul > li");
  const leavesOf = (item) => [...item.querySelectorAll("li")].filter((li) => !itemsOf(li).length).map(boxOf).filter(Boolean);

  function refresh(item) {
    const leaves = leavesOf(item);
    const box = boxOf(item);
    const ticked = leaves.filter((leaf) => leaf.checked).length;
    if (box && leaves.length) {
      box.checked = ticked === leaves.length;
      box.indeterminate = ticked > 0 && ticked < leaves.length;
    }
    const count = item.querySelector(":scope > details > summary [data-tree-count], :scope > [data-tree-count]");
    if (count?.dataset.of && leaves.length)
      count.textContent = count.dataset.of.replace("%(chosen)s", ticked).replace("%(all)s", leaves.length);
  }

  function refreshTree(tree) {
    const levels = [...tree.querySelectorAll("li")].filter((li) => itemsOf(li).length).reverse();
    levels.forEach(refresh);
  }

  // A whole level that is ticked says so for its parts, which the server does not tick one by one.
  function prepare(tree) {
    if (tree.dataset.ready) return;
    tree.dataset.ready = "yes";
    for (const item of tree.querySelectorAll("li"))
      if (itemsOf(item).length && boxOf(item)?.checked) for (const leaf of leavesOf(item)) if (!leaf.disabled) leaf.checked = true;
    refreshTree(tree);
  }

  const prepareAll = (root) => root.querySelectorAll("[data-checkbox-tree]").forEach(prepare);

  document.addEventListener("change", (event) => {
    const tree = event.target.closest?.("[data-checkbox-tree]");
    if (!tree) return;
    const item = event.target.closest("li");
    if (boxOf(item) === event.target)
      for (const box of item.querySelectorAll("input[type=checkbox]:not(:disabled)")) box.checked = event.target.checked;
    refreshTree(tree);
  });

  // Another script that ticked boxes asks to count again.
  document.addEventListener("tree-changed", (event) => {
    const tree = event.target.closest?.("[data-checkbox-tree]");
    if (tree) refreshTree(tree);
  });

  prepareAll(document);
  document.addEventListener("htmx:load", (event) => {
    const tree = event.target.closest?.("[data-checkbox-tree]");
    if (tree) delete tree.dataset.ready;
    prepareAll(tree?.parentElement ?? event.target);
  });
})();
