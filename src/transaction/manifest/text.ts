/** What stands in manifest text for a character that may not stand there itself. */
const SHORT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/**
 * Escaped are, as by the official decompiler (which follows Rust's `char::escape_debug`): characters that do not print or
 * that change how others look, such as a reversal of direction. Which code points are assigned at all depends on the
 * Unicode version of the running Node.
 */
const ESCAPED = /["\\]|(?! )[\p{C}\p{Z}\p{Grapheme_Extend}]/gu;

/** A string literal. Escapes count in UTF-16 units, as in JSON: `\ud83d\ude00`. */
export function formatString(text: string): string {
  const escaped = text.replace(ESCAPED, (character) => SHORT[character] ?? utf16Escape(character));
  return `"${escaped}"`;
}

function utf16Escape(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
