import type { Instruction } from '../../src/transaction/instruction.js';
import { callMethod } from '../../test/support/build.js';
import { address, decimal } from '../../test/support/bundles.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { PREFIX } from './settlementsParts.js';
import type { Party, World } from './world.js';

/** What one may do with proofs in front of an order, at random: some of it cannot be done, and both sides must see which. */
export function randomProofs(world: World, chance: Chance, party: Party, sold: string): Instruction[] {
  const unit = world.unit(sold);
  const list: Instruction[] = [...PREFIX.proof(party, sold, unit * 3n)];
  if (chance.often(0.5)) list.push(...PREFIX.proof(party, sold, unit * 5n));
  if (party.badge !== undefined && chance.often(0.5)) list.push(...PREFIX.badge(party));
  const holdsBucket = chance.often(0.5);
  if (holdsBucket) {
    list.push(callMethod(party.account, 'withdraw', address(sold), decimal(unit * 4n)));
    list.push({ type: 'TAKE_FROM_WORKTOP', resource: sold, amount: unit * 4n });
  }
  // Proofs are numbered as they are made, whatever made them.
  let proofs = 0;
  const make = (instruction: Instruction): Instruction => {
    proofs++;
    return instruction;
  };
  const some = () => chance.below(Math.max(1, proofs));
  const amount = () => unit * BigInt(chance.below(10));
  const moves: (() => Instruction)[] = [
    () => make({ type: 'POP_FROM_AUTH_ZONE' }),
    () => make({ type: 'POP_FROM_AUTH_ZONE' }),
    () => ({ type: 'PUSH_TO_AUTH_ZONE', proof: some() }),
    () => make({ type: 'CLONE_PROOF', proof: some() }),
    () => ({ type: 'DROP_PROOF', proof: some() }),
    () => ({ type: chance.pick(['DROP_NAMED_PROOFS', 'DROP_AUTH_ZONE_REGULAR_PROOFS'] as const) }),
    () => ({
      type: chance.pick(['DROP_ALL_PROOFS', 'DROP_AUTH_ZONE_PROOFS', 'DROP_AUTH_ZONE_SIGNATURE_PROOFS'] as const),
    }),
    () => make({ type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: sold, amount: amount() }),
    () => make({ type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: sold, amount: amount() }),
    () => make({ type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: party.badge ?? sold }),
    () =>
      make({
        type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES',
        resource: party.badge ?? sold,
        ids: [chance.often(0.5) ? '#1#' : '#2#'],
      }),
  ];
  if (holdsBucket) {
    moves.push(() => make({ type: 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT', bucket: 0, amount: amount() }));
    moves.push(() => make({ type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket: 0 }));
  }
  for (let i = chance.below(6); i > 0; i--) list.push(chance.pick(moves)());
  if (holdsBucket) {
    if (chance.often(0.6)) list.push({ type: 'DROP_NAMED_PROOFS' });
    list.push({ type: 'RETURN_TO_WORKTOP', bucket: 0 });
  }
  return list;
}
