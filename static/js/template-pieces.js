// A text of a template as pieces that together are that text to the letter, for the formatted view (template-editor.js).
//
// A piece is a tag at the top with all that is in it, or text between two of them. What the view knows is edited; any
// other piece is kept as it was typed. Where tags do not close each other there are no pieces, and the source is shown.
const TemplatePieces = (() => {
  "use strict";

  const TAG = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][^\s\/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/g;
  const VOID = new Set(["area", "br", "col", "hr", "img", "wbr"]);
  const RAW = new Set(["style", "script", "textarea", "title"]);
  const KNOWN = /<(!--|!doctype|\/?[a-z][^\s\/>]*[\s\/>])/i;

  // The same question as the server asks: without a tag it is text, with its own paragraphs.
  const isHtml = (text) => KNOWN.test(text);

  // Braces are covered while tags are looked for: `{% if a < b %}` begins no tag.
  const covered = (text) => text.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (found) => "\ue002".repeat(found.length));

  function piecesOf(text) {
    const cover = covered(text);
    const pieces = [];
    const open = [];
    let from = 0;
    const take = (end, isElement) => {
      if (end > from) pieces.push({ text: text.slice(from, end), isElement });
      from = end;
    };
    TAG.lastIndex = 0;
    for (let match = TAG.exec(cover); match; match = TAG.exec(cover)) {
      const name = (match[2] ?? "").toLowerCase();
      const end = TAG.lastIndex;
      if (!open.length && !match[1]) take(match.index, false);
      if (!name || VOID.has(name)) {
        if (!open.length) take(end, Boolean(name));
        continue;
      }
      if (match[1]) {
        if (open.pop() !== name) return null;
        if (!open.length) take(end, true);
        continue;
      }
      open.push(name);
      if (RAW.has(name)) {
        const close = cover.toLowerCase().indexOf(`</${name}`, end);
        if (close < 0) return null;
        TAG.lastIndex = close;
      }
    }
    if (open.length) return null;
    take(text.length, false);
    return pieces;
  }

  // A text without tags: its paragraphs, with what stands between them.
  const paragraphsOf = (text) => text.split(/(\n[ \t]*\n\s*)/);

  return { isHtml, paragraphsOf, piecesOf };
})();
