import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/sandbox/engine/engine.js';
import { startEngine } from '../support/engine.js';

/** The client on the real engine. */

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(() => engine.close());

describe('the engine', () => {
  it('says in its own words what it refuses, and goes on', async () => {
    await expect(engine.call('clock.get', {})).rejects.toMatchObject({ name: 'EngineError', code: 'NoWorld' });
    const world = { network: 242, epoch: 3, proposerTimestampMs: 1_000 };
    expect(await engine.call('world.start', world)).toMatchObject({ epoch: 3, round: 0, networkName: 'simulator' });
    await expect(engine.call('transaction.execute', { hex: 'zz', commit: false })).rejects.toMatchObject({
      code: 'BadHex',
    });
    await expect(engine.call('no.method' as never, {} as never)).rejects.toMatchObject({ code: 'UnknownMethod' });
    const wrong = engine.call('clock.advance', { rounds: -1 });
    await expect(wrong).rejects.toMatchObject({ code: 'BadParams', message: expect.stringContaining('clock.advance') });
    expect(await engine.call('clock.advance', { rounds: 2, proposerTimestampMs: 5_000 })).toEqual({
      epoch: 3,
      round: 2,
      proposerTimestampMs: 5_000,
    });
  });

  it('answers in order', async () => {
    const rounds = await Promise.all([1, 2, 3].map(() => engine.call('clock.advance', {})));
    expect(rounds.map(({ round }) => round)).toEqual([3, 4, 5]);
  });
});
