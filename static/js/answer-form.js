// A form that is filled in: what its rules show, ask and work out is asked of the server, which alone judges them.
// Without this the page shows every question with when it is asked, in words, and works out the rest when it is saved.
(() => {
  const PAUSE = 250;

  for (const form of document.querySelectorAll("form[data-so-far]")) {
    let timer = 0;
    let latest = 0;

    const show = (state) => {
      const shown = new Set(state.shown);
      const required = new Set(state.required);
      for (const part of form.querySelectorAll("[data-section]")) {
        part.hidden = !state.sections.includes(part.dataset.section);
      }
      for (const part of form.querySelectorAll("[data-question]")) {
        part.hidden = !shown.has(part.dataset.question);
        for (const words of part.querySelectorAll(".optional")) {
          words.hidden = required.has(part.dataset.question);
        }
      }
      for (const output of form.querySelectorAll("[data-computed]")) {
        output.textContent = state.computed[output.dataset.computed] || "–";
      }
    };

    const ask = async () => {
      const turn = ++latest;
      const sent = new FormData();
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string") sent.append(name, value);
      }
      const answer = await fetch(form.dataset.soFar, { method: "POST", body: sent, credentials: "same-origin" });
      // An answer that comes after a later question tells of what stands there no more.
      if (answer.ok && turn === latest) show(await answer.json());
    };

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    ask();
  }
})();
