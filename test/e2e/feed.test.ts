import { describe, expect, it } from 'vitest';
import { detectionBoundMs } from '../../src/anthic/stream/settings.js';
import { SETTINGS } from '../../src/cli/config/settings.js';
import type { StreamAct, StreamMode } from '../support/streamServer.js';
import { RunningSolver, until } from './solver.js';
import { makeBundle, openWorld, type RuleWorld } from './world.js';

/** A feed may be dead for so long before that is noticed. */
const NOTICED_MS = 15_000;
const QUICK = ['--ping-interval-ms', '100'];
/** Connections to come find this until the test has seen what it wanted to see. */
const AWAY: StreamMode = { type: 'status', status: 503 };

async function withSolver(
  test: (solver: RunningSolver, world: RuleWorld) => Promise<void>,
  args: readonly string[] = QUICK,
): Promise<void> {
  const world = await openWorld();
  try {
    await test(await new RunningSolver(world, { args }).ready(), world);
  } finally {
    await world.close();
  }
}

/** The feed comes back, and the solver settles what it brings. */
async function recovers(solver: RunningSolver, { stream }: RuleWorld, links: number): Promise<void> {
  stream.behave({ type: 'accept' });
  await solver.until('stream-open', links, 30_000);
  await solver.becomes('ready');
  stream.pushBundle(makeBundle());
  await until(() => solver.logged('bundle-finished').length === 1, 'an outcome');
  expect(await solver.outcomes(1)).toEqual({ settled: 1 });
  await solver.finish();
  await solver.matchesLedger();
}

describe.concurrent('an open feed is found dead, and opened again,', () => {
  it.each<[string, string, StreamAct]>([
    ['after a reset', 'lost', { type: 'reset' }],
    ['after an end without a word', 'lost', { type: 'drop' }],
    ['behind a broken path', 'silent', { type: 'half-open' }],
    ['with a frozen peer', 'silent', { type: 'freeze' }],
    ['that sends what is no frame', 'protocol-error', { type: 'garbage' }],
    ['that sends text that is none', 'protocol-error', { type: 'bad-utf8' }],
    ['that announces too long a message', 'protocol-error', { type: 'oversized', bytes: 2 ** 33 }],
    ['closed without a code', 'closed-by-peer', { type: 'close' }],
    ['closed as going away', 'closed-by-peer', { type: 'close', code: 1001 }],
    ['closed for a restart', 'closed-by-peer', { type: 'close', code: 1012 }],
    ['closed for policy', 'closed-by-peer', { type: 'close', code: 1008, reason: 'no' }],
    ['closed by a peer that then hangs', 'closed-by-peer', { type: 'close-and-hang', code: 1001 }],
  ])('%s', { timeout: 60_000 }, (_, reason, act) =>
    withSolver(async (solver, world) => {
      world.stream.behave(AWAY);
      const started = performance.now();
      world.stream.act(act);
      const [closed] = await solver.until('stream-closed', 1, NOTICED_MS);
      expect(performance.now() - started).toBeLessThan(NOTICED_MS);
      expect(closed).toMatchObject({ reason });
      await solver.becomes('no-feed');
      expect(await solver.health('live')).toEqual({ status: 200, codes: [] });
      await recovers(solver, world, 2);
    }),
  );

  it('with a frozen peer, at the pace of the defaults', { timeout: 60_000 }, () =>
    withSolver(async (solver, world) => {
      world.stream.behave(AWAY);
      world.stream.act({ type: 'freeze' });
      const [closed] = await solver.until('stream-closed', 1, NOTICED_MS);
      expect(closed).toMatchObject({ reason: 'silent' });
      await recovers(solver, world, 2);
    }, []),
  );
});

describe.concurrent('a feed that does not open is told of, and tried again,', () => {
  it.each<[string, string, StreamMode]>([
    ['TCP that is accepted and no more', 'timeout', { type: 'silent' }],
    ['a handshake without end', 'timeout', { type: 'drip' }],
    ['an answer that is no HTTP', 'bad-handshake', { type: 'garbage' }],
    ['a handshake with a wrong key', 'bad-handshake', { type: 'bad-accept' }],
    ['a reset', 'unreachable', { type: 'reset' }],
    ['a server that is overloaded', 'status', { type: 'status', status: 503, headers: { 'retry-after': '1' } }],
    ['a redirect', 'status', { type: 'redirect', location: 'ws://127.0.0.1:9/' }],
  ])('%s', { timeout: 60_000 }, (_, reason, mode) =>
    withSolver(async (solver, world) => {
      world.stream.behave(mode);
      world.stream.act({ type: 'drop' });
      const refused = await solver.until('stream-refused', 1, NOTICED_MS);
      expect(refused[0]).toMatchObject({ reason });
      await solver.becomes('no-feed');
      await recovers(solver, world, 2);
    }),
  );
});

describe('the pace of the pings', () => {
  it('lets no feed be dead for longer than 15 s, whatever is set', () => {
    const { kind, fallback } = SETTINGS.pingIntervalMs;
    expect(detectionBoundMs({ pingIntervalMs: kind.schema.parse(fallback) })).toBeLessThanOrEqual(NOTICED_MS);
    expect(detectionBoundMs({ pingIntervalMs: kind.schema.parse('10000') })).toBeLessThanOrEqual(NOTICED_MS);
    expect(kind.schema.safeParse('10001').success).toBe(false);
  });
});
