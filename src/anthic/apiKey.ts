import { inspect } from 'node:util';
import { SolverError } from '../base/error.js';

const API_KEY_HEADER = 'ANTHIC-API-KEY';

const VISIBLE = /^[\x21-\x7e]{1,512}$/;
/** What is shorter is no secret, and may be a part of any word. */
const SECRET_LENGTH = 8;

/**
 * The key of an account at Anthic. It leaves this object as a header alone: what prints the object (JSON, console, a log)
 * prints that there is one.
 */
export class ApiKey {
  readonly #text: string;

  /** Error: `bad-api-key`; it repeats nothing of the text. */
  constructor(text: string) {
    if (!VISIBLE.test(text)) {
      throw new SolverError('bad-api-key', 'expected an API key of 1 to 512 visible ASCII characters');
    }
    this.#text = text;
  }

  header(): Record<string, string> {
    return { [API_KEY_HEADER]: this.#text };
  }

  /** Text from outside without the key, should a server repeat it. */
  redact(text: string): string {
    return this.#text.length < SECRET_LENGTH ? text : text.replaceAll(this.#text, '…');
  }

  toJSON(): string {
    return this.toString();
  }

  toString(): string {
    return 'ApiKey(…)';
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
