import type { Endpoint } from './call.js';
import { payingVaults } from './committed.js';
import { invalidRequest } from './error.js';
import { previewReceipt, toolkitReceipt } from './receipt.js';

const HEX = /^([0-9a-fA-F]{2})+$/;

/**
 * `/transaction/preview-v2` (docs/interfaces.md §1.1): against the ledger as it is now, whatever the Gateway shows. The
 * receipt must be asked for; skipping the epoch check has no effect.
 */
export const previewV2: Endpoint = async ({ body, world }) => {
  const transaction = body.object('preview_transaction');
  transaction.oneOf('type', ['Compiled']);
  const hex = transaction.string('preview_transaction_hex');
  if (!HEX.test(hex)) throw invalidRequest('PreviewTransactionHex', 'must be a non-empty hex string.');
  const flags = body.object('flags');
  const wants = body.optionalObject('opt_ins');
  flags.bool('skip_epoch_check', false);
  const receipt = await world.ledger.preview(hex, {
    useFreeCredit: flags.bool('use_free_credit', false),
    assumeAllSignatureProofs: flags.bool('assume_all_signature_proofs', false),
    disableAuthChecks: flags.bool('disable_auth_checks', false),
  });
  if (receipt.status === 'Invalid') throw invalidRequest('?', `Validation Error: ${receipt.error}`);
  const payers = await payingVaults(receipt.feePayments ?? {}, world.ledger, world.network);
  return {
    at_ledger_state_version: world.state.stateVersion,
    receipt: wants?.bool('core_api_receipt', false) ? previewReceipt(receipt, payers, world.network) : undefined,
    radix_engine_toolkit_receipt: wants?.bool('radix_engine_toolkit_receipt', false)
      ? toolkitReceipt(receipt)
      : undefined,
  };
};
