import type { ConformanceEngine } from './engine.js';
import type { Report } from './report.js';

/** What a suite is given. The same `count` and `seed` make the same cases. */
export interface SuiteContext {
  readonly count: number;
  readonly seed: number;
  readonly engine: ConformanceEngine;
  readonly report: Report;
}

export interface SuiteResult {
  readonly compared: number;
  /** Cases in which the two implementations differ, beside what docs/conformance.md lists. */
  readonly differ: number;
  /** What else there is to tell, a line each: coverage, measured spreads, reasons for failing. */
  readonly notes: readonly string[];
  /** The run proves less than it should, though nothing differs: a note says what is missing. */
  readonly failed?: boolean;
}

/** One comparison of this project with the official implementation. */
export interface Suite {
  readonly name: string;
  /** How many cases it runs unless told, in full and in CI. */
  readonly counts: { readonly full: number; readonly ci: number };
  run(context: SuiteContext): Promise<SuiteResult>;
}
