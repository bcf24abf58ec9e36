// The choice of a sync: search in the tree, settings that come along by need, and what is chosen in words.
// Without it the form works the same; the preview then tells what came along.
(() => {
  "use strict";

  const form = document.getElementById("choice");
  if (!form) return;
  const tree = () => document.getElementById("settings-tree");
  const leaves = () => [...tree().querySelectorAll("li[data-uid]")];
  const boxOf = (leaf) => leaf.querySelector("input");
  const differing = () => document.querySelector("[data-takes-differing]");
  const isTicked = (leaf) => boxOf(leaf).checked && !leaf.classList.contains("needed");

  const plain = (text) =>
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLocaleLowerCase();

  function search(words) {
    const sought = plain(words.trim());
    for (const leaf of leaves()) leaf.hidden = !plain(leaf.querySelector("label").textContent).includes(sought);
    const levels = [...tree().querySelectorAll("li")].filter((li) => li.querySelector("li")).reverse();
    for (const level of levels) {
      const left = level.querySelector("li[data-uid]:not([hidden])");
      level.hidden = Boolean(sought) && !left;
      if (sought && left) level.querySelector("details").open = true;
    }
    const nothing = document.querySelector("[data-nothing-in-tree]");
    if (nothing) nothing.hidden = !sought || leaves().some((leaf) => !leaf.hidden);
  }

  // What is in line everywhere is folded away, and opened when it is asked for.
  function showInLine(all) {
    for (const fold of tree().querySelectorAll(".tree-fold > details")) fold.open = all;
  }

  // For each setting that others point at: those others and why, as `SettingsTree.needed_by` gives them.
  const neededBy = (leaf) => JSON.parse(boxOf(leaf).dataset.neededBy || "[]");

  // Everything that the ticked settings point at, directly or further on, with the first reason. The server finds the
  // same with `needed_items`; a test holds this to it.
  function needed() {
    const pointedAt = new Map();
    const whys = new Map();
    for (const leaf of leaves()) {
      whys.set(leaf.dataset.uid, neededBy(leaf));
      for (const [uid] of whys.get(leaf.dataset.uid)) {
        if (!pointedAt.has(uid)) pointedAt.set(uid, []);
        pointedAt.get(uid).push(leaf.dataset.uid);
      }
    }
    const waiting = leaves().filter(isTicked).map((leaf) => leaf.dataset.uid);
    const taken = new Set(waiting);
    const reached = new Set();
    while (waiting.length)
      for (const uid of pointedAt.get(waiting.pop()) || []) {
        reached.add(uid);
        if (taken.has(uid)) continue;
        taken.add(uid);
        waiting.push(uid);
      }
    // Only now, for a setting that is reached later may be the first that needs it.
    return new Map([...reached].map((uid) => [uid, whys.get(uid).find(([other]) => taken.has(other))[1]]));
  }

  function showNeeds() {
    const reasons = needed();
    for (const leaf of leaves()) {
      const box = boxOf(leaf);
      const reason = reasons.get(leaf.dataset.uid);
      const comesAlong = Boolean(reason) && !isTicked(leaf);
      if (leaf.classList.contains("needed") && !comesAlong) box.checked = box.disabled = false;
      leaf.classList.toggle("needed", comesAlong);
      if (comesAlong) box.checked = box.disabled = true;
      let note = leaf.querySelector("[data-reason]");
      if (comesAlong && !note) {
        note = document.createElement("span");
        note.className = "tree-note";
        note.dataset.reason = "";
        leaf.append(note);
      }
      if (note) note.textContent = comesAlong ? reason : "";
    }
  }

  function tell() {
    const words = form.querySelector("[data-choice-words]");
    const elsewhere = Number(form.querySelector("table[data-also]")?.dataset.also ?? 0);
    const targets = form.querySelectorAll("input[name=to]:checked").length + elsewhere;
    const ticked = leaves().filter((leaf) => boxOf(leaf).checked).length;
    const settings = ticked || (differing()?.checked ? Number(differing().dataset.takesDiffering) : 0);
    const counted = (forms, number) => forms.split("|")[number === 1 ? 0 : 1].replace("%(number)s", number);
    words.textContent =
      targets && settings
        ? `${counted(words.dataset.settings, settings)}, ${counted(words.dataset.targets, targets)}`
        : words.dataset.none;
  }

  function refresh() {
    showNeeds();
    tree().dispatchEvent(new Event("tree-changed", { bubbles: true }));
    tell();
  }

  document.addEventListener("change", (event) => {
    if (event.target.form === form) queueMicrotask(refresh);
  });
  // A level that is ticked takes what is in it of its own account, also what came along by need until now.
  document.addEventListener("change", (event) => {
    if (!event.target.checked || !["category", "kind"].includes(event.target.name)) return;
    for (const leaf of event.target.closest("li").querySelectorAll("li.needed")) {
      leaf.classList.remove("needed");
      boxOf(leaf).disabled = false;
    }
  });
  // What is ticked by hand comes instead of everything that differs, and the other way round.
  document.addEventListener("change", (event) => {
    const all = differing();
    if (!all || !event.target.checked) return;
    if (tree().contains(event.target)) all.checked = false;
    if (event.target !== all) return;
    for (const box of boxes()) box.checked = box.disabled = false;
    for (const leaf of leaves()) leaf.classList.remove("needed");
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-only-differing]")) showInLine(!event.target.checked);
  });
  document.addEventListener("input", (event) => {
    if (event.target.dataset.filtersTree) search(event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("#choice input[type=search]")) event.preventDefault();
  });

  // A category that is ticked says it all: its items need not be sent one by one.
  form.addEventListener("formdata", (event) => {
    const whole = new Set(event.formData.getAll("category"));
    const kinds = new Set(event.formData.getAll("kind"));
    const told = new Set();
    for (const level of tree().querySelectorAll("li")) {
      const box = level.querySelector(":scope > input[type=checkbox]");
      if (box && (box.name === "category" ? whole : kinds).has(box.value) && box.checked)
        for (const leaf of level.querySelectorAll("li[data-uid] input")) told.add(leaf.value);
    }
    const left = event.formData.getAll("item").filter((uid) => !told.has(uid));
    event.formData.delete("item");
    for (const uid of left) event.formData.append("item", uid);
    if (whole.size && form.querySelectorAll("input[name=category]").length === whole.size) event.formData.delete("kind");
  });

  // The tree is compared anew when other administrations are chosen. What was ticked, opened or typed meanwhile stays.
  let kept = null;

  const boxes = () => [...tree().querySelectorAll("input[type=checkbox]")];
  const nameOf = (box) => `${box.name} ${box.value}`;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "settings") return;
    kept = {
      ticked: new Set(boxes().filter((box) => box.checked && !box.disabled).map(nameOf)),
      open: [...tree().querySelectorAll("details[open][id]")].map((details) => details.id),
      sought: document.querySelector("[data-filters-tree]").value,
      onlyDiffering: document.querySelector("[data-only-differing]").checked,
      focused: document.activeElement?.closest("#settings") && document.activeElement,
    };
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "choose-targets") tell();
    if (!kept) return;
    const { focused } = kept;
    for (const box of boxes()) {
      box.checked = kept.ticked.has(nameOf(box));
      if (focused?.type === "checkbox" && nameOf(box) === nameOf(focused)) box.focus({ preventScroll: true });
    }
    for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
    const sought = document.querySelector("[data-filters-tree]");
    sought.value = kept.sought;
    document.querySelector("[data-only-differing]").checked = kept.onlyDiffering;
    if (!kept.onlyDiffering) showInLine(true);
    if (focused?.type === "search") sought.focus({ preventScroll: true });
    kept = null;
    start();
    if (sought.value) search(sought.value);
  });

  function start() {
    for (const label of document.querySelectorAll(".search-tree")) label.hidden = false;
    refresh();
  }

  start();
})();
