import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Engine } from '../../src/sandbox/engine/engine.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { Features } from '../../src/settlement/fee/features.js';
import { XRD } from '../../src/transaction/address.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { Chance } from '../../test/support/randomBundles.js';
import { feeCase, unlessRefused } from './fees.js';
import { readCase, type Settled, settle } from './settlementsCase.js';
import { SHAPES } from './settlementsShapes.js';
import { openWorld, type World } from './world.js';

/**
 * Records settlements executed on the official engine for test/settlement/engineFees.test.ts: `npx tsx
 * scripts/conformance/fees-record.ts`. The same seed and the same composer make the same files.
 */
const SEED = 20_261_122;
/** Every shape once, and as many random bundles. */
const ROUND = 2 * Object.keys(SHAPES).length;
const COUNT = 4 * ROUND;
/** Large bundles are long; a few are enough. */
const SMALL = 4;
const LARGE_EVERY = 24;
const FOLDER = new URL('../../fixtures/engine/', import.meta.url);

const engine = await Engine.start(await engineBinary(process.env));
const parts: Record<'calibration' | 'held-back', string[]> = { calibration: [], 'held-back': [] };
try {
  const world = await openWorld(engine);
  for (let index = 0; index < COUNT; index++) {
    const made = feeCase(world, new Chance(SEED + index), index, index % LARGE_EVERY === 1 ? 16 : SMALL);
    // Every shape comes up about four times: twice each way.
    const composition = Math.floor(index / ROUND) % 2 === 0 ? 'cheapest' : 'template';
    const settled = unlessRefused(() => settle(world, readCase(made.case), composition));
    if (settled === undefined || (settled.hex.length > 40_000 && index % 2 === 0 && index >= ROUND)) continue;
    const line = await record(world, settled, made.row);
    // By the wrappers alone: whatever composer and fee model become, no settlement changes sides.
    const hash = createHash('sha256');
    for (const { wrapper } of settled.bundle.orders) hash.update(subintentHash(wrapper));
    const half = hash.digest()[0]! & 1;
    parts[half === 0 ? 'calibration' : 'held-back'].push(line);
  }
} finally {
  await engine.close();
}
mkdirSync(FOLDER, { recursive: true });
for (const [name, lines] of Object.entries(parts)) {
  writeFileSync(new URL(`${name}.jsonl`, FOLDER), `${lines.join('\n')}\n`);
  console.log(`${name}: ${lines.length}`);
}

async function record(world: World, settled: Settled, row: string): Promise<string> {
  const { bundle, composition, hex } = settled;
  const { status, error, fee, costBreakdown } = await world.judge.execute(hex, { costBreakdown: true });
  if (status !== 'CommittedSuccess' || fee === null) throw new Error(`${row}: ${status} ${error}`);
  const { archiveBytes, stateBytes } = costBreakdown!.storage;
  return JSON.stringify({
    shape: row === 'random' ? `random ${bundle.shape}` : row,
    composition,
    missingVaults: missingVaults(world, settled),
    owners: ownersOf(world, settled),
    features: featuresOf(world, settled),
    fee: { ...fee, archiveBytes, stateBytes },
    transaction: hex,
  });
}

function accountsOf({ bundle }: Settled): NodeId[] {
  const users = bundle.orders.map((each) => each.limitOrder.account);
  return [...new Set([bundle.solver.account, ...users])];
}

/** Of the accounts that take part and the resources of the bundle, the pairs without a vault; all others have one. */
function missingVaults(world: World, settled: Settled): Record<NodeId, NodeId[]> {
  const { orders, items } = settled.bundle;
  const resources = new Set([XRD, ...orders.flatMap(({ limitOrder: { sell, buy } }) => [sell.resource, buy.resource])]);
  const anthic = world.of('anthic').filter((party) => items.some(({ wrapper }) => wrapper.anthic === party.key));
  const missing: Record<NodeId, NodeId[]> = {};
  for (const account of [...accountsOf(settled), ...anthic.map((party) => party.account)]) {
    const lacks = [...resources].filter((resource) => world.balance(account, resource) === undefined);
    if (lacks.length > 0) missing[account] = lacks;
  }
  return missing;
}

/** What its resources are like, those of the prefixes' badges included. */
function featuresOf(world: World, settled: Settled): Record<NodeId, Features> {
  const { orders } = settled.bundle;
  const badges = accountsOf(settled).flatMap((account) => world.partyOf(account).badge ?? []);
  const traded = orders.flatMap(({ limitOrder: { sell, buy } }) => [sell.resource, buy.resource]);
  const features: Record<NodeId, Features> = {};
  for (const resource of [...traded, ...badges]) {
    const known = world.facts.features?.(resource);
    if (known !== undefined) features[resource] = known;
  }
  return features;
}

/** The keys that own the accounts which a key does not own by its address. */
function ownersOf(world: World, settled: Settled): Record<NodeId, string> {
  const created = accountsOf(settled).filter((account) => world.partyOf(account).created);
  return Object.fromEntries(
    created.map((account) => [account, Buffer.from(world.partyOf(account).key.publicKey.key).toString('hex')]),
  );
}
