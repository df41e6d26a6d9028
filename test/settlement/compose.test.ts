import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWrappedOrder, verifyWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import type { WrapperScript } from '../../src/anthic/wrapper.js';
import { units } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import { leastTakes } from '../../src/settlement/compose/bound.js';
import type { Composition } from '../../src/settlement/compose/choose.js';
import { rootInstructions } from '../../src/settlement/compose/manifest.js';
import { type Plan, planTemplate, planYields, STRATEGIES } from '../../src/settlement/compose/plan.js';
import { rootFrame } from '../../src/settlement/compose/transaction.js';
import { UnmatchedError } from '../../src/settlement/error.js';
import { propose, type SettleContext, type SettledOrder } from '../../src/settlement/settle.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { NOTARY, SIMULATOR, XRD } from '../support/build.js';
import { itemHex, makeItem, token } from '../support/bundles.js';
import { Chance, type RandomItem, randomBundle } from '../support/randomBundles.js';

const ACCOUNT = preallocatedAccount(NOTARY.publicKey);
const [A, B, C] = [token(1), token(2), token(3)];

function settled(items: readonly RandomItem[]): SettledOrder[] {
  return items.map(({ order, wrapper }) => {
    const item = readWrappedOrder(fromHex(itemHex(makeItem(order, wrapper))));
    return { ...item, ...verifyWrappedOrder(item, SIMULATOR, undefined) };
  });
}

function contextOf(composition: Composition): SettleContext {
  return {
    network: SIMULATOR,
    epoch: 1n,
    solver: { account: ACCOUNT, publicKey: NOTARY.publicKey },
    facts: { holdsVault: () => true },
    composition,
    tipBasisPoints: 0,
    discriminator: 1n,
  };
}

/** A wrapper of the usual shape: sells with its first call, pays with its second. */
function script(sell: [string, bigint], buy: [string, bigint, exact?: boolean], reward = units(1) / 2n): WrapperScript {
  const [resource, atLeast, exact] = buy;
  return {
    calls: [
      [{ resource: sell[0], amount: sell[1], delivered: false }],
      reward === 0n ? [] : [{ resource: XRD, amount: reward, delivered: false }],
    ],
    need: { resource, atLeast, atMost: exact ? atLeast : undefined, from: 0, by: 1 },
    reward,
  };
}

/** Steps in short: `1E` calls child 1 with the entire worktop, `T` takes, `2b0` hands over bucket 0. */
function inShort(plan: Plan | undefined): string {
  const pass = (how: 'nothing' | 'worktop' | number) => (how === 'nothing' ? '' : how === 'worktop' ? 'E' : `b${how}`);
  return plan!.steps
    .map((step) => (step.type === 'yield' ? step.child + pass(step.pass) : step.amount === 'all' ? 'T*' : 'T'))
    .join(' ');
}

const none = new Map();
const inTurn = (scripts: readonly WrapperScript[]) => scripts.map((_, index) => index);
const planned = (scripts: readonly WrapperScript[], passable: ReadonlyMap<string, bigint>) =>
  STRATEGIES.map((strategy) => planYields(scripts, inTurn(scripts), passable, strategy))
    .filter((plan) => plan !== undefined)
    .sort((a, b) => a.takes - b.takes)[0];

describe('planYields', () => {
  it('chains a pair without a take', () => {
    const plan = planned([script([A, 10n], [B, 7n]), script([B, 7n], [A, 10n])], none);
    expect(inShort(plan)).toBe('0 1E 0E 1');
    expect(plan!.left).toEqual(new Map([[XRD, units(1)]]));
  });

  it('chains a ring', () => {
    const ring = [script([A, 10n], [C, 5n]), script([B, 7n], [A, 10n]), script([C, 5n], [B, 7n])];
    expect(inShort(planned(ring, none))).toBe('0 1E 2E 0E 1 2');
  });

  it('takes once less than there are makers', () => {
    const taker = script([A, 10n], [B, 6n]);
    const makers = [1n, 2n, 3n].map((part) => script([B, part], [A, part + 1n]));
    const plan = planned(
      [{ ...taker, calls: [[{ resource: A, amount: 9n, delivered: false }], taker.calls[1]!] }, ...makers],
      none,
    );
    expect(plan!.takes).toBe(2);
  });

  it('passes one pair on to the next where the same tokens are traded', () => {
    const pairs = [0, 1, 2].flatMap(() => [script([A, 10n], [B, 7n]), script([B, 7n], [A, 10n])]);
    expect(inShort(planned(pairs, none))).toBe('0 1E 2E 3E 4E 5E 0E 1 2 3 4 5');
  });

  it('takes once between two pairs of different tokens', () => {
    const other = [script([C, 10n], [token(4), 7n]), script([token(4), 7n], [C, 10n])];
    const plan = planned([script([A, 10n], [B, 7n]), script([B, 7n], [A, 10n]), ...other], none);
    expect(plan!.takes).toBe(1);
  });

  it('gives a surplus away only where it may', () => {
    const orders = [script([A, 12n], [B, 7n]), script([B, 7n], [A, 10n])];
    expect(inShort(planned(orders, new Map([[A, 2n]])))).toBe('0 1E 0E 1');
    const kept = planned(orders, none);
    expect(kept!.takes).toBeGreaterThan(0);
    expect(kept!.left.get(A)).toBe(2n);
    const exact = [script([A, 12n], [B, 7n]), script([B, 7n], [A, 10n, true])];
    expect(planned(exact, new Map([[A, 2n]]))!.left.get(A)).toBe(2n);
  });

  it('keeps rewards apart from XRD that is traded', () => {
    const orders = [script([XRD, 12n], [B, 7n]), script([B, 7n], [XRD, 10n])];
    expect(planned(orders, none)!.left).toEqual(new Map([[XRD, units(1) + 2n]]));
  });

  it('copes with a reward that comes with the first call', () => {
    const early = (sell: [string, bigint], buy: [string, bigint]): WrapperScript => {
      const [first, second] = script(sell, buy).calls as [WrapperScript['calls'][0], WrapperScript['calls'][0]];
      return { ...script(sell, buy), calls: [[...first, ...second], []] };
    };
    const plan = planned([early([A, 10n], [B, 7n]), early([B, 7n], [A, 10n])], none);
    expect(plan!.left).toEqual(new Map([[XRD, units(1)]]));
  });

  it('finds no order of calls where none works', () => {
    // Each wants its purchase with its very first call.
    const eager = (each: WrapperScript): WrapperScript => ({ ...each, need: { ...each.need, by: 0 } });
    const orders = [eager(script([A, 10n], [B, 7n])), eager(script([B, 7n], [A, 10n]))];
    expect(planned(orders, none)).toBeUndefined();
    expect(planTemplate(orders)).toBeUndefined();
  });
});

describe('the least number of takes', () => {
  const pairOf = (n: number) => [
    script([token(2 * n), 5n], [token(2 * n + 1), 7n]),
    script([token(2 * n + 1), 7n], [token(2 * n), 5n]),
  ];

  it('is one for each trade behind the first, and is reached', () => {
    const trades = [1, 2, 3].flatMap(pairOf);
    expect(leastTakes(trades)).toBe(2);
    const takes = STRATEGIES.map((strategy) => planYields(trades, [0, 1, 2, 3, 4, 5], new Map(), strategy)!.takes);
    expect(Math.min(...takes)).toBe(2);
  });

  it('is not known of what pays with another call, or pays nothing, or in what another wants', () => {
    const [first, second] = pairOf(1);
    const quiet = script([token(4), 5n], [token(5), 7n], 0n);
    const wanting = script([token(4), 5n], [XRD, 7n]);
    const late = { ...second!, need: { ...second!.need, by: 0 } };
    for (const odd of [quiet, wanting, late]) expect(leastTakes([first!, second!, odd])).toBe(0);
  });

  it('is no more than any plan needs', () => {
    const bundles = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(bundles, fc.constantFrom(...STRATEGIES), fc.nat(), (seeds, strategy, order) => {
        const chance = new Chance(order);
        const scripts = seeds.flatMap((seed, n) => {
          const tokens = chance.often(0.7) ? [4 * n + 1, 4 * n + 2, 4 * n + 3, 4 * n + 4].map(token) : undefined;
          const bundle = randomBundle(new Chance(seed), { maxItems: 4, ...(tokens && { tokens }) });
          return settled(bundle.items).map((each) => each.script);
        });
        const sequence = chance.shuffle(scripts.map((_, index) => index));
        const plan = planYields(scripts, sequence, new Map(), strategy);
        expect(plan?.takes ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(leastTakes(scripts));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the composer against the independent checker', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

  it('what it composes holds, to the atto, and it composes whatever balances', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom<Composition>('cheapest', 'template'), (seed, composition) => {
        const bundle = randomBundle(new Chance(seed));
        // The proposal is simulated, and the simulation's gains are compared with the plan's, inside `propose`.
        const { quote, execution } = propose(settled(bundle.items), contextOf(composition));
        const xrd = execution.changes.get(ACCOUNT)?.get(XRD) ?? 0n;
        expect(quote.profit).toBe(xrd - quote.networkFee);
        expect(quote.reward).toBe(bundle.items.reduce((sum, item) => sum + (item.wrapper.reward ?? 0n), 0n));
      }),
      { numRuns: 300 },
    );
  });

  it('what it refuses for a deficit fails when it is forced', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const bundle = randomBundle(new Chance(seed), { deficit: 1, maxItems: 6 });
        // A lack of XRD is another matter: the rewards could cover it, at the solver's cost.
        fc.pre(bundle.deficits.size > 0 && !bundle.deficits.has(XRD));
        const orders = settled(bundle.items);
        expect(() => propose(orders, contextOf('cheapest'))).toThrow(
          expect.objectContaining({ constructor: UnmatchedError, code: 'deficit' }),
        );
        // Call everyone, hand over what is there, and see an assertion fail.
        const calls = orders.map((_, child) => ({ type: 'yield', child, pass: 'nothing' }) as const);
        const rest = orders.flatMap((order, child) => [
          { type: 'take', resource: order.script.need.resource, amount: 'all', bucket: child } as const,
          { type: 'yield', child, pass: child } as const,
        ]);
        const forced: Plan = { steps: [...calls, ...rest], left: new Map([[XRD, 1n]]), takes: orders.length };
        const root = {
          network: SIMULATOR,
          startEpoch: 1n,
          endEpoch: 3n,
          tipBasisPoints: 0,
          discriminator: 1n,
          notary: NOTARY.publicKey,
        };
        const intent = rootFrame(orders, root)(rootInstructions(forced, ACCOUNT, { beforeStep: 0, amount: units(1) }));
        const signers = [[NOTARY.publicKey], ...orders.flatMap((each) => [each.signers.wrapper, each.signers.order])];
        expect(() => simulate(intent, { signers })).toThrow();
      }),
      { numRuns: 100 },
    );
  });

  it('never costs more than the documented recipe', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const orders = settled(randomBundle(new Chance(seed)).items);
        const [cheapest, template] = (['cheapest', 'template'] as const).map((each) =>
          propose(orders, contextOf(each)),
        );
        expect(cheapest!.quote.profit).toBeGreaterThanOrEqual(template!.quote.profit);
      }),
      { numRuns: 100 },
    );
  });
});
