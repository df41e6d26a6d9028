import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromHex } from '../../src/base/bytes.js';
import type { UserTransaction } from '../../src/sandbox/ledger/transaction.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { RunningSolver } from './solver.js';
import { FEE, makeBundle, openWorld, payerOf, type RuleWorld, success } from './world.js';

let world: RuleWorld;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** At which of the root's instructions the fee is locked. */
function lockedAt({ hex }: UserTransaction): number {
  const { transactionIntent } = decodeTransaction('NotarizedTransactionV2', fromHex(hex)).signedTransactionIntent;
  const { value } = transactionIntent.rootIntentCore.instructions;
  return value.findIndex((each) => each.type === 'CALL_METHOD' && each.method === 'lock_fee');
}

const MAKER = 'ApplicationError(VaultError(ResourceError(InsufficientBalance { requested: 2, actual: 1 })))';

describe('an attempt', () => {
  it('refused for want of a fee is followed by one that locks it earlier', async () => {
    const locks = new Map<string, number>();
    world.rule = (transaction) => {
      locks.set(transaction.intentId, lockedAt(transaction));
      const isFirst = [...locks.keys()][0] === transaction.intentId;
      if (!isFirst) return success(transaction);
      return { outcome: 'rejected', atSubmission: true, error: 'SuccessButFeeLoanNotRepaid' };
    };
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    expect([...locks.values()]).toHaveLength(2);
    const [late, early] = [...locks.values()] as [number, number];
    expect(early).toBeLessThanOrEqual(late);
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    const attempts = solver.read((journal) => journal.attempts(bundle!));
    expect(attempts.map(({ state }) => state)).toEqual(['lost', 'committed-success']);
    expect(attempts[0]!.winner).toBe(attempts[1]!.transactionId);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('whose maker cannot pay before the lock costs nothing, and is tried no earlier', { timeout: 30_000 }, async () => {
    const ids = new Set<string>();
    const locks = new Set<number>();
    world.rule = (transaction) => {
      ids.add(transaction.intentId);
      locks.add(lockedAt(transaction));
      const error = `ErrorBeforeLoanAndDeferredCostsRepaid(${MAKER})`;
      return { outcome: 'rejected', atSubmission: true, error };
    };
    const solver = await new RunningSolver(world, { args: ['--max-attempts', '2'] }).ready();
    world.stream.pushBundle(makeBundle({ secondsLeft: 8 }));
    await solver.until('submission-result', 2);
    world.sandbox.world.clock.advance(20_000);
    expect(await solver.outcomes(1)).toEqual({ rejected: 1 });
    expect([ids.size, locks.size]).toEqual([2, 1]);
    await solver.finish();
    expect(solver.gained()).toBe(0n);
    await solver.matchesLedger();
  });

  it('whose maker cannot pay behind the lock fails for a fee, and is not tried again', async () => {
    world.rule = (transaction) => ({ outcome: 'failure', error: MAKER, fee: FEE, payer: payerOf(transaction) });
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ failed: 1 });
    await solver.finish();
    expect(solver.gained()).toBe(-FEE);
    await solver.matchesLedger();
  });

  it('that is taken and rejected later expires in flight', async () => {
    world.rule = () => ({ outcome: 'rejected', error: 'BootloadingError(Later)' });
    const solver = await new RunningSolver(world, { args: ['--max-attempts', '1'] }).ready();
    world.stream.pushBundle(makeBundle({ secondsLeft: 8 }));
    await solver.until('submission-started');
    world.sandbox.world.clock.advance(20_000);
    const outcomes = await solver.outcomes(1);
    expect(Object.keys(outcomes)).toEqual([expect.stringMatching(/^(expired|rejected)$/)]);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('that would cost more than its bundle may is not made', async () => {
    const solver = await new RunningSolver(world, { args: ['--max-cost-per-bundle', '0.5'] }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ declined: 1 });
    expect(solver.logged('bundle-finished')[0]).toMatchObject({ reason: 'attempt-over-cap' });
    await solver.finish();
  });
});

describe('limits', () => {
  it('stop after failures that cost a fee, also the next run, until they are reset', async () => {
    world.rule = (transaction) => ({ outcome: 'failure', fee: FEE, payer: payerOf(transaction) });
    const args = ['--max-costly-failures', '2'];
    const solver = await new RunningSolver(world, { args }).ready();
    for (let n = 1; n <= 2; n++) {
      world.stream.pushBundle(makeBundle());
      expect(await solver.outcomes(n)).toEqual({ failed: n });
    }
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(3)).toEqual({ failed: 2, declined: 1 });
    expect(solver.logged('limit-reached')).toMatchObject([{ limit: 'max-failures' }]);
    await solver.finish();
    world.rule = success;
    const { journal } = solver;
    const next = await new RunningSolver(world, { args, journal }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await next.outcomes(1)).toEqual({ declined: 1 });
    const { cli } = await import('../cli/support.js');
    expect((await cli(['limits', 'reset', 'max-failures', '--journal', journal])).stderr).toBe('');
    await next.until('limit-lifted');
    world.stream.pushBundle(makeBundle());
    expect(await next.outcomes(2)).toEqual({ declined: 1, settled: 1 });
    await next.finish();
    await next.matchesLedger();
  });

  it.each([
    ['max-fee', ['--max-fee-per-transaction', '0.5']],
    ['max-fee-per-hour', ['--max-fee-per-hour', '0.5']],
    ['min-balance', ['--min-balance', '5000']],
  ])('of %s decline what is above them', async (reason, args) => {
    const solver = await new RunningSolver(world, { args }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ declined: 1 });
    expect(solver.logged('bundle-finished')).toMatchObject([{ reason }]);
    await solver.finish();
  });

  it.each([
    ['max-fee', ['--max-fee-per-transaction', '0.5']],
    ['max-fee-per-hour', ['--max-fee-per-hour', '0.5']],
    ['attempt-over-cap', ['--max-cost-per-bundle', '0.5']],
  ])('of %s decline in a dry run what they would decline live', async (reason, args) => {
    const solver = await new RunningSolver(world, {
      args: [...args, '--max-costly-failures', '1'],
      submit: false,
    }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ declined: 1 });
    expect(solver.logged('bundle-finished')).toMatchObject([{ reason }]);
    await solver.finish();
  });

  it('of the queue drop what has most time left', async () => {
    const solver = await new RunningSolver(world, { args: ['--queue-limit', '1'], submit: false }).ready();
    const bundles = [50, 40, 30].map((secondsLeft) => makeBundle({ secondsLeft }));
    // In one write, so that all come before the first is planned.
    for (const items of bundles) world.stream.pushBundle(items);
    const outcomes = await solver.outcomes(3);
    expect((outcomes.declined ?? 0) + (outcomes['would-settle'] ?? 0)).toBe(3);
    await solver.finish();
  });
});
