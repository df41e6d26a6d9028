import { describe, expect, it } from 'vitest';
import { SeenBundles } from '../../src/solver/seenBundles.js';

describe('bundles that were seen', () => {
  it('are known again however many came, and no other is', () => {
    const seen = new SeenBundles();
    const ids = Array.from({ length: 20_000 }, (_, index) => `bundle ${index}`);
    for (const id of ids) expect(seen.has(id)).toBe(false);
    for (const id of ids) expect(seen.has(id)).toBe(true);
    expect(seen.has('bundle 20000')).toBe(false);
  });
});
