import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { toHex } from '../../src/base/bytes.js';
import { RuleLedger, type Ruling } from '../../src/sandbox/ledger/ruleLedger.js';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import {
  ed25519Key,
  makeNotarized,
  makePreview,
  makeSignedPartial,
  type TransactionOptions,
} from '../support/build.js';
import { notarizedHex, SIM, SIM_XRD } from '../support/engine.js';
import { post, refusal, type Sdk, sdk } from '../support/gateway.js';
import { RULE_START, ruleSandbox } from '../support/ruleSandbox.js';

/** The Gateway over a ledger by rule: what it says of submissions, in every state they can be in. */

let sandbox: Sandbox;
let gateway: Sdk;
let ruling: Ruling;
let discriminator: bigint;

beforeEach(async () => {
  ruling = { outcome: 'success' };
  discriminator = 0n;
  sandbox = await ruleSandbox(() => ruling);
  gateway = sdk(sandbox.gateway.url);
});

afterEach(() => sandbox.close());

/** A transaction unlike the others, with its ids. */
function make(options: TransactionOptions = {}) {
  discriminator += 1n;
  const hex = notarizedHex(makeNotarized({ discriminator, ...options }));
  const { intentId, payloadId, subintents } = readTransaction(hex, SIM);
  return { hex, id: intentId, payload: payloadId, subintents: subintents.map(({ id }) => id) };
}

describe('the state of the ledger', () => {
  it('is told with network and addresses', async () => {
    const { ledger_state, release_info } = await gateway.gatewayStatus();
    expect(ledger_state).toEqual({
      network: 'simulator',
      state_version: 1,
      proposer_round_timestamp: '1970-01-01T00:08:20.000Z',
      epoch: 50,
      round: 0,
    });
    expect(release_info.open_api_schema_version).toBe('1.10.1');
    const { network_id, network_name, well_known_addresses } = await gateway.network();
    expect([network_id, network_name, well_known_addresses.xrd]).toEqual([242, 'simulator', SIM_XRD]);
    expect(well_known_addresses.faucet).toBe('component_sim1cptxxxxxxxxxfaucetxxxxxxxxx000527798379xxxxxxxxxhkrefh');
    sandbox.world.clock.advance(1500);
    await sandbox.world.round();
    expect((await gateway.construction()).ledger_state).toMatchObject({
      proposer_round_timestamp: '1970-01-01T00:08:21.500Z',
      round: 1,
    });
    const health = await fetch(`${sandbox.gateway.url}/health`);
    expect(health.status).toBe(200);
  });
});

describe('a submission', () => {
  it('is pending until a round has committed it', async () => {
    const { hex, id, payload } = make();
    expect((await gateway.status(id)).intent_status).toBe('Unknown');
    expect(await gateway.submit(hex)).toEqual({ duplicate: false });
    expect(await gateway.submit(hex.toUpperCase())).toEqual({ duplicate: true });
    expect(await gateway.status(id)).toMatchObject({
      status: 'Pending',
      intent_status: 'Pending',
      permanently_rejects_at_epoch: 100,
      known_payloads: [{ payload_hash: payload, payload_status: 'Pending', handling_status: 'HandlingSubmission' }],
    });
    expect((await refusal(gateway.committed(id))).body.details).toEqual({
      type: 'TransactionNotFoundError',
      intent_hash: id,
    });
    await sandbox.world.round();
    const status = await gateway.status(id);
    expect(status).toMatchObject({ intent_status: 'CommittedSuccess', committed_state_version: 3 });
    expect(status.permanently_rejects_at_epoch).toBeUndefined();
    expect((await gateway.committed(id)).transaction).toMatchObject({
      payload_hash: payload,
      state_version: 3,
      fee_paid: '0',
    });
    expect(await gateway.submit(hex)).toEqual({ duplicate: true });
  });

  it('pays what the rule says', async () => {
    const payer = 'account_sim128f6jadgh8jn7zy8pc6u508q38m8ag2dxc8433u5q639yvymhww3r6';
    await sandbox.world.fund(payer, { resource: SIM_XRD, amount: '10' });
    const changes = { [payer]: { [SIM_XRD]: units(2) } };
    ruling = { outcome: 'success', fee: units(1) / 2n, payer, changes };
    const { hex, id } = make();
    await gateway.submit(hex);
    await sandbox.world.round();
    const optIns = { balance_changes: true, receipt_fee_source: true, raw_hex: true };
    const { transaction } = await gateway.committed(id, optIns);
    expect(transaction.raw_hex).toBe(hex);
    expect(transaction.balance_changes).toEqual({
      fungible_fee_balance_changes: [
        { type: 'FeePayment', entity_address: payer, resource_address: SIM_XRD, balance_change: '-0.5' },
      ],
      fungible_balance_changes: [{ entity_address: payer, resource_address: SIM_XRD, balance_change: '2' }],
      non_fungible_balance_changes: [],
    });
    expect(transaction.receipt!.fee_source).toMatchObject({
      from_vaults: [
        { vault_entity: { entity_address: expect.stringMatching(/^internal_vault_sim1/) }, xrd_amount: '0.5' },
      ],
    });
    const { items } = await gateway.details([payer]);
    expect(items[0]!.fungible_resources!.items).toMatchObject([{ amount: '11.5', last_updated_at_state_version: 4 }]);
  });

  it('may fail: its fee is paid, its subintents stay usable', async () => {
    ruling = { outcome: 'failure', error: 'ApplicationError(Broke)' };
    const child = makeSignedPartial({ signers: [ed25519Key(1)] });
    const { hex, id, subintents } = make({ children: [child] });
    await gateway.submit(hex);
    await sandbox.world.round();
    expect(await gateway.status(id)).toMatchObject({
      intent_status: 'CommittedFailure',
      error_message: 'ApplicationError(Broke)',
      known_payloads: [{ payload_status: 'CommittedFailure', error_message: 'ApplicationError(Broke)' }],
    });
    expect((await gateway.subintent(subintents[0]!)).subintent_status).toBe('Unknown');
    ruling = { outcome: 'success' };
    const again = make({ children: [child] });
    await gateway.submit(again.hex);
    await sandbox.world.round();
    expect(await gateway.subintent(subintents[0]!)).toMatchObject({
      subintent_status: 'CommittedSuccess',
      finalized_at_transaction_intent_hash: again.id,
    });
  });

  it('is taken by tip, then by age', async () => {
    const [first, second, third] = [make(), make({ tipBasisPoints: 7 }), make({ tipBasisPoints: 7 })];
    for (const { hex } of [first, second, third]) await gateway.submit(hex);
    const commits = await sandbox.world.round();
    expect(commits.map(({ intentId }) => intentId)).toEqual([second.id, third.id, first.id]);
    // The first of them, seen from the state that it made itself.
    const [one, two] = commits;
    const at = (intent_hash: string) =>
      post(`${sandbox.gateway.url}/transaction/committed-details`, {
        intent_hash,
        at_ledger_state: { state_version: one!.state.stateVersion },
      });
    const { ledger_state } = (await at(one!.intentId)).json;
    expect(ledger_state).toMatchObject({ state_version: one!.state.stateVersion, round: 1 });
    expect((await at(two!.intentId)).status).toBe(404);
    const cost = { receipt_costing_parameters: true, receipt_fee_destination: true };
    expect((await gateway.committed(second.id, cost)).transaction.receipt).toMatchObject({
      costing_parameters: { tip_proportion: '0.0007', tip_percentage: 0 },
    });
  });

  it('that is rejected for now is asked for again, at longer and longer gaps', async () => {
    ruling = { outcome: 'rejected', error: 'BootloadingError(First)', atSubmission: true };
    const { hex, id } = make();
    expect(await gateway.submit(hex)).toEqual({ duplicate: false });
    expect(await gateway.status(id)).toMatchObject({
      intent_status: 'LikelyButNotCertainRejection',
      error_message: 'BootloadingError(First)',
      known_payloads: [{ payload_status: 'TemporarilyRejected', handling_status: 'HandlingSubmission' }],
    });
    // The node answers from memory: what would be accepted by now stays rejected.
    ruling = { outcome: 'success' };
    await pass(60_000);
    expect((await gateway.status(id)).intent_status).toBe('LikelyButNotCertainRejection');
    await pass(200_000);
    expect((await gateway.status(id)).intent_status).toBe('CommittedSuccess');
  });

  it('names its latest error where that is another one', async () => {
    ruling = { outcome: 'rejected', error: 'BootloadingError(First)', atSubmission: true };
    const { hex, id } = make();
    await gateway.submit(hex);
    ruling = { outcome: 'rejected', error: 'BootloadingError(Second)', atSubmission: true };
    await pass(200_000);
    expect((await gateway.status(id)).known_payloads[0]).toMatchObject({
      error_message: 'BootloadingError(First)',
      latest_error_message: 'BootloadingError(Second)',
    });
    await pass(200_000);
    expect((await gateway.status(id)).known_payloads[0]!.handling_status).toBe('Concluded');
  });

  it('that loses its race hears of it late', async () => {
    const child = makeSignedPartial({ signers: [ed25519Key(1)] });
    const [winner, loser, late] = [
      make({ children: [child] }),
      make({ children: [child] }),
      make({ children: [child] }),
    ];
    await gateway.submit(winner.hex);
    await gateway.submit(loser.hex);
    expect(await sandbox.world.round()).toHaveLength(1);
    expect((await gateway.status(loser.id)).intent_status).toBe('Pending');
    await pass(10_000);
    expect(await gateway.status(loser.id)).toMatchObject({
      intent_status: 'PermanentlyRejected',
      status: 'Rejected',
      error_message: expect.stringContaining('IntentHashPreviouslyCommitted(Subintent('),
    });
    const { status, body } = await refusal(gateway.submit(late.hex));
    expect([status, body.code]).toEqual([400, 400]);
    expect(body.details.type).toBe(body.message);
    expect(body.trace_id).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect((await refusal(gateway.submit(late.hex))).body.message).toBe(body.message);
  });

  it('of a second payload of an intent that has committed is a clash', async () => {
    const child = makeSignedPartial({ signers: [ed25519Key(1), ed25519Key(2)] });
    const swapped = {
      ...child,
      rootSubintentSignatures: makeSignedPartial({ signers: [ed25519Key(2), ed25519Key(1)] }).rootSubintentSignatures,
    };
    const [one, other] = [
      make({ children: [child], discriminator: 77n }),
      make({ children: [swapped], discriminator: 77n }),
    ];
    expect([one.id, one.payload === other.payload]).toEqual([other.id, false]);
    await gateway.submit(one.hex);
    await sandbox.world.round();
    expect(await gateway.submit(other.hex)).toEqual({ duplicate: false });
    const { known_payloads, intent_status } = await gateway.status(one.id);
    expect(intent_status).toBe('CommittedSuccess');
    expect(known_payloads.map(({ payload_status }) => payload_status)).toEqual([
      'CommittedSuccess',
      'PermanentlyRejected',
    ]);
  });

  it('is not known to be committed before the database has it', async () => {
    const { hex, id } = make();
    // The node has executed the round, the Gateway does not show it yet.
    let during: unknown;
    await gateway.submit(hex);
    const stop = sandbox.world.onRound(async () => {
      during = await sandbox.world.node.submit(readTransaction(hex, SIM));
    });
    await sandbox.world.round();
    stop();
    expect(during).toEqual({ type: 'committed', samePayload: true });
    expect((await gateway.status(id)).intent_status).toBe('CommittedSuccess');
  });

  it('with too low a tip finds no place in a full mempool', async () => {
    await sandbox.close();
    sandbox = await ruleSandbox(undefined, { mempoolCapacity: 1 });
    gateway = sdk(sandbox.gateway.url);
    const [first, poor, rich] = [make(), make(), make({ tipBasisPoints: 1 })];
    for (const { hex } of [first, poor, rich]) await gateway.submit(hex);
    expect(await gateway.status(poor.id)).toMatchObject({
      intent_status: 'Unknown',
      permanently_rejects_at_epoch: 100,
      known_payloads: [{ payload_status: 'Unknown', submission_error: expect.stringContaining('tip') }],
    });
    expect((await sandbox.world.round()).map(({ intentId }) => intentId)).toEqual([rich.id]);
  });

  it('expires by its epoch', async () => {
    ruling = { outcome: 'rejected', atSubmission: true };
    const { hex, id } = make({ endEpoch: 51n });
    await gateway.submit(hex);
    await sandbox.world.round({ epoch: 51 });
    expect(await gateway.status(id)).toMatchObject({
      intent_status: 'PermanentlyRejected',
      error_message: expect.stringContaining('expired'),
    });
  });
});

/** So much time in rounds of a second each would take long: a round every ten. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    sandbox.world.clock.advance(10_000);
    await sandbox.world.round();
  }
}

describe('a refused submission', () => {
  it.each([
    ['no hex', 'zz', 'InvalidRequestError', undefined],
    ['nothing', '', 'InvalidRequestError', undefined],
    ['a transaction of version 1', '4d220300', undefined, 'version 2 only'],
    ['another payload', '4d220d00', undefined, 'unexpected payload prefix'],
    ['what cannot be decoded', '4d220c00', undefined, 'Invalid transaction: '],
  ])('is %s', async (_what, hex, type, message) => {
    const { status, body } = await refusal(gateway.submit(hex));
    expect(status).toBe(400);
    if (type !== undefined) expect(body.details.type).toBe(type);
    if (message !== undefined) expect(body.message).toContain(message);
  });

  it('is one of another network, with a bad signature, or out of its epochs', async () => {
    const messages = [
      [notarizedHex(makeNotarized({ network: 1 })), 'InvalidNetwork'],
      [make().hex.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), 'InvalidNotarySignature'],
      [make({ startEpoch: 52n }).hex, 'not yet valid'],
      [make({ endEpoch: 50n }).hex, 'no longer valid'],
    ] as const;
    for (const [hex, message] of messages) {
      const { status, body } = await refusal(gateway.submit(hex));
      expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
    }
    expect(await gateway.submit(make({ startEpoch: 51n }).hex)).toEqual({ duplicate: false });
  });

  it('fails the server when it is shorter than its prefix', async () => {
    const { status, body } = await refusal(gateway.submit('4d22'));
    expect([status, body.details.type]).toEqual([500, 'InternalServerError']);
  });
});

describe('a bad request', () => {
  const at = (path: string) => `${sandbox.gateway.url}${path}`;

  it.each([
    ['/transaction/submit', {}, 'notarized_transaction_hex'],
    ['/transaction/submit', { notarized_transaction_hex: 5 }, 'notarized_transaction_hex'],
    ['/transaction/status', { intent_hash: 'txid_rdx1abc' }, 'intent_hash'],
    ['/transaction/status', { intent_hash: null }, 'intent_hash'],
    ['/transaction/subintent-status', { subintent_hash: 'x' }, 'subintent_hash'],
    ['/transaction/preview-v2', { preview_transaction: { type: 'V1' } }, 'preview_transaction.type'],
    ['/state/entity/details', { addresses: [] }, 'Addresses'],
    ['/state/entity/details', { addresses: ['account_rdx1'] }, 'addresses[0]'],
    ['/state/entity/details', { addresses: [SIM_XRD], aggregation_level: 'All' }, 'aggregation_level'],
    ['/state/entity/details', { addresses: [SIM_XRD], at_ledger_state: { state_version: 9 } }, 'at_ledger_state'],
    ['/state/entity/page/fungibles', { address: 5 }, 'address'],
  ])('to %s with %j names its field', async (path, body, field) => {
    const { status, json } = await post(at(path), body);
    expect([status, json.code, json.details.type]).toEqual([400, 400, 'InvalidRequestError']);
    expect(json.details.validation_errors[0]).toEqual({ path: field, errors: [expect.any(String)] });
  });

  it('is no JSON, or no object', async () => {
    for (const body of ['{', '[]', '"text"']) {
      const { status, json } = await post(at('/transaction/status'), body);
      expect([status, json.details.type]).toEqual([400, 'InvalidRequestError']);
    }
  });

  it('is too long', async () => {
    const { status, json } = await post(at('/transaction/submit'), {
      notarized_transaction_hex: '00'.repeat(2_000_000),
    });
    expect([status, json.code]).toEqual([413, 413]);
  });

  it('has another path or method', async () => {
    expect(await post(at('/transaction/recent'))).toMatchObject({ status: 404, text: '' });
    expect((await fetch(at('/transaction/status'))).status).toBe(404);
  });

  it('finds the endpoints that need an engine without one', async () => {
    const { status, body } = await refusal(gateway.preview('4d220f'));
    expect([status, body.details.validation_errors[0].path]).toEqual([400, '?']);
    const { hex, id } = make();
    await gateway.submit(hex);
    await sandbox.world.round();
    expect((await gateway.committed(id, { manifest_instructions: true })).transaction.manifest_instructions).toBe('');
  });
});

describe('a preview by rule', () => {
  it('says what the rule says, and refuses what it cannot read', async () => {
    let outcome: 'success' | 'failure' | 'rejected' = 'success';
    const ledger = new RuleLedger(SIM, undefined, RULE_START, ({ subintents, tipBasisPoints }) => {
      return { outcome, fee: units(subintents.length + tipBasisPoints) };
    });
    const other = await Sandbox.over(ledger, { port: 0 });
    const preview = { ...makePreview({ startEpoch: 40n, endEpoch: 60n, tipBasisPoints: 3, instructions: [] }) };
    const hex = toHex(encodeTransaction('PreviewTransactionV2', preview));
    const said = async () => (await sdk(other.gateway.url).preview(hex, {}, { core_api_receipt: true })).receipt as any;
    expect(await said()).toMatchObject({ status: 'Succeeded', fee_summary: { xrd_total_execution_cost: '3' } });
    outcome = 'failure';
    expect(await said()).toMatchObject({ status: 'Failed', error_message: 'ApplicationError(ByRule)' });
    outcome = 'rejected';
    expect((await said()).status).toBe('Rejected');
    const { status, body } = await refusal(sdk(other.gateway.url).preview('4d220f'));
    expect([status, body.details.validation_errors[0].path]).toEqual([400, '?']);
    await other.close();
  });
});
