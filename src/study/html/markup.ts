/** Text that may stand in a page as it is. Nothing else does: what `html` is given is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | readonly Markup[] | undefined;

/** A piece of a page. Whatever stands in `${}` and is no markup itself is escaped, in text and in quoted attributes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = texts[0]!;
  for (const [index, part] of parts.entries()) text += rendered(part) + texts[index + 1]!;
  return new Markup(text);
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escaped(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  // What is no character of a document, such as a half of a pair, would make the file unreadable for some.
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (each) => ESCAPES[each]!)
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}
