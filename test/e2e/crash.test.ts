import { describe, expect, it } from 'vitest';
import { crash } from '../../scripts/crash/crash.js';

const KILLS = Number(process.env.CRASH_KILLS ?? 10);

describe('a solver that is killed at any moment', () => {
  it(`loses nothing and pays nothing twice (${KILLS} times)`, { timeout: 30_000 + KILLS * 5_000 }, async () => {
    const report = await crash({ count: KILLS });
    expect(report.problems).toEqual([]);
    expect(report.atSteps).toBeGreaterThan(0);
    expect(report.merged).toBeGreaterThan(0);
    expect(report.outcomes.settled).toBeGreaterThan(0);
  });
});
