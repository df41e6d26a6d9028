import { SolverError } from '../../base/error.js';

/** A word, a literal or a sign of manifest text. */
export interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'sign' | 'end';
  /** Of a string: what stands between the quotes, unescaped. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

// White space and comments, then one token: a string, a number with its type, a name, a sign.
const SKIPPED = /(?:\s|#[^\n]*)*/y;
const TOKEN = /("(?:[^"\\\n]|\\.)*")|(-?\d+[iu]\d{1,3})|([A-Za-z_]\w*)|(=>|[<>(),;])/y;

/** Splits manifest text. Error: `bad-manifest` at the first character that begins nothing. */
export function* tokens(text: string): Generator<Token> {
  let at = 0;
  let line = 1;
  const pass = (until: number): void => {
    for (let i = text.indexOf('\n', at); i >= 0 && i < until; i = text.indexOf('\n', i + 1)) line++;
    at = until;
  };
  for (;;) {
    SKIPPED.lastIndex = at;
    pass(at + SKIPPED.exec(text)![0].length);
    if (at === text.length) {
      yield { kind: 'end', text: 'the end', line };
      return;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw badManifest(line, `a word or a literal, got ${JSON.stringify(text.charAt(at))}`);
    const [whole, string, number, name] = match;
    if (string !== undefined) yield { kind: 'string', text: unquote(string, line), line };
    else yield { kind: number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign', text: whole, line };
    at += whole.length;
  }
}

/** The escapes of string literals are those of JSON. */
function unquote(literal: string, line: number): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw badManifest(line, 'a string literal with the escapes of JSON');
  }
}

export function badManifest(line: number, expected: string, cause?: unknown): SolverError {
  return new SolverError('bad-manifest', `expected ${expected}`, { path: `line ${line}`, cause });
}
