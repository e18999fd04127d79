// SPDX-License-Identifier: Apache-2.0
// Shows an answer's text. Everything becomes text nodes, never markup, so nothing a model says can run here.

/** A new element with a class and children. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Replaces what `target` shows by `text`, with the few marks that answers use most: paragraphs, code, bold. */
export function showText(target, text) {
  const blocks = [];
  text.split(/^```[^\n]*\n?/m).forEach((piece, index) => {
    if (index % 2 === 1) {
      blocks.push(element("pre", "", element("code", "", piece.replace(/\n$/, ""))));
      return;
    }
    for (const paragraph of piece.split(/\n{2,}/)) {
      if (paragraph.trim()) blocks.push(element("p", "", ...inline(paragraph.trim())));
    }
  });
  target.replaceChildren(...blocks);
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).filter(Boolean).map((piece) => {
    if (piece.startsWith("`") && piece.length > 2) return element("code", "", piece.slice(1, -1));
    if (piece.startsWith("**") && piece.length > 4) return element("strong", "", piece.slice(2, -2));
    return document.createTextNode(piece);
  });
}

/** What an answer rests on, to be opened by whoever wants to check. */
export function citationList(citations) {
  const names = [...new Set(citations.map((citation) => citation.filename))];
  const list = element("details", "citations", element("summary", "", `Sources: ${names.join(", ")}`));
  for (const citation of citations) {
    list.append(element("blockquote", "", `[${citation.number}] ${citation.filename}\n${citation.text}`));
  }
  return list;
}
