import { describe, expect, it } from 'vitest';
import { systemSurroundings } from '../../src/ledger/surroundings.js';

describe('the system', () => {
  const { now, wallNow, random, sleep } = systemSurroundings();

  it('tells the time and throws dice', () => {
    expect(Math.abs(wallNow() - Date.now())).toBeLessThan(1_000);
    expect(random()).toBeLessThan(1);
  });

  it('sleeps, until a signal wakes it with its reason', async () => {
    const before = now();
    await sleep(20);
    await sleep(1, new AbortController().signal);
    expect(now() - before).toBeGreaterThan(15);
    const controller = new AbortController();
    const long = sleep(60_000, controller.signal);
    controller.abort(new Error('up'));
    await expect(long).rejects.toThrow('up');
    await expect(sleep(1, controller.signal)).rejects.toThrow('up');
  });
});
