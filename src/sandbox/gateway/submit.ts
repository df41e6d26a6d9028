import { SolverError } from '../../base/error.js';
import { readTransaction, type UserTransaction } from '../ledger/transaction.js';
import type { Call, Endpoint } from './call.js';
import { internalError, invalidRequest, refusedSubmission } from './error.js';

/** `/transaction/submit`, step by step as the server does it (docs/interfaces.md §1.1). 200 promises nothing. */
export const submit: Endpoint = async (call) => {
  const hex = call.body.string('notarized_transaction_hex');
  const transaction = read(hex, call);
  checkRootEpochs(transaction, call);
  return submitToNode(transaction, call);
};

const HEX = /^([0-9a-fA-F]{2})+$/;
const [V1, V2] = [3, 12];

function read(hex: string, { world }: Call): UserTransaction {
  if (!HEX.test(hex)) {
    throw invalidRequest('NotarizedTransactionHex', "'Notarized Transaction Hex' must be a non-empty hex string.");
  }
  if (hex.length < 6) throw internalError('ArgumentOutOfRangeException');
  const discriminator = Number.parseInt(hex.slice(4, 6), 16);
  if (discriminator === V1) {
    throw refusedSubmission('Invalid transaction: this sandbox executes transactions of version 2 only');
  }
  if (discriminator !== V2) {
    throw refusedSubmission(`Invalid transaction: unexpected payload prefix (discriminator ${discriminator})`);
  }
  try {
    return readTransaction(hex, world.network);
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    const where = error.path === '' ? '' : ` at ${error.path}`;
    throw refusedSubmission(`Invalid transaction: ${error.code}${where}: ${error.message}`);
  }
}

/** Of the root alone: subintents may be out of their epochs, the node will say so. */
function checkRootEpochs({ rootStartEpoch, rootEndEpoch }: UserTransaction, { view }: Call): void {
  const { epoch } = view.state;
  if (rootStartEpoch > epoch + 1) {
    throw refusedSubmission(`Transaction is not yet valid: valid from epoch ${rootStartEpoch}, now it is ${epoch}`);
  }
  if (rootEndEpoch <= epoch) {
    throw refusedSubmission(`Transaction is no longer valid: valid until epoch ${rootEndEpoch}, now it is ${epoch}`);
  }
}

async function submitToNode(transaction: UserTransaction, { pending, drop }: Call): Promise<{ duplicate: boolean }> {
  const known = pending.find(transaction.payloadId);
  if (known !== undefined) {
    if (known.payload === 'PermanentlyRejected') throw refusedSubmission(known.latestError ?? 'rejected');
    return { duplicate: true };
  }
  if (drop === 'forget') return { duplicate: false };
  const row = pending.add(transaction);
  if (drop === 'keep') {
    pending.pretend(row);
    return { duplicate: false };
  }
  const submitted = await pending.submit(row);
  if (submitted.type === 'rejected' && submitted.permanent) throw refusedSubmission(submitted.error);
  return { duplicate: false };
}
