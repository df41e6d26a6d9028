import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The moments at which a solver is killed: before and after each call of the journal's that writes. */
export const METHODS = ['receive', 'planAttempt', 'recordSubmission', 'recordAttemptState', 'finish'] as const;

export interface Step {
  readonly method: (typeof METHODS)[number];
  readonly when: 'before' | 'after';
  /** Which call of it, from 1. */
  readonly nth: number;
}

/** A module that kills its process from within: no signal from outside hits the gap between two statements for certain. */
export function trap(entry: string, { method, when, nth }: Step): string {
  const journal = pathToFileURL(join(entry, '../journal/journal.js'));
  const code = `
    const { Journal } = await import(${JSON.stringify(journal.href)});
    const original = Journal.prototype.${method};
    let calls = 0;
    const die = () => { process.kill(process.pid, 'SIGKILL'); for (;;); };
    Journal.prototype.${method} = function (...args) {
      const isIt = ++calls === ${nth};
      if (isIt && ${when === 'before'}) die();
      const result = original.apply(this, args);
      if (isIt) die();
      return result;
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
