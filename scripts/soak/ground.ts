import { setTimeout as sleep } from 'node:timers/promises';

import { audit } from './audit.js';
import { type Bundle, type Cargo, load } from './cargo.js';
import { watch } from './ledgerWatch.js';
import { type FromGround, type GroundOptions, type ToGround, warmUpOf } from './protocol.js';
import { type Ground, openGround } from './world.js';

/**
 * Ledger, Gateway and stream in a process apart from the solver's, so that they take none of its event loop. Frames are
 * made beforehand. It is told what to do by its parent, and ends with it.
 */
const options = JSON.parse(process.argv[2]!) as GroundOptions;
const tell = (message: FromGround) => process.send!(message);
process.on('disconnect', () => process.exit());

const world = await openGround(options);
const cargo = await load(options, (bundles) => tell({ type: 'built', bundles }));
const before = await world.balances();
const seen = watch(world.sandbox.world.ledger);
tell({ type: 'ready', stream: world.stream.url, gateway: world.gateways[0]!.url });

process.on('message', (message: ToGround) => {
  if (message.type === 'push') return void push(world, cargo);
  void audit({ world, cargo, before, seen }, message.journal).then((audit) => tell({ type: 'audited', audit }));
});

/** One frame at a time, at an even pace that does not drift, slower while the solver is warming up. */
async function push({ stream }: Ground, { bundles, copyEvery }: Cargo): Promise<void> {
  let at = performance.now();
  let frames = 0;
  const send = async ({ frame, wrapperIds }: Bundle) => {
    const wait = at - performance.now();
    if (wait > 0) await sleep(wait);
    at += 1000 / (frames < warmUpOf(options) ? options.rate / 5 : options.rate);
    seen.pushed(wrapperIds[0]!);
    stream.push(frame);
    frames += 1;
    if (frames % 100 === 0) tell({ type: 'pushed', frames });
  };
  for (const [n, bundle] of bundles.entries()) {
    await send(bundle);
    if (copyEvery !== undefined && (n + 1) % copyEvery === 0) await send(bundle);
  }
  tell({ type: 'all-pushed', frames });
}
