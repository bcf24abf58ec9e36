// Gives back what was typed in a form[data-warn-unsaved] when it was sent after the session had ended.
//
// What is sent stays in this tab until the next page shows where it went: a page of the product means that it arrived,
// and it is forgotten; [data-keeps-work] (signing in, a form that was too old or too large) means that it did not. Then
// the same page gives it back to the same person, within half an hour, and forgets it. Never kept: passwords, files, and
// what may not be filled in by itself. Signing out forgets it as well.
(() => {
  "use strict";

  const FORMS = "form[data-warn-unsaved]:not([data-keeps-choices])";
  const KEY = "kept-work";
  const KEPT_MS = 30 * 60 * 1000;
  const user = document.body.dataset.user;

  const isKept = (element) =>
    element.name &&
    element.name !== "csrfmiddlewaretoken" &&
    !["password", "file", "submit", "button"].includes(element.type) &&
    !/^(off|new-password|current-password|one-time-code)$/.test(element.autocomplete);

  const forget = () => sessionStorage.removeItem(KEY);

  const read = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY));
      return kept && Date.now() - kept.at < KEPT_MS ? kept : null;
    } catch {
      return null;
    }
  };

  const write = (kept) => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      forget(); // no room: then this is as it was without
    }
  };

  const valuesOf = (form) =>
    [...form.elements].filter(isKept).flatMap((element) => {
      if (element.type === "checkbox" || element.type === "radio") return element.checked ? [[element.name, element.value]] : [];
      if (element.type === "select-multiple") return [...element.selectedOptions].map((one) => [element.name, one.value]);
      return [[element.name, element.value]];
    });

  function fillIn(form, values) {
    const left = new Map();
    for (const [name, value] of values) left.set(name, [...(left.get(name) ?? []), value]);
    for (const element of [...form.elements].filter(isKept)) {
      const given = left.get(element.name) ?? [];
      if (element.type === "checkbox" || element.type === "radio") element.checked = given.includes(element.value);
      else if (element.type === "select-multiple") for (const one of element.options) one.selected = given.includes(one.value);
      else if (given.length) element.value = given.shift();
      element.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // A page whose rows are made by the server gets everything sent back to it, with a word that saves nothing.
  function sendBack(form, values) {
    const sent = document.createElement("form");
    sent.method = "post";
    sent.hidden = true;
    const token = form.elements.namedItem("csrfmiddlewaretoken");
    for (const [name, value] of [...values, ["do", "restore"], [token.name, token.value]]) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      sent.append(field);
    }
    document.body.append(sent);
    sent.submit();
  }

  function giveBack(kept) {
    const forms = [...document.querySelectorAll(FORMS)];
    const form = forms[kept.number];
    forget();
    if (!form) return;
    if (form.hasAttribute("data-rows-by-server")) return sendBack(form, kept.values);
    fillIn(form, kept.values);
    const words = kept.reason === "too-much" ? "[data-too-much-is-back]" : "[data-work-is-back]";
    document.querySelector(words)?.removeAttribute("hidden");
  }

  function keep(form) {
    const number = [...document.querySelectorAll(FORMS)].indexOf(form);
    write({ user, number, page: location.pathname, at: Date.now(), values: valuesOf(form) });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-forgets-work]")) return forget();
    if (!event.defaultPrevented && form.matches(FORMS)) keep(form);
  });

  // A part of the form that is asked for anew is sent as well, and leads to signing in where the session has ended.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest?.(FORMS);
    if (form && event.detail.requestConfig.verb === "post") keep(form);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.closest?.(FORMS)) forget();
  });

  const kept = read();
  if (!kept) return forget();
  const waiting = document.querySelector("[data-keeps-work]");
  if (waiting) {
    write({ ...kept, isWaiting: true, reason: waiting.dataset.keepsWork });
    waiting.removeAttribute("hidden");
  } else if (!kept.isWaiting || kept.user !== user) {
    forget();
  } else if (kept.page === location.pathname) {
    giveBack(kept);
  }
})();
