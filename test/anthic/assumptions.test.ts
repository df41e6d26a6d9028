import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ASSUMPTIONS_FILE, assumptionsDoc } from '../../scripts/assumptions.js';
import { ASSUMED_SHAPES, ASSUMPTIONS, type Assumption } from '../../src/anthic/assumptions.js';

const ROWS: readonly Assumption[] = Object.values(ASSUMPTIONS).flat();

describe('what is assumed of Anthic', () => {
  it('is what the document says (npx tsx scripts/assumptions.ts writes it)', () => {
    expect(readFileSync(ASSUMPTIONS_FILE, 'utf8')).toBe(assumptionsDoc());
  });

  it('has a row for every shape that a setting changes, and no setting that changes none', () => {
    const settings = ROWS.flatMap((row) => row.settings ?? []);
    expect([...settings].sort()).toEqual(
      Object.keys(ASSUMED_SHAPES)
        .map((key) => `shapes.${key}`)
        .sort(),
    );
  });

  it('names each thing once', () => {
    const names = ROWS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it('says the names that are sent unless a setting changes them', () => {
    const filling = ROWS.find(({ name }) => name === 'Filling')!.shape;
    expect(filling).toContain(`"${ASSUMED_SHAPES.fillOrderId}", "${ASSUMED_SHAPES.fillTransaction}"`);
    expect(ROWS.some(({ subject }) => subject === ASSUMED_SHAPES.pingMethod)).toBe(true);
  });
});
