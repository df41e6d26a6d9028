import { SolverError } from '../../base/error.js';

/** Something that has to be right before a solver runs. */
export interface Check {
  readonly check: string;
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function pass(check: string, detail: string): Check {
  return { check, ok: true, detail };
}

export function fail(check: string, detail: string, advice: string): Check {
  return { check, ok: false, detail, advice };
}

/** Runs a check; an error is what it found. */
export async function attempt(check: string, advice: string, work: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    const hint = error instanceof SolverError ? error.hint : undefined;
    return fail(check, error instanceof Error ? error.message.split('\n')[0]! : String(error), hint ?? advice);
  }
}
