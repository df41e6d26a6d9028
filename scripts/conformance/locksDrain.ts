import { units } from '../../src/base/amount.js';
import { toHex } from '../../src/base/bytes.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { isFungible } from '../../src/transaction/address.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import { callMethod, FAUCET, makeNotarized } from '../../test/support/build.js';
import { address, decimal, ENTIRE_WORKTOP } from '../../test/support/bundles.js';
import { EPOCH, NETWORK, type Party, type World } from './world.js';

/** The transaction in which an account gives all it has away. */
export function drain(world: World, { key, account }: Party, holdings: ReadonlyMap<NodeId, bigint>): string {
  const owned = [...holdings].filter(([resource, amount]) => amount > 0n && isFungible(resource));
  const instructions: Instruction[] = [
    callMethod(FAUCET, 'lock_fee', decimal(units(50))),
    ...owned.map(([resource, amount]) => callMethod(account, 'withdraw', address(resource), decimal(amount))),
    callMethod(world.of('sink')[0]!.account, 'try_deposit_batch_or_abort', ENTIRE_WORKTOP, {
      kind: 'Enum',
      discriminator: 0,
      fields: [],
    }),
  ];
  const notarized = makeNotarized({
    network: NETWORK,
    startEpoch: BigInt(EPOCH),
    endEpoch: BigInt(EPOCH + 2),
    instructions,
    notary: key,
    notaryIsSignatory: true,
  });
  return toHex(encodeTransaction('NotarizedTransactionV2', notarized));
}
