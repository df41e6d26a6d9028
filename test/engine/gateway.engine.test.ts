import { afterEach, describe, expect, it } from 'vitest';
import { parseAmount, units } from '../../src/base/amount.js';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.js';
import {
  type RecordedExecution,
  recordedExecutions,
  recordedSandbox,
  recordedWorld,
  SIM_XRD,
} from '../support/engine.js';
import { post, refusal, type Sdk, sdk } from '../support/gateway.js';

/** The Gateway over the real engine, with settlements that were executed on the official one before. */

let sandbox: Sandbox;
let gateway: Sdk;

async function open(scenario: string, options: Partial<SandboxOptions> = {}): Promise<void> {
  sandbox = await recordedSandbox(scenario, options);
  gateway = sdk(sandbox.gateway.url);
}

afterEach(() => sandbox.close());

function recorded(scenario: string, composition = 'chain', lockFeeAfterYield = 0): RecordedExecution {
  return recordedExecutions.find(
    (each) =>
      each.scenario === scenario && each.composition === composition && each.lockFeeAfterYield === lockFeeAfterYield,
  )!;
}

/** Submits, goes a round, and returns the transaction id. */
async function commit({ transaction }: RecordedExecution): Promise<string> {
  expect(await gateway.submit(transaction)).toEqual({ duplicate: false });
  const commits = await sandbox.world.round();
  expect(commits).toHaveLength(1);
  return commits[0]!.intentId;
}

const SCENARIOS = ['pair', 'surplus', 'makers', 'ring', 'fresh', 'secp', 'prefix', 'mint', 'xrd', 'eight', '2xpair'];

describe('a settlement', () => {
  it.each(SCENARIOS)('of the recorded scenario %s costs and pays to the atto what it did', async (scenario) => {
    await open(scenario);
    const before = recordedExecutions.find(
      (each) => each.scenario === scenario && each.receipt.status === 'CommittedSuccess',
    )!;
    const id = await commit(before);
    const { transaction } = await gateway.committed(id, { balance_changes: true, receipt_fee_summary: true });
    expect(transaction).toMatchObject({ transaction_status: 'CommittedSuccess', fee_paid: before.receipt.fee.total });
    const { fungible_balance_changes, fungible_fee_balance_changes } = transaction.balance_changes!;
    const solver = recordedWorld.solverAccount;
    expect(fungible_fee_balance_changes).toEqual([
      {
        type: 'FeePayment',
        entity_address: solver,
        resource_address: SIM_XRD,
        balance_change: `-${before.receipt.fee.total}`,
      },
    ]);
    const gained = fungible_balance_changes.filter((each) => each.entity_address === solver);
    const change = Object.entries(before.receipt.solverChange).filter(([, amount]) => amount !== '0');
    const symbols = new Map(recordedWorld.tokens.map(({ resource, symbol }) => [resource, symbol]));
    for (const { resource_address } of gained)
      expect(change.map(([symbol]) => symbol)).toContain(symbols.get(resource_address));
    const balances = await sandbox.world.balances(solver);
    const xrd = balances.get(SIM_XRD)!.amount - units(1_000_000);
    expect(xrd).toBe(parseAmount(before.receipt.solverChange.XRD!));
  });

  it('is seen by every endpoint from the state on that holds it', async () => {
    await open('pair');
    const settlement = recorded('pair');
    await gateway.submit(settlement.transaction);
    const pending = sandbox.world.node.mempoolSize;
    expect(pending).toBe(1);
    for (const subintent of settlement.subintentIds) {
      expect((await gateway.subintent(subintent)).subintent_status).toBe('Unknown');
    }
    const before = (await gateway.gatewayStatus()).ledger_state;
    const [committed] = await sandbox.world.round();
    const id = committed!.intentId;
    const status = await gateway.status(id);
    expect(status).toMatchObject({ intent_status: 'CommittedSuccess', status: 'CommittedSuccess' });
    expect(status.committed_state_version).toBeGreaterThan(before.state_version);
    expect(status.ledger_state.state_version).toBe(status.committed_state_version);
    for (const subintent of settlement.subintentIds) {
      expect(await gateway.subintent(subintent)).toMatchObject({
        subintent_status: 'CommittedSuccess',
        finalized_at_transaction_intent_hash: id,
        finalized_at_state_version: status.committed_state_version,
      });
    }
    const details = await gateway.client.transaction.getCommittedDetails(id);
    const { transaction } = details;
    expect(transaction.raw_hex).toBe(settlement.transaction);
    expect(transaction.subintent_details!.map(({ subintent_hash }) => subintent_hash)).toEqual(
      [...settlement.subintentIds].sort((a, b) => order(transaction, a) - order(transaction, b)),
    );
    expect(transaction.receipt!.fee_source).toMatchObject({
      from_vaults: [{ xrd_amount: settlement.receipt.fee.total }],
    });
    expect(transaction.receipt!.fee_destination).toMatchObject({ to_proposer: expect.any(String) });
    expect(transaction.receipt!.events!.map(({ name }) => name)).toContain('LockFeeEvent');
    const earlier = await post(`${sandbox.gateway.url}/transaction/committed-details`, {
      intent_hash: id,
      at_ledger_state: { state_version: before.state_version },
    });
    expect([earlier.status, earlier.json.details.type]).toEqual([404, 'TransactionNotFoundError']);
    const manifests = await gateway.committed(id, { manifest_instructions: true });
    expect(manifests.transaction.manifest_instructions).toContain('YIELD_TO_CHILD');
  });

  it('that fails behind the loan is committed as a failure, and its subintents stay usable', async () => {
    await open('deficit');
    const failing = recorded('deficit');
    const id = await commit(failing);
    expect(await gateway.status(id)).toMatchObject({
      intent_status: 'CommittedFailure',
      error_message: failing.receipt.error,
    });
    expect((await gateway.subintent(failing.subintentIds[0]!)).subintent_status).toBe('Unknown');
    const { transaction } = await gateway.committed(id, { balance_changes: true });
    expect(transaction.balance_changes!.fungible_balance_changes).toEqual([]);
    expect(transaction.fee_paid).toBe(failing.receipt.fee.total);
  });
});

function order(transaction: { subintent_details?: { subintent_hash: string }[] }, id: string): number {
  return transaction.subintent_details!.findIndex(({ subintent_hash }) => subintent_hash === id);
}

describe('a race', () => {
  it('is won by the first of equal tips; the loser hears of it when the Gateway asks again', async () => {
    await open('pair');
    const [first, second] = [recorded('pair', 'chain'), recorded('pair', 'template')];
    await gateway.submit(first.transaction);
    await gateway.submit(second.transaction);
    const commits = await sandbox.world.round();
    expect(commits).toHaveLength(1);
    expect((await gateway.committed(commits[0]!.intentId, { raw_hex: true })).transaction.raw_hex).toBe(
      first.transaction,
    );
    const loser = idOf(second);
    expect((await gateway.status(loser)).intent_status).toBe('Pending');
    sandbox.world.clock.advance(10_000);
    await sandbox.world.round();
    const status = await gateway.status(loser);
    expect(status.intent_status).toBe('PermanentlyRejected');
    expect(status.known_payloads[0]).toMatchObject({ payload_status: 'PermanentlyRejected' });
    expect(status.error_message).toMatch(/IntentHashPreviouslyCommitted\(\s*Subintent/);
  });

  it('is lost at submission once the winner is on the ledger', async () => {
    await open('pair');
    await commit(recorded('pair', 'chain'));
    const late = recorded('pair', 'template');
    const { status, body } = await refusal(gateway.submit(late.transaction));
    expect(status).toBe(400);
    expect(body.message).toContain('IntentHashPreviouslyCommitted');
    expect(body.details.type).toBe(body.message);
    expect((await gateway.status(idOf(late))).intent_status).toBe('PermanentlyRejected');
    // The same bytes again: from the database.
    expect((await refusal(gateway.submit(late.transaction))).status).toBe(400);
  });
});

describe('a submission', () => {
  it('that cannot repay its loan is refused for a time, and answered from memory until then', async () => {
    await open('pair');
    const late = recorded('pair', 'chain', 3);
    expect(await gateway.submit(late.transaction)).toEqual({ duplicate: false });
    const status = await gateway.status(idOf(late));
    expect(status).toMatchObject({ intent_status: 'LikelyButNotCertainRejection', status: 'Pending' });
    expect(status.known_payloads[0]).toMatchObject({
      payload_status: 'TemporarilyRejected',
      handling_status: 'HandlingSubmission',
    });
    expect(status.error_message).toContain('ErrorBeforeLoanAndDeferredCostsRepaid');
    expect(status.permanently_rejects_at_epoch).toBe(5);
    expect(await gateway.submit(late.transaction)).toEqual({ duplicate: true });
    expect(await sandbox.world.round()).toEqual([]);
    // Another root over the same subintents is the way out.
    await commit(recorded('pair', 'chain', 0));
  });

  it('of what is out of time is refused for good', async () => {
    await open('expired');
    const expired = recorded('expired');
    const { status, body } = await refusal(gateway.submit(expired.transaction));
    expect(status).toBe(400);
    expect(body.message).toContain('TransactionProposerTimestampNoLongerValid');
    expect((await gateway.status(idOf(expired))).intent_status).toBe('PermanentlyRejected');
  });

  it('is a duplicate the second time, on the ledger too', async () => {
    await open('pair');
    const settlement = recorded('pair');
    await commit(settlement);
    expect(await gateway.submit(settlement.transaction)).toEqual({ duplicate: true });
  });

  it('expires with its epoch while it waits', async () => {
    await open('pair');
    const late = recorded('pair', 'chain', 3);
    await gateway.submit(late.transaction);
    await sandbox.world.round({ epoch: 10 });
    const status = await gateway.status(idOf(late));
    expect(status.intent_status).toBe('PermanentlyRejected');
    expect(status.permanently_rejects_at_epoch).toBeUndefined();
    const other = await refusal(gateway.submit(recorded('pair').transaction));
    expect(other.body.message).toContain('no longer valid');
  });
});

function idOf({ transaction }: RecordedExecution): string {
  return readTransaction(transaction, sandbox.world.network).intentId;
}
