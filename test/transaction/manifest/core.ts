import { keep } from '../../../src/sbor/codec.js';
import { type Instruction, instructions } from '../../../src/transaction/instruction.js';
import { message } from '../../../src/transaction/message.js';
import { type IntentCore, intentHeader } from '../../../src/transaction/model.js';

/** An intent core around a list of instructions. */
export function coreOf(list: readonly Instruction[], children: readonly Uint8Array[] = []): IntentCore {
  return {
    header: keep(intentHeader, {
      networkId: 242,
      startEpochInclusive: 1n,
      endEpochExclusive: 2n,
      minProposerTimestampInclusive: undefined,
      maxProposerTimestampExclusive: undefined,
      intentDiscriminator: 0n,
    }),
    blobs: [],
    message: keep(message, { type: 'None' }),
    children,
    instructions: keep(instructions, list),
  };
}
