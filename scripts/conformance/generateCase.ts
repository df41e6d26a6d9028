import { Chance } from '../../test/support/randomBundles.js';
import type { SuiteContext } from './suite.js';

/** The chance of one case: it depends on the seed and the case's number only, so each can be made by itself. */
export function chanceOf(seed: number, suite: number, index: number): Chance {
  // One round of mixing each, or neighbouring cases would begin alike.
  let state = seed >>> 0;
  for (const part of [suite, index]) state = Math.imul((state ^ (state >>> 15)) + part + 0x9e3779b9, 0x85ebca6b) >>> 0;
  return new Chance(state ^ (state >>> 13));
}

/** Runs all cases of a suite, batch by batch: the engine judges one while the next is made. */
export async function inBatches(
  { count, report }: SuiteContext,
  name: string,
  size: number,
  run: (from: number, to: number) => Promise<void>,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  for (let from = 0; from < count; from += size) {
    const batch = run(from, Math.min(from + size, count));
    // Should it fail while the one before is awaited: it is awaited too, a line later.
    batch.catch(() => {});
    await before;
    before = batch;
    report.progress(`${name}: ${from} of ${count}`);
  }
  await before;
}
