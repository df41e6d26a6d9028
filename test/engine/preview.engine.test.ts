import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, units } from '../../src/base/amount.js';
import { toHex } from '../../src/base/bytes.js';
import { COSTING, costingParameters } from '../../src/sandbox/gateway/receipt.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import { callMethod, FAUCET, makePreview } from '../support/build.js';
import { decimal } from '../support/bundles.js';
import { startSandbox } from '../support/engine.js';
import { post, refusal, type Sdk, sdk } from '../support/gateway.js';

let sandbox: Sandbox;
let gateway: Sdk;

beforeEach(async () => {
  sandbox = await startSandbox();
  gateway = sdk(sandbox.gateway.url);
});

afterEach(() => sandbox.close());

describe('a preview', () => {
  const hexOf = (options: Parameters<typeof makePreview>[0]) =>
    toHex(encodeTransaction('PreviewTransactionV2', makePreview({ startEpoch: 1000n, endEpoch: 1010n, ...options })));
  const lockFee = callMethod(FAUCET, 'lock_fee', decimal(units(10)));

  it('says what a transaction would cost and do', async () => {
    const preview = hexOf({ instructions: [lockFee], tipBasisPoints: 150 });
    const answer = await gateway.preview(preview, {}, { core_api_receipt: true, radix_engine_toolkit_receipt: true });
    const receipt: any = answer.receipt;
    expect(receipt.status).toBe('Succeeded');
    expect(receipt.costing_parameters).toEqual(costingParameters(COSTING, '0.015'));
    expect(receipt.costing_parameters).toMatchObject({ tip_percentage: 1, tip_proportion: '0.015' });
    const { fee_summary, fee_source, fee_destination } = receipt;
    const total = Object.entries(fee_summary as Record<string, string>)
      .filter(([name]) => name.startsWith('xrd_total'))
      .reduce((sum, [, amount]) => sum + parseAmount(amount), 0n);
    expect(fee_source.from_vaults[0].xrd_amount).toBe(formatAmount(total));
    const { to_proposer, to_validator_set, to_burn } = fee_destination;
    expect(parseAmount(to_proposer) + parseAmount(to_validator_set) + parseAmount(to_burn)).toBe(total);
    const lock = receipt.events.find((each: any) => each.type.name === 'LockFeeEvent');
    expect(lock.data.programmatic_json).toEqual({ kind: 'Tuple', fields: [{ kind: 'Decimal', value: '10' }] });
    expect(answer.radix_engine_toolkit_receipt).toMatchObject({
      kind: 'CommitSuccess',
      locked_fees: { non_contingent: '10' },
    });
  });

  it('gives a receipt of what is rejected or fails, and none that was not asked for', async () => {
    const rejected: any = (await gateway.preview(hexOf({ instructions: [] }))).receipt;
    expect(rejected).toMatchObject({
      status: 'Rejected',
      error_message: expect.stringContaining('SuccessButFeeLoanNotRepaid'),
    });
    expect(rejected.events).toBeUndefined();
    const nothing = callMethod(FAUCET, 'nothing');
    const failed: any = (await gateway.preview(hexOf({ instructions: [lockFee, nothing] }))).receipt;
    expect(failed.status).toBe('Failed');
    const early: any = (
      await gateway.preview(hexOf({ startEpoch: 1005n, instructions: [lockFee] }), { skip_epoch_check: true })
    ).receipt;
    expect(early.error_message).toContain('TransactionEpochNotYetValid');
    const silent = await gateway.preview(hexOf({ instructions: [lockFee] }), {}, {});
    expect(silent.receipt).toBeUndefined();
    expect(silent.at_ledger_state_version).toBe(sandbox.world.state.stateVersion);
  });

  it('is refused when it cannot be read, is of another network or comes without flags', async () => {
    for (const hex of ['4d220f03', hexOf({ network: 1, instructions: [lockFee] })]) {
      const { status, body } = await refusal(gateway.preview(hex));
      expect([status, body.details.type]).toEqual([400, 'InvalidRequestError']);
      expect(body.details.validation_errors[0]).toMatchObject({
        path: '?',
        errors: [expect.stringMatching(/^Validation Error: /)],
      });
    }
    const { status, json } = await post(`${sandbox.gateway.url}/transaction/preview-v2`, {
      preview_transaction: { type: 'Compiled', preview_transaction_hex: hexOf({}) },
    });
    expect([status, json.details.validation_errors[0].path]).toEqual([400, 'flags']);
  });
});
