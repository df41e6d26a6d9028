import { describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { SolverEvent } from '../../src/observe/event.js';
import { Desk } from '../../src/solver/live/desk.js';
import { chargedBy, endOfBundle, newsOf } from '../../src/solver/live/ending.js';
import { Upkeep } from '../../src/solver/live/upkeep.js';
import { formatAddress } from '../../src/transaction/address.js';
import { accountOf, FEE, makeBundle, SIM, XRD_SIM } from '../e2e/world.js';
import { committed, details, FULL, REFUSED, settle, setUp } from './liveSupport.js';

describe('the live solver', () => {
  it('drops from a full queue what has most time left, and takes the tightest first', async () => {
    const { solver, push, outcomes, of } = setUp({ queueLimit: 2, submit: false });
    solver.start();
    // Nothing is planned before the balance is known.
    for (const secondsLeft of [50, 30, 40, 60]) push(makeBundle({ secondsLeft }));
    expect(outcomes()).toEqual(['declined queue-full', 'declined queue-full']);
    await vi.waitFor(() => expect(of('bundle-finished')).toHaveLength(4), 3_000);
    const deadlines = new Map(of('bundle-received').map(({ bundleId, deadline }) => [bundleId, deadline]));
    const planned = of('bundle-finished').filter(({ outcome }) => outcome === 'would-settle');
    const left = planned.map(({ bundleId }) => deadlines.get(bundleId));
    expect(left).toEqual(left.toSorted());
    expect(left).toHaveLength(2);
  });

  it('ends what still waits when it stops', async () => {
    const { solver, push, outcomes } = setUp();
    push();
    await solver.stop();
    push();
    expect(outcomes()).toEqual(['declined shutdown']);
  });

  it('asks again where a commit is not shown, and books it when it is', async () => {
    const { solver, push, outcomes, followed } = setUp();
    solver.start();
    push();
    await settle();
    followed[0]!.end({ type: 'committed-success', details: undefined, seenBy: ['a'] });
    await vi.waitFor(() => expect(followed).toHaveLength(2), 3_000);
    expect(outcomes()).toEqual([]);
    followed[1]!.end(committed(followed[0]!.id));
    await settle();
    expect(outcomes()).toEqual(['settled']);
  });

  it('books the fee of an attempt that failed before another succeeded', async () => {
    const { solver, push, outcomes, followed, sent, journal } = setUp();
    solver.start();
    push();
    await settle();
    sent[0]!.say(REFUSED);
    await vi.waitFor(() => expect(followed).toHaveLength(2), 3_000);
    followed[1]!.end(committed(followed[1]!.id));
    await settle();
    expect(outcomes()).toEqual([]);
    followed[0]!.end({ type: 'committed-failure', details: details(followed[0]!.id, 0n, true), seenBy: ['a'] });
    await settle();
    expect(outcomes()).toEqual(['settled']);
    const [bundle] = [...journal.bundles()];
    expect(bundle).toMatchObject({ feeCharged: 2n * FEE, xrdChange: units(2) - 2n * FEE });
  });

  it('waits for the other attempts of a success only so long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { solver, push, outcomes, followed, sent } = setUp();
    solver.start();
    push();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    sent[0]!.say(REFUSED);
    await vi.advanceTimersByTimeAsync(10);
    await vi.waitFor(() => expect(followed).toHaveLength(2));
    followed[1]!.end(committed(followed[1]!.id));
    await vi.advanceTimersByTimeAsync(19_000);
    expect(outcomes()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(outcomes()).toEqual(['settled']);
    // What comes later is no news.
    followed[0]!.end({ type: 'dead', by: 'timestamp', ledger: {} as any });
    await vi.advanceTimersByTimeAsync(10);
    expect(outcomes()).toEqual(['settled']);
  });

  it('sends again what nobody has seen, and nothing that somebody has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { solver, push, sent, followed, of } = setUp();
    solver.start();
    push();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    sent[0]!.tell({ endpoint: 'a', attempts: 5, tookMs: 1, type: 'unknown', error: undefined, arrived: false });
    sent[0]!.say({ type: 'unknown', arrived: false });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(sent.map(({ hex }) => hex)).toEqual([sent[0]!.hex, sent[0]!.hex]);
    followed[0]!.onEvent({ id: followed[0]!.id, phase: 'pending', reason: undefined, everywhere: false });
    // Of bytes that were sent before a refusal proves nothing.
    sent[1]!.say(REFUSED);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([sent.length, followed.length]).toEqual([2, 1]);
    expect(of('submission-started')).toHaveLength(1);
  });

  it('gives no second attempt to what cannot be helped, or when there were enough', async () => {
    const { solver, push, sent, followed, outcomes } = setUp({ maxAttempts: 1 });
    solver.start();
    push();
    push();
    await vi.waitFor(() => expect(sent).toHaveLength(2), 3_000);
    sent[0]!.say({
      type: 'refused-everywhere',
      reason: 'IntentHashPreviouslyCommitted(Subintent(x))',
      permanent: true,
    });
    sent[1]!.say(REFUSED);
    await settle();
    expect(sent).toHaveLength(2);
    followed[0]!.end({ type: 'lost', winner: 'txid_w', subintent: 's', stateVersion: 1 });
    followed[1]!.end({ type: 'rejected-permanently', reason: 'no', expired: false });
    await settle();
    expect(outcomes()).toEqual(['lost lost', 'rejected rejected']);
  });

  it('goes on after a follower that broke, and after mistakes of its own', async () => {
    const { solver, push, followed, of, ledger, outcomes } = setUp();
    solver.start();
    push();
    await settle();
    followed[0]!.fail(new Error('made up'));
    await settle();
    expect(of('internal-error')).toMatchObject([{ where: 'follow' }]);
    ledger.clock.staleness = () => {
      throw new Error('made up');
    };
    push();
    await settle();
    expect(outcomes()).toEqual(['declined internal']);
    ledger.clock.clockAt = () => {
      throw new Error('made up');
    };
    push();
    expect(of('internal-error').at(-1)).toMatchObject({ where: 'receive' });
  });

  it('submits nothing that it cannot write down first', async () => {
    const { solver, push, journal, sent, outcomes, of } = setUp();
    solver.start();
    await settle();
    const plan = vi.spyOn(journal, 'planAttempt').mockImplementationOnce(() => {
      throw FULL;
    });
    push();
    await settle();
    expect(solver.obstacle).toMatch(/journal/);
    push();
    await settle();
    expect(outcomes()).toEqual(['declined journal-unwritable', 'declined journal-unwritable']);
    expect(plan).toHaveBeenCalledTimes(1);
    expect(sent).toEqual([]);
    expect(of('journal-state')).toMatchObject([{ writable: false }]);
    await vi.waitFor(() => expect(of('journal-state')).toHaveLength(2), 3_000);
    expect(solver.obstacle).toBeUndefined();
    vi.spyOn(journal, 'liveConflicts').mockImplementationOnce(() => {
      throw FULL;
    });
    push();
    await settle();
    expect(outcomes()).toHaveLength(3);
    push();
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('follows in a dry run what an earlier run has sent, and sends nothing', async () => {
    const first = setUp();
    first.solver.start();
    first.push();
    await settle();
    await first.solver.stop();
    first.journal.close();
    const second = setUp({ submit: false }, {}, first.path);
    second.solver.start();
    await settle();
    expect([second.sent.length, second.followed.length]).toEqual([0, 1]);
    expect(second.solver.inFlight).toBe(1);
    second.followed[0]!.end({ type: 'dead', by: 'epoch', ledger: {} as any });
    await settle();
    expect(second.outcomes()).toEqual(['expired expired']);
  });

  it('concludes in the next run what ended just before a crash', async () => {
    const first = setUp();
    first.solver.start();
    first.push();
    await settle();
    await first.solver.stop();
    first.journal.recordAttemptState(first.followed[0]!.id, { state: 'lost', winner: 'txid_w' });
    first.journal.close();
    const second = setUp({}, {}, first.path);
    second.solver.start();
    expect(second.outcomes()).toEqual(['lost lost']);
    expect(second.sent).toEqual([]);
  });

  it('keeps the journal as small as it may, and counts on', async () => {
    const { solver, push, journal, outcomes } = setUp({ submit: false, retention: { olderThan: 0 } });
    solver.start();
    push();
    await vi.waitFor(() => expect(outcomes()).toEqual(['would-settle']), 3_000);
    expect([...journal.bundles()]).toMatchObject([{ details: expect.anything() }]);
    await vi.waitFor(() => expect([...journal.bundles()][0]!.details).toBeUndefined(), 10_000);
    expect(journal.counters()).toMatchObject({ received: 1, outcomes: { 'would-settle': 1 } });
  });

  it('is stopped by a balance that nobody tells, and waits for it', async () => {
    const { solver, push, ledger, outcomes, of } = setUp({}, { minBalance: 1n });
    ledger.balances.mockRejectedValue(new Error('down'));
    solver.start();
    push();
    await settle();
    expect(outcomes()).toEqual(['declined min-balance']);
    expect(solver.obstacle).toMatch(/min-balance/);
    ledger.balances.mockResolvedValue({ ledger: undefined, amounts: new Map([[XRD_SIM, units(100)]]) });
    await vi.waitFor(() => expect(of('limit-lifted')).toHaveLength(1), 4_000);
  });

  it('measures expiries by the time of the ledger, whatever this machine believes', async () => {
    const { solver, push, outcomes, sent, setSkew } = setUp();
    solver.start();
    push();
    await settle();
    expect(sent).toHaveLength(1);
    setSkew(100_000);
    push();
    await settle();
    expect(outcomes()).toEqual(['expired expired']);
  });

  it('waits for an overlapping bundle only while there is time', async () => {
    const { solver, push, outcomes } = setUp();
    solver.start();
    const items = makeBundle({ secondsLeft: 4 });
    push(items);
    await settle();
    push([...items, ...makeBundle({ secondsLeft: 4 })]);
    await vi.waitFor(() => expect(outcomes()).toHaveLength(1), 5_000);
    expect(outcomes()[0]).toMatch(/declined overlap|expired/);
  });
});

describe('the balance', () => {
  function upkeepOf() {
    const answers: ((answer: { amount: bigint; stateVersion?: number }) => void)[] = [];
    const ledger: any = {
      balances: vi.fn(async (_account: string, [xrd]: string[]) => {
        const { amount, stateVersion } = await new Promise<any>((answer) => answers.push(answer));
        return { ledger: stateVersion === undefined ? undefined : { stateVersion }, amounts: new Map([[xrd, amount]]) };
      }),
    };
    const check = vi.fn((_now: number, _known: { balance?: bigint }) => ({ ok: true }));
    const parts: any = { desk: {}, ledger, limits: { check }, emit: () => {}, now: () => 0, wallNow: () => 0 };
    const upkeep = new Upkeep({ network: SIM.id, submit: true, account: `51${'00'.repeat(29)}` } as any, parts);
    const known = () => {
      upkeep.checkLimits(0n);
      return check.mock.lastCall![1].balance;
    };
    const read = async (amount: bigint, stateVersion?: number) => {
      const reading = upkeep.begin();
      await vi.waitFor(() => expect(answers).toHaveLength(1));
      answers.pop()!(stateVersion === undefined ? { amount } : { amount, stateVersion });
      await reading;
    };
    return { upkeep, known, read };
  }

  it('sinks at once with what was spent, and rises by a reading only', async () => {
    const { upkeep, known, read } = upkeepOf();
    upkeep.spent(-1n, 9);
    expect(known()).toBeUndefined();
    await read(100n, 10);
    expect(known()).toBe(100n);
    upkeep.spent(5n, 11);
    expect(known()).toBe(100n);
    upkeep.spent(-8n, 12);
    expect(known()).toBe(97n);
    // Of a Gateway that has seen the first of them.
    await read(105n, 11);
    expect(known()).toBe(97n);
    await read(97n, 12);
    expect(known()).toBe(97n);
    upkeep.spent(-1n, 13);
    await read(0n);
    expect(known()).toBe(0n);
  });

  it('reckons with however much was spent since', async () => {
    const { upkeep, known, read } = upkeepOf();
    await read(1_000n, 1);
    for (let n = 0; n < 300; n++) upkeep.spent(-1n, 2 + n);
    expect(known()).toBe(700n);
    await read(701n, 300);
    expect(known()).toBe(700n);
  });

  it('stops what comes next before it is read again', async () => {
    const { solver, push, followed, ledger, of, outcomes } = setUp({}, { minBalance: units(50) });
    solver.start();
    push();
    await vi.waitFor(() => expect(followed).toHaveLength(1), 5_000);
    ledger.balances.mockReturnValue(new Promise(() => {}));
    const { id, end } = followed[0]!;
    end({ type: 'committed-failure', details: details(id, units(-60), true), seenBy: ['a'] });
    await settle();
    push();
    await vi.waitFor(() => expect(outcomes()).toContain('declined min-balance'), 5_000);
    expect(of('limit-reached')).toMatchObject([{ limit: 'min-balance' }]);
  });

  it.each([
    ['max-fee', { maxFee: units(1) / 10n }],
    ['min-balance', { minBalance: units(1000) }],
  ])('count in a dry run as live, but stop nothing for good: %s', async (limit, limits) => {
    const { solver, push, outcomes, journal } = setUp({ submit: false }, limits);
    solver.start();
    await settle();
    push();
    await vi.waitFor(() => expect(outcomes()).toEqual([`declined ${limit}`]), 5_000);
    expect(journal.limitState(Date.now()).stops.size).toBe(0);
  });
});

describe('the desk', () => {
  it('keeps the order of what waits, and hands on what is no fault of the file', () => {
    const events: SolverEvent[] = [];
    const done: number[] = [];
    const journal: any = { isFull: true, writable: () => !journal.isFull, probe: () => !journal.isFull, fault: FULL };
    journal.countStray = () => done.push(99);
    journal.checkpointNow = () => {};
    const desk = new Desk(
      journal,
      (event) => void events.push(event),
      3,
      () => {},
    );
    const write = (n: number) => () => {
      if (journal.isFull) throw FULL;
      if (n === 2) throw new Error('a mistake');
      done.push(n);
    };
    for (const n of [1, 2, 3]) desk.write(write(n));
    desk.offer(write(4));
    desk.retry();
    expect([done, desk.open]).toEqual([[], false]);
    journal.isFull = false;
    expect(() => desk.retry()).toThrow('a mistake');
    desk.retry();
    expect(done).toEqual([1, 3, 99]);
    expect(() => desk.write(write(2))).toThrow('a mistake');
    expect(events).toMatchObject([{ writable: false, code: 'journal-full' }, { writable: true }]);
    journal.isFull = true;
    desk.write(write(5));
    journal.probe = () => true;
    desk.retry();
    expect(desk.open).toBe(false);
  });
});

describe('how it ends', () => {
  it('is what weighs most of the ends of the attempts', () => {
    const end = (...states: any[]) => endOfBundle(states.map((state) => ({ state }))).outcome;
    expect([end('dead', 'lost', 'committed-failure'), end('dead', 'rejected', 'lost')]).toEqual(['failed', 'lost']);
    expect([end('dead', 'rejected'), end('dead'), end()]).toEqual(['rejected', 'expired', 'expired']);
    expect(endOfBundle([{ state: 'lost' }]).reason!.message).toBe('finalized by another transaction');
  });

  it('costs what the ledger shows, of our own account and in XRD only', () => {
    const xrd = XRD_SIM;
    const whole = details('t', 5n);
    const other = { entity: accountOf(1), resource: xrd, change: 9n };
    const tokens = { entity: accountOf(800), resource: formatAddress(`5d${'00'.repeat(28)}01`, SIM), change: 9n };
    whole.balances.changes.push(other, tokens);
    whole.balances.fees.push({ type: 'FeeDistributed', entity: accountOf(800), resource: xrd, change: 1n });
    expect(chargedBy(whole, accountOf(800), xrd)).toEqual({ fee: FEE, xrdChange: 5n - FEE });
    expect(chargedBy(undefined, 'a', xrd)).toBeUndefined();
    expect(chargedBy({ ...whole, balances: undefined }, 'a', xrd)).toBeUndefined();
    expect(newsOf({ type: 'committed-failure', details: undefined, seenBy: [] }, undefined)).toBeUndefined();
  });
});
