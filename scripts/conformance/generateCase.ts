import { Chance } from '../../test/support/randomBundles.js';

/** The chance of one case: it depends on the seed and the case's number only, so each can be made by itself. */
export function chanceOf(seed: number, suite: number, index: number): Chance {
  // One round of mixing each, or neighbouring cases would begin alike.
  let state = seed >>> 0;
  for (const part of [suite, index]) state = Math.imul((state ^ (state >>> 15)) + part + 0x9e3779b9, 0x85ebca6b) >>> 0;
  return new Chance(state ^ (state >>> 13));
}
