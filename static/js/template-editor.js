// The editor of a template: a formatted view with the source a click away, placeholders to pick, and a live preview.
//
// The text field is the truth: it is what is sent, and everything here writes in it and can be left out. The formatted
// view is ProseMirror's. What it does not know stays in it as a closed piece, to the letter (template-pieces.js); a text
// that it cannot take apart is shown as source, with the reason.
(() => {
  "use strict";

  const PM = window.ProseMirror;
  const page = document.querySelector("[data-template-editor]");
  if (!page) return;
  const form = page.querySelector("form");
  const words = page.dataset;
  const picked = (name) => page.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);

  // --- the formatted view --------------------------------------------------------------------------------------------

  const inline = (tag, others = []) => ({
    parseDOM: [{ tag }, ...others.map((one) => ({ tag: one }))],
    toDOM: () => [tag, 0],
  });
  const block = (tag, content, rest = {}) => ({
    group: "block", content, parseDOM: [{ tag }], toDOM: () => [tag, 0], ...rest,
  });
  const schema = new PM.Schema({
    nodes: {
      doc: { content: "block+" },
      paragraph: block("p", "inline*"),
      heading: {
        group: "block", content: "inline*", defining: true, attrs: { level: { default: 2 } },
        parseDOM: [1, 2, 3].map((level) => ({ tag: `h${level}`, attrs: { level } })),
        toDOM: (node) => [`h${node.attrs.level}`, 0],
      },
      blockquote: block("blockquote", "block+"),
      bullet_list: block("ul", "list_item+"),
      ordered_list: block("ol", "list_item+"),
      list_item: { content: "paragraph block*", parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0], defining: true },
      horizontal_rule: { group: "block", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
      piece: {
        group: "block", atom: true, attrs: { source: { default: "" } },
        toDOM: (node) => ["div", { class: "template-piece", "data-words": words.pieceWords }, shortened(node.attrs.source)],
      },
      text: { group: "inline" },
      hard_break: { group: "inline", inline: true, selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    },
    marks: {
      strong: inline("strong", ["b"]),
      em: inline("em", ["i"]),
      underline: inline("u"),
      link: {
        attrs: { href: {} }, inclusive: false,
        parseDOM: [{ tag: "a[href]", getAttrs: (dom) => ({ href: dom.getAttribute("href") }) }],
        toDOM: (mark) => ["a", { href: mark.attrs.href }, 0],
      },
    },
  });
  const { nodes, marks } = schema;
  const reader = PM.DOMParser.fromSchema(schema);
  const writer = PM.DOMSerializer.fromSchema(schema);

  const shortened = (source) => {
    const text = source.trim().replace(/\s+/g, " ");
    return text.length > 160 ? `${text.slice(0, 160)}…` : text;
  };

  // In a document of its own, where nothing is fetched and nothing runs.
  const inert = document.implementation.createHTMLDocument("");
  const htmlOf = (node) => {
    if (node.type === nodes.piece) return node.attrs.source;
    const holder = inert.createElement("div");
    holder.append(writer.serializeNode(node, { document: inert }));
    // A list is written with its items bare, as most are typed.
    return holder.innerHTML.replaceAll(/<li><p>((?:(?!<\/?(?:p|ul|ol|li|blockquote|h\d)\b)[\s\S])*)<\/p>/g, "<li>$1");
  };
  const plain = (html) =>
    html.replace(/<(\/?)b>/gi, "<$1strong>").replace(/<(\/?)i>/gi, "<$1em>").replace(/\s+/g, " ").replace(/> | </g, (one) => one.trim());

  // The node that a piece is in the view, or nothing where the view would lose something of it.
  const nodeOf = (piece) => {
    if (!piece.isElement) return null;
    const holder = inert.createElement("div");
    holder.innerHTML = piece.text;
    if (holder.childNodes.length !== 1) return null;
    const found = reader.parse(holder, { preserveWhitespace: true });
    if (found.childCount !== 1) return null;
    return plain(htmlOf(found.firstChild)) === plain(holder.innerHTML) ? found.firstChild : null;
  };

  const textNode = (text) => {
    const lines = text.replace(/\n+$/, "").split("\n");
    const content = lines.flatMap((line, number) => [
      ...(number ? [nodes.hard_break.create()] : []),
      ...(line ? [schema.text(line)] : []),
    ]);
    return nodes.paragraph.create(null, content);
  };

  // A document of the view, and what each of its nodes was written as. Null where the source has to be shown.
  function read(text) {
    const kept = new Map();
    const children = [];
    let before = "";
    const keep = (node, source) => {
      children.push(node);
      kept.set(JSON.stringify(node), [...(kept.get(JSON.stringify(node)) ?? []), before + source]);
      before = "";
    };
    if (!TemplatePieces.isHtml(text)) {
      const paragraphs = TemplatePieces.paragraphsOf(text).filter((one) => one.trim());
      return { doc: nodes.doc.create(null, paragraphs.length ? paragraphs.map(textNode) : [textNode("")]), kept, after: "" };
    }
    const pieces = TemplatePieces.piecesOf(text);
    if (!pieces) return { reason: words.unclosedWords };
    for (const piece of pieces) {
      if (!piece.isElement && !piece.text.trim()) {
        before += piece.text;
        continue;
      }
      keep(nodeOf(piece) ?? nodes.piece.create({ source: piece.text }), piece.text);
    }
    if (!children.some((node) => node.type !== nodes.piece)) return { reason: words.wholeWords };
    return { doc: nodes.doc.create(null, children), kept, after: before };
  }

  // The text of a document: what was not changed as it was typed, to the letter, wherever it stands now.
  function written(doc, { kept, after }) {
    const used = new Map();
    const parts = [];
    doc.forEach((node) => {
      const key = JSON.stringify(node);
      const number = used.get(key) ?? 0;
      used.set(key, number + 1);
      const source = kept.get(key)?.[number];
      parts.push(source ?? `${parts.length ? "\n" : ""}${htmlOf(node)}`);
    });
    return parts.join("") + after;
  }

  const PLACEHOLDER = /\{\{[^{}]*\}\}|\{%[^{}]*%\}/g;
  const marked = new PM.Plugin({
    props: {
      decorations(state) {
        const found = [];
        state.doc.descendants((node, position) => {
          if (!node.isText) return;
          for (const match of node.text.matchAll(PLACEHOLDER)) {
            const from = position + match.index;
            found.push(PM.Decoration.inline(from, from + match[0].length, { class: "template-placeholder" }));
          }
        });
        return PM.DecorationSet.create(state.doc, found);
      },
    },
  });

  const askLink = (state, dispatch) => {
    if (state.selection.empty) return false;
    if (state.doc.rangeHasMark(state.selection.from, state.selection.to, marks.link)) {
      return PM.toggleMark(marks.link)(state, dispatch);
    }
    const href = dispatch && window.prompt(words.linkWords, "https://");
    return href ? PM.toggleMark(marks.link, { href })(state, dispatch) : true;
  };
  const lift = PM.liftListItem(nodes.list_item);
  const inList = (type) => (state, dispatch, view) => PM.wrapInList(type)(state, dispatch, view) || lift(state, dispatch);
  const asBlock = (type, attrs) => (state, dispatch) =>
    PM.setBlockType(type, attrs)(state, dispatch) || PM.setBlockType(nodes.paragraph)(state, dispatch);
  const insertBreak = PM.chainCommands(PM.exitCode, (state, dispatch) => {
    dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
    return true;
  });
  const COMMANDS = {
    strong: PM.toggleMark(marks.strong),
    em: PM.toggleMark(marks.em),
    underline: PM.toggleMark(marks.underline),
    link: askLink,
    heading: asBlock(nodes.heading, { level: 2 }),
    bullet: inList(nodes.bullet_list),
    ordered: inList(nodes.ordered_list),
    undo: PM.undo,
    redo: PM.redo,
  };
  const KEYS = PM.keymap({
    "Mod-z": PM.undo, "Mod-y": PM.redo, "Shift-Mod-z": PM.redo,
    "Mod-b": COMMANDS.strong, "Mod-i": COMMANDS.em, "Mod-u": COMMANDS.underline, "Mod-k": askLink,
    "Shift-Enter": insertBreak, "Mod-Enter": insertBreak, Enter: PM.splitListItem(nodes.list_item),
  });

  const OPENING = "{{"; // what begins a placeholder, and opens the list of them
  let askPlaceholder = null; // opens that list; nothing where there is none
  let current = null; // where a placeholder goes: the text field, or the view, that was last written in

  class Formatted {
    constructor(field) {
      this.field = field;
      this.bar = picked("bar");
      this.shell = picked("view");
      this.reason = this.bar.querySelector("[data-reason]");
      field.before(this.bar);
      field.after(this.shell);
      this.bar.addEventListener("click", (event) => this.press(event.target.closest("button")));
      this.show();
    }

    press(button) {
      if (button?.dataset.view) {
        if (button.dataset.view === "source") this.showSource("");
        else this.show();
        (this.view && !this.shell.hidden ? this.view : this.field).focus();
      } else if (button && this.view) {
        COMMANDS[button.dataset.command](this.view.state, this.view.dispatch, this.view);
        this.view.focus();
      }
    }

    show() {
      this.found = read(this.field.value);
      if (this.found.reason) return this.showSource(this.found.reason);
      const label = document.querySelector(`label[for="${this.field.id}"]`)?.textContent.trim() ?? "";
      this.view?.destroy();
      this.view = new PM.EditorView(this.shell, {
        state: PM.EditorState.create({ doc: this.found.doc, plugins: [PM.history(), KEYS, PM.keymap(PM.baseKeymap), marked] }),
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, class: "template-text" },
        dispatchTransaction: (transaction) => this.change(transaction),
        handleDOMEvents: { focus: () => void (current = this) },
        handleTextInput: (_view, from, to, text) => this.open(from, to, text),
        handlePaste: (_view, event) => this.paste(event),
        clipboardTextSerializer: (slice) => slice.content.textBetween(0, slice.content.size, "\n\n", "\n"),
      });
      this.setMode(true);
    }

    change(transaction) {
      this.view.updateState(this.view.state.apply(transaction));
      if (transaction.docChanged) {
        this.field.value = written(this.view.state.doc, this.found);
        this.field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      this.showPressed();
    }

    // Source that is pasted is meant as source: it stands behind what is there, to the letter.
    paste(event) {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (event.clipboardData?.getData("text/html") || !TemplatePieces.isHtml(text)) return false;
      const after = this.view.state.selection.$to.indexAfter(0);
      const { doc } = this.view.state;
      const upTo = doc.cut(0, after < doc.childCount ? positionOf(doc, after) : doc.content.size);
      const rest = after < doc.childCount ? doc.cut(positionOf(doc, after)) : null;
      const isBare = doc.childCount === 1 && !doc.textContent && doc.firstChild.type === nodes.paragraph;
      this.field.value = isBare ? text : `${written(upTo, { ...this.found, after: "" })}\n${text}\n${rest ? written(rest, this.found) : ""}`;
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
      this.show();
      return true;
    }

    showSource(reason) {
      this.setMode(false);
      this.reason.textContent = reason;
      this.reason.hidden = !reason;
    }

    setMode(isFormatted) {
      this.shell.hidden = !isFormatted;
      this.field.hidden = isFormatted;
      this.reason.hidden = true;
      for (const button of this.bar.querySelectorAll("[data-view]")) {
        button.setAttribute("aria-pressed", String((button.dataset.view === "formatted") === isFormatted));
      }
      this.bar.querySelector("[data-commands]").hidden = !isFormatted;
      this.showPressed();
    }

    showPressed() {
      if (!this.view) return;
      const { from, to, $from } = this.view.state.selection;
      const isOn = (name) =>
        this.view.state.selection.empty
          ? Boolean(marks[name].isInSet(this.view.state.storedMarks ?? $from.marks()))
          : this.view.state.doc.rangeHasMark(from, to, marks[name]);
      for (const name of ["strong", "em", "underline", "link"]) {
        this.bar.querySelector(`[data-command="${name}"]`).setAttribute("aria-pressed", String(isOn(name)));
      }
      const isHeading = $from.parent.type === nodes.heading;
      this.bar.querySelector('[data-command="heading"]').setAttribute("aria-pressed", String(isHeading));
    }

    // The second brace is written, and what to put there instead of both is asked for.
    open(from, to, text) {
      const { $from } = this.view.state.selection;
      const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 2), $from.parentOffset, null, " ");
      if (!askPlaceholder || text !== "{" || !`${before}{`.endsWith(OPENING) || `${before}{`.endsWith(`{${OPENING}`)) return false;
      this.view.dispatch(this.view.state.tr.insertText(text, from, to));
      askPlaceholder(OPENING);
      return true;
    }

    take(text, instead = "") {
      const { from, to } = this.view.state.selection;
      this.view.dispatch(this.view.state.tr.insertText(text, from - instead.length, to).scrollIntoView());
      this.view.focus();
    }

    // Left as it is, without the bar: for a text that is no HTML, such as an SMS.
    setUsed(isUsed) {
      this.bar.hidden = !isUsed;
      if (isUsed) this.show();
      else this.setMode(false);
    }
  }

  const positionOf = (doc, number) => {
    let position = 0;
    for (let index = 0; index < number; index += 1) position += doc.child(index).nodeSize;
    return position;
  };

  const kind = form.elements.namedItem("kind");
  const views = PM ? [...form.querySelectorAll("textarea[data-html]")].filter((one) => !one.matches(":disabled")).map((one) => new Formatted(one)) : [];
  const showKind = () => {
    const isSms = kind?.value === "sms";
    for (const view of views) view.setUsed(!isSms);
    for (const { dataset } of page.querySelectorAll("[data-kind], [data-kind-not]")) {
      dataset.isOther = String((dataset.kind ?? kind.value) !== kind.value || dataset.kindNot === kind.value);
    }
  };
  if (kind) {
    kind.addEventListener("change", showKind);
    showKind();
  }

  // --- placeholders --------------------------------------------------------------------------------------------------

  const texts = [...form.querySelectorAll("textarea, input[name=subject]")].filter((one) => !one.matches(":disabled"));
  for (const one of texts) one.addEventListener("focus", () => void (current = one));

  const dialog = page.querySelector("[data-placeholders]");
  if (dialog && texts.length) {
    const search = dialog.querySelector("input");
    const list = dialog.querySelector("[role=listbox]");
    const none = dialog.querySelector("[data-none]");
    let shown = [];
    let chosen = 0;

    const mark = (number) => {
      chosen = Math.max(0, Math.min(number, shown.length - 1));
      for (const [index, option] of shown.entries()) option.setAttribute("aria-selected", String(index === chosen));
      shown[chosen]?.scrollIntoView({ block: "nearest" });
      if (shown[chosen]) search.setAttribute("aria-activedescendant", shown[chosen].id);
      else search.removeAttribute("aria-activedescendant");
    };
    const filter = () => {
      const asked = search.value.trim().toLowerCase().split(/\s+/);
      shown = [];
      const seen = new Set();
      for (const option of list.children) {
        const isOther = option.dataset.isOther === "true" || seen.has(option.dataset.name);
        const text = option.textContent.toLowerCase();
        option.hidden = isOther || !asked.every((word) => text.includes(word));
        if (!option.hidden) {
          shown.push(option);
          seen.add(option.dataset.name);
        }
      }
      none.hidden = shown.length > 0;
      mark(0);
    };
    let typed = ""; // the braces that were typed already, which the choice takes the place of
    let caret = null; // where they end in a field: while it is being typed in, it does not remember that itself
    const put = (text) => {
      const target = current ?? views[0] ?? texts[0];
      const instead = typed;
      const end = caret;
      typed = "";
      caret = null;
      if (target instanceof Formatted && !target.shell.hidden) return target.take(text, instead);
      const field = target instanceof Formatted ? target.field : target;
      field.focus();
      field.setRangeText(text, (end ?? field.selectionStart) - instead.length, end ?? field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const insert = (text) => {
      // First, for nothing behind it takes the focus; that it was closed is told later.
      dialog.close();
      put(text);
    };
    const choose = (option) => insert(`{{ ${option.dataset.name} }}`);
    askPlaceholder = (already, end = null) => {
      typed = already;
      caret = end;
      search.value = "";
      dialog.showModal();
      filter();
      search.focus();
    };
    for (const button of page.querySelectorAll("[data-pick-placeholder]")) {
      button.hidden = false;
      button.addEventListener("click", () => askPlaceholder(""));
    }
    for (const one of texts) {
      one.addEventListener("input", (event) => {
        const before = one.value.slice(0, one.selectionStart);
        if (event.data === "{" && before.endsWith(OPENING) && !before.endsWith(`{${OPENING}`)) askPlaceholder(OPENING, before.length);
      });
    }
    // Left without a choice: what was typed in the list was meant for the text.
    dialog.addEventListener("close", () => {
      if (typed) put(`${typed}${search.value}`);
    });
    // Not a field of the form: what is typed in it is no work that can be lost.
    search.addEventListener("input", (event) => {
      event.stopPropagation();
      // Whoever goes on typing writes it by hand.
      if (typed && search.value.endsWith("}}")) insert(`${typed}${search.value}`);
      else filter();
    });
    search.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) mark(chosen + step);
      else if (event.key === "Enter" && shown[chosen]) choose(shown[chosen]);
      // A field that searches would only be emptied by it.
      else if (event.key === "Escape") dialog.close();
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  }

  // --- the preview ---------------------------------------------------------------------------------------------------

  const preview = page.querySelector("[data-live-preview]");
  if (preview) {
    const there = preview.querySelector("select");
    const narrow = preview.querySelector("[data-narrow]");
    const button = form.querySelector("[data-preview-button]");
    const PAUSE_MS = 400;
    let timer = 0;
    let number = 0;

    // In a frame of its own each time: so it adds nothing to what Back goes through, and nothing flickers.
    const show = () => {
      const former = preview.querySelector("iframe:not([data-coming])");
      for (const late of preview.querySelectorAll("[data-coming]")) late.remove();
      const frame = former.cloneNode();
      frame.removeAttribute("src");
      frame.name = `preview-${(number += 1)}`;
      frame.dataset.coming = "";
      former.after(frame);
      const sent = document.createElement("form");
      sent.method = "post";
      sent.action = button.formAction;
      sent.target = frame.name;
      sent.hidden = true;
      for (const [name, value] of [...new FormData(form), ["there", there?.value ?? ""]]) {
        if (typeof value !== "string") continue;
        const field = document.createElement("textarea");
        field.name = name;
        field.value = value;
        sent.append(field);
      }
      frame.addEventListener("load", () => {
        former.remove();
        delete frame.dataset.coming;
        frame.name = "preview";
      }, { once: true });
      document.body.append(sent);
      sent.submit();
      sent.remove();
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(show, PAUSE_MS);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    there?.addEventListener("change", show);
    narrow.hidden = false;
    narrow.addEventListener("click", () => {
      const isNarrow = preview.toggleAttribute("data-is-narrow");
      narrow.setAttribute("aria-pressed", String(isNarrow));
    });
    if (there) there.closest("[hidden]").hidden = false;
    button.hidden = true;
  }
})();
