import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { PlanDecision, WaitingBundle } from '../../src/settlement/planner/model.js';
import { BEST, type Policy } from '../../src/settlement/policy.js';
import { SeenBundles } from '../../src/solver/seenBundles.js';
import { Spent } from '../../src/solver/spent.js';
import { Agenda } from '../../src/study/stream/agenda.js';
import { type Arrival, isDead, readArrival } from '../../src/study/stream/arrival.js';
import { WaitingRoom } from '../../src/study/stream/waiting.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { ed25519Key } from '../support/build.js';
import { makePair, token } from '../support/bundles.js';
import { readOrder } from '../support/waiting.js';
import { CAME, recordedLine, recordings } from './recordings.js';

const { publicKey } = ed25519Key(1);
const solver = { account: preallocatedAccount(publicKey), publicKey };

const [recording] = recordings([recordedLine(1)]);
const read = readArrival(recording!, 0, new SeenBundles());
if (isDead(read)) throw new Error(read.reason.message);
const original: Arrival = read;

/** A pair under a name; the same whenever it comes. */
function arrivalOf(id: string, after: number, changes: Partial<Arrival> = {}): Arrival {
  const seed = Number.parseInt(id, 36);
  const orders = makePair(token(1), token(2), units(1), units(2), seed).map((order) => readOrder(order));
  return { ...original, bundle: { ...original.bundle, id, orders }, receivedAt: CAME + after, ...changes };
}

function room(policy: Partial<Policy>, haste = 0) {
  const agenda = new Agenda();
  const plans: { ids: string[]; now: number }[] = [];
  const expired: string[] = [];
  let asked: readonly WaitingBundle[] = [];
  const waiting = new WaitingRoom<Arrival>(agenda, {
    ...{ policy: { ...BEST, ...policy }, solver, haste },
    plan: (bundles) => {
      asked = bundles;
      const reason = { code: 'x', message: 'x' };
      return bundles.map(
        (bundle): PlanDecision => ({ type: 'end', bundle, outcome: 'unmatched', reason, considered: [] }),
      );
    },
    onDecision: (_, [member], now) => {
      if (member!.bundle.id === asked[0]!.id) plans.push({ ids: asked.map(({ id }) => id), now: now - CAME });
    },
    onExpired: ({ bundle }) => expired.push(bundle.id),
  });
  const arrive = (id: string, after: number, changes?: Partial<Arrival>): void => {
    agenda.doBefore(CAME + after);
    waiting.arrive(arrivalOf(id, after, changes), CAME + after);
  };
  const finish = (): void => agenda.doBefore(Number.POSITIVE_INFINITY);
  return { arrive, finish, plans, expired, waiting };
}

describe('agenda', () => {
  it('does everything in its time, also what comes up meanwhile', () => {
    const agenda = new Agenda();
    const done: string[] = [];
    agenda.put(5, () => done.push('b'));
    agenda.put(3, (now) => {
      done.push('a');
      agenda.put(now + 1, () => done.push('a+1'));
    });
    agenda.put(5, () => done.push('c'));
    agenda.doBefore(5);
    expect(done).toEqual(['a', 'a+1']);
    agenda.doBefore(6);
    expect(done).toEqual(['a', 'a+1', 'b', 'c']);
  });
});

describe('waiting room', () => {
  it('plans those of one moment together', () => {
    const { arrive, finish, plans } = room({});
    arrive('a', 0);
    arrive('b', 0);
    arrive('c', 1);
    finish();
    expect(plans).toEqual([
      { ids: ['a', 'b'], now: 0 },
      { ids: ['c'], now: 1 },
    ]);
  });

  it('opens a window with the first, and another with the next', () => {
    const { arrive, finish, plans } = room({ mergeWindow: 100 });
    arrive('a', 0);
    arrive('b', 60);
    arrive('c', 150);
    arrive('d', 170);
    finish();
    // What was put down for b at 160 does not end the window of c.
    expect(plans).toEqual([
      { ids: ['a', 'b'], now: 100 },
      { ids: ['c', 'd'], now: 250 },
    ]);
  });

  it('waits no longer than the tightest expiry allows, and ends what is over', () => {
    const { arrive, finish, plans, expired, waiting } = room({ mergeWindow: 1000 }, 200);
    arrive('a', 0, { deadline: CAME + 700 });
    arrive('b', 100, { deadline: CAME + 600 });
    finish();
    expect(plans).toEqual([{ ids: ['a', 'b'], now: 400 }]);
    waiting.comeBack([], CAME);
    waiting.comeBack([arrivalOf('a', 0, { deadline: CAME + 700 }), arrivalOf('c', 0)], CAME + 800);
    finish();
    expect(expired).toEqual(['a']);
    expect(plans[1]).toEqual({ ids: ['c'], now: 800 });
  });

  it('holds only so many', () => {
    const { arrive, finish, plans } = room({ mergeWindow: 1000 });
    for (let at = 0; at < 300; at++) arrive(`${at}`, 0);
    finish();
    // As many as fit into four roots.
    expect(plans.map(({ ids }) => ids.length)).toEqual([...Array(9).fill(32), 12]);
    expect(plans.map(({ now }) => now)).toEqual([...Array(9).fill(0), 1000]);
  });
});

it('remembers subintents that are used up', () => {
  const spent = new Spent();
  const { orders } = original.bundle;
  expect(spent.holdsAny(orders)).toBe(false);
  spent.add(orders.slice(1));
  expect(spent.holdsAny(orders)).toBe(true);
  expect(spent.holdsAny(orders.slice(0, 1))).toBe(false);
});
