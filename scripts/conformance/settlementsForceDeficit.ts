import type { NodeId } from '../../src/sbor/custom.js';
import { rootInstructions } from '../../src/settlement/compose/manifest.js';
import type { Plan, Step } from '../../src/settlement/compose/plan.js';
import { attachSignatures, rootFrame } from '../../src/settlement/compose/transaction.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { checked, hexOf } from './settlementsAssemble.js';
import type { Bundle } from './settlementsCase.js';
import { type Forced, LOCKED } from './settlementsForce.js';
import { EPOCH, NETWORK, type World } from './world.js';

const TRIES = 3;

/** Settles a bundle that cannot be settled, with what there is: by the documented recipe, and in random orders of calls. */
export function forceDeficit(world: World, chance: Chance, bundle: Bundle): Forced[] {
  return Array.from({ length: TRIES }, (_, at) => {
    const plan = forcedPlan(chance, bundle, at > 0);
    const { account, key } = bundle.solver;
    const root = {
      network: NETWORK,
      startEpoch: BigInt(EPOCH),
      endEpoch: BigInt(EPOCH + 2),
      tipBasisPoints: 0,
      discriminator: bundle.discriminator + BigInt(at),
      notary: key.publicKey,
    };
    const list = rootInstructions(plan, account, { beforeStep: 0, amount: LOCKED });
    const signed = attachSignatures(rootFrame(bundle.orders, root)(list), bundle.orders);
    return { label: `deficit ${at}`, hex: hexOf(signed, bundle), outcome: checked(world, signed, bundle), bundle };
  });
}

function forcedPlan(chance: Chance, { orders }: Bundle, shuffled: boolean): Plan {
  const worktop = new Map<NodeId, bigint>();
  const steps: Step[] = [];
  const delivered = orders.map(() => 0n);
  const calls = orders.map(() => 0);
  let takes = 0;
  const call = (child: number): void => {
    const { need, calls: script } = orders[child]!.script;
    const number = calls[child]!++;
    const lying = worktop.get(need.resource) ?? 0n;
    let pass: Extract<Step, { type: 'yield' }>['pass'] = 'nothing';
    if (number >= need.from && number <= need.by && delivered[child]! < need.atLeast && lying > 0n) {
      const due = need.atLeast - delivered[child]!;
      const amount = lying < due ? lying : due;
      steps.push({ type: 'take', resource: need.resource, amount: amount === lying ? 'all' : amount, bucket: takes });
      pass = takes++;
      delivered[child]! += amount;
      if (amount === lying) worktop.delete(need.resource);
      else worktop.set(need.resource, lying - amount);
    }
    steps.push({ type: 'yield', child, pass });
    for (const give of script[number]!) {
      const amount = give.amount + (give.delivered ? delivered[child]! : 0n);
      if (amount > 0n) worktop.set(give.resource, (worktop.get(give.resource) ?? 0n) + amount);
    }
  };
  const left = () => orders.flatMap(({ script }, child) => (calls[child]! < script.calls.length ? [child] : []));
  if (!shuffled)
    for (const [child, { script }] of orders.entries()) for (let i = 0; i < script.need.by; i++) call(child);
  for (let open = left(); open.length > 0; open = left()) call(shuffled ? chance.pick(open) : open[0]!);
  return { steps, left: worktop, takes };
}
