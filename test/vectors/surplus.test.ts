import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAmount, units } from '../../src/base/amount.js';
import { PriceTable } from '../../src/settlement/price.js';
import { propose, type SettleContext } from '../../src/settlement/settle.js';
import { openFrame } from '../../src/solver/openFrame.js';
import { factsOf, parseRecording } from '../../src/solver/recording.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { SolverKey } from '../../src/transaction/solverKey.js';

/** The surplus of docs/economics.md §4: 0.654471 xUSDC that the seller gives and the buyer need not have. */

const lines = readFileSync('fixtures/vectors/settlement/frames.jsonl', 'utf8').trim().split('\n');
const record = parseRecording(lines.find((line) => (JSON.parse(line) as { scenario: string }).scenario === 'surplus')!);
const { orders } = openFrame(record.frame, { network: record.network, pinned: undefined }, []);
const { publicKey } = SolverKey.generate('Ed25519');
const account = preallocatedAccount(publicKey);
const OVER = parseAmount('0.654471');
const XUSDC = orders[0]!.limitOrder.sell.resource;

function quoteAt(price: string | undefined, hasVault = false) {
  const facts = factsOf(record, account);
  const context: SettleContext = {
    network: record.network,
    epoch: record.epoch,
    solver: { account, publicKey },
    facts: { holdsVault: (owner, of) => (owner === account && of === XUSDC ? hasVault : facts.holdsVault(owner, of)) },
    composition: 'cheapest',
    tipBasisPoints: 0,
    discriminator: 1n,
    prices: price === undefined ? undefined : PriceTable.of(new Map([[XUSDC, parseAmount(price)]])).at(0),
  };
  return propose(orders, context).quote;
}

describe('the surplus of the economics', () => {
  it('goes to the buyer without a price, and below what keeping it costs', () => {
    for (const price of [undefined, '0.000000000000000001', '0.1']) {
      expect(quoteAt(price)).toMatchObject({ surplus: [], surplusValue: 0n, feeKnown: true });
    }
    // What the engine charged for it.
    expect(quoteAt(undefined).networkFee).toBe(parseAmount('0.9652113294'));
  });

  it('is kept above that, which is more where a vault has to be made', () => {
    const [withVault, without] = [quoteAt('1', true), quoteAt('1', false)];
    for (const quote of [withVault, without]) {
      expect(quote).toMatchObject({ surplus: [{ resource: XUSDC, amount: OVER }], surplusValue: OVER });
    }
    const passed = quoteAt(undefined).networkFee;
    const [cost, costOfNew] = [withVault.networkFee - passed, without.networkFee - passed];
    expect(costOfNew).toBeGreaterThan(cost);
    expect(costOfNew).toBeLessThan(parseAmount('0.11'));
    // A price between the two: kept only by the one that has a vault.
    const between = `0.${((((cost + costOfNew) / 2n) * units(1)) / OVER).toString().padStart(18, '0')}`;
    expect(quoteAt(between, true).surplus).toHaveLength(1);
    expect(quoteAt(between, false).surplus).toEqual([]);
  });
});
