/** Building the page. Strings come from strangers: they become text, never markup. */

/** An element with text or children; `attributes` may hold `class`, `title`, `data-…`. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

/**
 * Shows rows in a table's body, in their order. A row is `{ key, cells, depth? }`: its element stays as long as what it
 * shows stays the same, and is marked for a moment when that changes.
 */
export function showRows(body, rows, empty) {
  const before = body.shown ?? new Map();
  const now = new Map();
  for (const row of rows) {
    const content = JSON.stringify(row);
    const old = before.get(row.key);
    now.set(row.key, old?.content === content ? old : { content, line: rowElement(row, body.shown !== undefined) });
  }
  body.shown = now;
  const lines = [...now.values()].map(({ line }) => line);
  body.replaceChildren(...(lines.length > 0 ? lines : [emptyRow(body, empty)]));
}

function rowElement({ cells, depth, side }, isChange) {
  const line = element('tr', isChange ? { class: 'changed' } : {}, ...cells.map(cellElement));
  // The style of an element may be set by a script; only markup may not hold any.
  if (depth !== undefined) line.style.setProperty('--depth', `${depth}%`);
  if (side !== undefined) line.dataset.side = side;
  return line;
}

/** A cell is text, or `{ text, class?, title?, note?, head? }`. */
function cellElement(cell) {
  if (typeof cell === 'string') return element('td', {}, cell);
  const { text, note, head, ...attributes } = cell;
  const made = element(head ? 'th' : 'td', { ...attributes, ...(head ? { scope: 'row' } : {}) }, text);
  if (note !== undefined) made.append(element('small', { class: note.startsWith('-') ? 'less' : 'more' }, note));
  return made;
}

function emptyRow(body, text) {
  const columns = body.parentElement.tHead.rows[0].cells.length;
  return element('tr', {}, element('td', { class: 'empty', colspan: String(columns) }, text));
}

/** Titles and values of a `dl`. */
export function showTerms(list, terms) {
  const content = JSON.stringify(terms);
  if (list.content === content) return;
  list.content = content;
  list.replaceChildren(
    ...terms.map(([title, value, kind = '']) =>
      element('div', { class: kind }, element('dt', {}, title), element('dd', {}, String(value))),
    ),
  );
}
