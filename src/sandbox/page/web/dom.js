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
 * Shows rows in a table's body, in their order. A row is `{ key, cells, depth?, side? }`: its element stays as long as its
 * cells stay the same, and is marked for a moment when they change.
 */
export function showRows(body, rows, empty) {
  const before = body.shown;
  const now = new Map();
  for (const { key, cells, depth, side } of rows) {
    const content = JSON.stringify(cells);
    const old = before?.get(key);
    const line = old?.content === content ? old.line : rowElement(cells, before !== undefined);
    // A script may set the style of an element; only markup may not hold any.
    if (depth !== undefined) line.style.setProperty('--depth', `${depth}%`);
    if (side !== undefined) line.dataset.side = side;
    now.set(key, { content, line });
  }
  body.shown = now;
  const lines = [...now.values()].map(({ line }) => line);
  arrange(body, lines.length > 0 ? lines : [emptyRow(body, empty)]);
}

/** Moves as little as can be: an element that moves loses the focus and a selection, and is marked once more. */
function arrange(body, lines) {
  const wanted = new Set(lines);
  for (const line of [...body.children]) if (!wanted.has(line)) line.remove();
  let next = body.firstElementChild;
  for (const line of lines) {
    if (line === next) next = next.nextElementSibling;
    else body.insertBefore(line, next);
  }
}

function rowElement(cells, isChange) {
  return element('tr', isChange ? { class: 'changed' } : {}, ...cells.map(cellElement));
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
