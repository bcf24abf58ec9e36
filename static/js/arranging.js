// Lists whose parts are put in another order: dragged by their handle (Sortable), or by keyboard.
//
// [data-arranges="group"] holds the parts ([data-part], [data-name], and [data-handle] in each); parts go from one list
// of a group to another ([data-section] says which one it is). On a handle Enter or the space bar picks up; arrows, Page Up
// and Page Down, Home and End move; Enter puts down, Escape puts back. A part with [data-pages] is posted to `move/` there; else its
// number goes to the page's [data-places] as `place-FROM-TO`, which asks for the list anew. What is posted comes back by id.
// Buttons of form#arranging and a[data-posts] go the same way. An iframe[data-follows-arranging] is loaded anew.
(() => {
  "use strict";

  const words = () => document.querySelector("[data-arranging-words]");
  const status = () => document.querySelector("[data-arranging-status]");
  const listsOf = (list) => [...document.querySelectorAll(`[data-arranges="${list.dataset.arranges}"]`)];
  const partsOf = (list) => [...list.children].filter((child) => child.matches("[data-part]"));
  const partOf = (handle) => handle.closest("[data-part]");

  let lifted = null;
  let isMoving = false;
  let arrived = -1;
  let queue = Promise.resolve();

  function say(key, facts) {
    let text = words().dataset[key];
    for (const [name, value] of Object.entries(facts)) text = text.replace(`{${name}}`, value);
    status().textContent = text;
  }

  const placeOf = (part) => ({ list: part.parentElement, next: part.nextElementSibling });

  function tellPlace(part) {
    const list = part.parentElement;
    const parts = partsOf(list);
    say("at", { name: part.dataset.name, place: parts.indexOf(part) + 1, all: parts.length });
    const section = list.closest("section[data-name]");
    if (section && section !== part) status().textContent += ` ${words().dataset.in.replace("{section}", section.dataset.name)}`;
  }

  // What is sent, one after the other: each answer says how things stand after it.
  function post(address, values, back) {
    queue = queue.then(() => send(address, values, back));
    return queue;
  }

  async function send(address, values, back) {
    const body = new FormData(document.getElementById("arranging"));
    for (const [name, value] of Object.entries(values)) body.append(name, value);
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" }, credentials: "same-origin" });
    } catch {
      back?.();
      say("failed", {});
      return;
    }
    if (answer.redirected || !answer.ok) {
      location.reload(); // signed out, gone, or refused as a whole: the page says which
      return;
    }
    const came = document.createElement("template");
    came.innerHTML = await answer.text();
    const isRefused = came.content.querySelector("[data-refused]");
    if (isRefused) back?.();
    const removed = putInPlace(came.content);
    arrange(document);
    if (!isRefused) {
      const stands = document.getElementById(came.content.querySelector("[data-stands]")?.dataset.stands ?? "");
      if (removed && stands) show(stands);
      follow();
    }
  }

  // Puts what came in the place of what has its id; says whether anything but what was said has changed.
  function putInPlace(content) {
    let changed = false;
    for (const element of [...content.children].filter((child) => child.id)) {
      const there = document.getElementById(element.id);
      if (!there) continue;
      there.replaceWith(element);
      changed ||= element.id !== "arranged-said";
    }
    search();
    return changed;
  }

  function show(part) {
    part.scrollIntoView({ block: "nearest" });
    part.classList.add("arrived");
    (part.querySelector("summary") ?? part.querySelector("a"))?.focus({ preventScroll: true });
  }

  // What was filled in there stays, as its page shows again what is sent to it.
  function follow() {
    for (const frame of document.querySelectorAll("iframe[data-follows-arranging]")) {
      const inside = frame.contentDocument;
      const form = inside?.querySelector("form[data-so-far]");
      const top = frame.contentWindow?.scrollY ?? 0;
      frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top), { once: true });
      if (form) form.submit();
      else frame.contentWindow?.location.reload();
    }
  }

  function save(part, before) {
    const { list, next } = before;
    if (part.parentElement === list && part.nextElementSibling === next) return;
    const back = () => list.insertBefore(part, next?.isConnected ? next : null);
    if (!part.dataset.pages) {
      const places = document.querySelector("[data-places]");
      arrived = partsOf(part.parentElement).indexOf(part);
      places.value = `place-${part.dataset.part}-${arrived}`;
      places.click();
      return;
    }
    const parts = partsOf(part.parentElement);
    const above = parts[parts.indexOf(part) - 1];
    const values = { after: above?.dataset.part ?? "" };
    if (part.parentElement.dataset.section) values.section = part.parentElement.dataset.section;
    post(`${part.dataset.pages}move/`, values, back);
  }

  // --- by keyboard ----------------------------------------------------------------------------------------------------

  function put(part, list, next) {
    isMoving = true;
    list.insertBefore(part, next);
    part.querySelector("[data-handle]").focus({ preventScroll: true });
    part.scrollIntoView({ block: "nearest" });
    isMoving = false;
    tellPlace(part);
  }

  function shift(part, by) {
    const list = part.parentElement;
    const parts = partsOf(list);
    const lists = listsOf(list);
    const place = parts.indexOf(part) + by;
    if (place >= 0 && place < parts.length) return put(part, list, by < 0 ? parts[place] : parts[place].nextElementSibling);
    const other = lists[lists.indexOf(list) + by];
    if (other) put(part, other, by < 0 ? null : (partsOf(other)[0] ?? null));
  }

  const MOVES = {
    ArrowUp: (part) => shift(part, -1),
    ArrowDown: (part) => shift(part, 1),
    ArrowLeft: (part) => shift(part, -1),
    ArrowRight: (part) => shift(part, 1),
    Home: (part) => toEnd(part, listsOf(part.parentElement)[0], true),
    End: (part) => toEnd(part, listsOf(part.parentElement).at(-1), false),
    PageUp: (part) => toList(part, -1),
    PageDown: (part) => toList(part, 1),
  };

  function toEnd(part, list, isFirst) {
    put(part, list, isFirst ? (partsOf(list)[0] ?? null) : null);
  }

  function toList(part, by) {
    const lists = listsOf(part.parentElement);
    const other = lists[lists.indexOf(part.parentElement) + by];
    toEnd(part, other ?? part.parentElement, !other ? by < 0 : true);
  }

  function lift(part) {
    lifted = { part, before: placeOf(part) };
    part.classList.add("lifted");
    part.querySelector("[data-handle]").setAttribute("aria-pressed", "true");
    say("lifted", { name: part.dataset.name });
  }

  function drop(isKept) {
    const { part, before } = lifted;
    lifted = null;
    part.classList.remove("lifted");
    part.querySelector("[data-handle]").removeAttribute("aria-pressed");
    if (isKept) {
      say("dropped", { name: part.dataset.name });
      save(part, before);
    } else {
      put(part, before.list, before.next);
      say("back", { name: part.dataset.name });
    }
  }

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.("[data-handle]");
    if (!handle || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (lifted) drop(true);
      else lift(partOf(handle));
    } else if (lifted && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      drop(false);
    } else if (lifted && MOVES[event.key]) {
      event.preventDefault();
      MOVES[event.key](lifted.part);
    }
  });

  document.addEventListener("focusout", (event) => {
    // Whoever goes on without putting it down leaves it where it is seen.
    if (lifted && !isMoving && partOf(event.target) === lifted.part && event.relatedTarget) drop(true);
  });

  // --- buttons and links ----------------------------------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target.id !== "arranging" || !button) return;
    event.preventDefault();
    button.closest("details.menu")?.removeAttribute("open");
    post(button.formAction, button.name ? { [button.name]: button.value } : {});
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-posts]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !document.getElementById("arranging")) return;
    event.preventDefault();
    post(link.href, {});
  });

  // One menu for all parts, put beside the ⋯ that was clicked; without a script that leads to a page with the same.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("a[data-opens-actions]");
    const menu = document.querySelector("template[data-part-menu]");
    if (!opener || !menu || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const isOpen = opener.nextElementSibling?.matches("[data-part-actions]");
    for (const open of document.querySelectorAll("[data-part-actions]")) open.remove();
    if (isOpen) return;
    const part = partOf(opener);
    const made = menu.content.firstElementChild.cloneNode(true);
    for (const entry of made.querySelectorAll("[data-page]")) {
      const address = part.dataset.pages + entry.dataset.page;
      if (entry.tagName === "A") entry.href = address;
      else entry.setAttribute("formaction", address);
    }
    made.querySelector("[data-adds-below]").href = addressBelow(part);
    opener.after(made);
    made.addEventListener("toggle", () => {
      if (made.open) return;
      const hadFocus = made.contains(document.activeElement);
      made.remove();
      if (hadFocus) opener.focus();
    });
    made.querySelector(".menu-list a").focus();
    event.stopPropagation();
  });

  function addressBelow(part) {
    const section = part.parentElement.closest("[data-part]");
    const form = location.pathname.replace(/[^/]*$/, "");
    const adds = section ? `${section.dataset.pages}fields/new/` : `${form}sections/new/`;
    return `${adds}?after=${part.dataset.part}`;
  }

  // --- searching ------------------------------------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

  function search() {
    const box = document.querySelector("[data-searches-parts]");
    const list = box && document.getElementById(box.dataset.searchesParts);
    if (!list) return;
    const sought = plain(box.value.trim());
    let all = 0;
    let found = 0;
    for (const section of partsOf(list)) {
      const parts = [...section.querySelectorAll("[data-part]")];
      let here = 0;
      for (const part of parts) {
        part.hidden = Boolean(sought) && !plain(part.textContent).includes(sought);
        if (!part.hidden) here += 1;
      }
      section.hidden = Boolean(sought) && !here && !plain(section.dataset.name).includes(sought);
      all += parts.length;
      found += here;
    }
    const count = document.querySelector("[data-parts-found]");
    count.textContent = sought ? count.dataset.words.replace("{found}", found).replace("{all}", all) : "";
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-searches-parts]")) search();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-searches-parts]")) return;
    event.preventDefault();
    const list = document.getElementById(event.target.dataset.searchesParts);
    [...list.querySelectorAll("[data-part] [data-part]:not([hidden]) a")].find((link) => link.checkVisibility())?.focus();
  });

  // --- by mouse and finger --------------------------------------------------------------------------------------------

  function arrange(root) {
    if (!words()) return;
    document.documentElement.classList.add("arranges");
    for (const list of root.querySelectorAll("[data-arranges]")) {
      if (list.dataset.isArranged) continue;
      list.dataset.isArranged = "true";
      let before = null;
      // Sortable calls one of its own events `change`; what listens here means what was typed or chosen in a part.
      list.addEventListener("change", (event) => event.target === list && event.stopImmediatePropagation(), true);
      new Sortable(list, {
        group: list.dataset.arranges,
        handle: "[data-handle]",
        draggable: "[data-part]",
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        ghostClass: "dragged",
        scroll: true,
        onStart: ({ item }) => {
          before = placeOf(item);
        },
        onEnd: ({ item }) => save(item, before),
      });
    }
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    arrange(document);
    const form = event.target.closest?.("form[data-warn-unsaved]");
    // So that leaving the page is asked about, as after typing.
    if (event.target.id === "steps-editor") form?.elements[0]?.dispatchEvent(new Event("input", { bubbles: true }));
    if (arrived >= 0) document.querySelector(`[data-arranges] > [data-part="${arrived}"] [data-handle]`)?.focus({ preventScroll: true });
    arrived = -1;
  });
  arrange(document);
  search();
})();
