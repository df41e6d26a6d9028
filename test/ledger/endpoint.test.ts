import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { excerpt } from '../../src/base/excerpt.js';
import { accountChange } from '../../src/ledger/answer.js';
import { type CallReport, GatewayEndpoint } from '../../src/ledger/endpoint.js';
import { GatewayError } from '../../src/ledger/error.js';
import {
  endpointOf,
  error,
  FakeGateway,
  HTML,
  notFound,
  type Scripted,
  surroundings,
  XRD_ADDRESS,
} from './fakeGateway.js';

const ID = 'txid_tdx_2_1own';
const SUB = 'subtxid_tdx_2_1a';
const STATUS = '/transaction/status';
const PREVIEW = '/transaction/preview-v2';
const DETAILS = '/transaction/committed-details';

async function failure(call: Promise<unknown>): Promise<GatewayError> {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(GatewayError);
  return thrown as GatewayError;
}

async function statusWith(scripted: Scripted): Promise<GatewayError> {
  const gateway = await FakeGateway.start();
  return failure(endpointOf(gateway.on(STATUS, scripted)).transactionStatus(ID));
}

describe('what a failure is', () => {
  const notSynced = { type: 'NotSyncedUpError', request_type: 'Read', current_sync_delay_seconds: 731 };
  const refusal = { type: 'Invalid transaction: bad signature' };

  it.each<[string, Scripted, Partial<GatewayError>]>([
    ['T37: behind, as 500', error(500, notSynced), { code: 'not-synced', delayMs: 731_000, arrived: false }],
    ['T37: behind, by a future status', error(503, notSynced), { code: 'not-synced', retry: true }],
    ['behind, without a delay', error(500, { type: 'NotSyncedUpError' }), { code: 'not-synced', delayMs: undefined }],
    ['T38: the own time-out', { status: 524, text: '' }, { code: 'timeout', arrived: true, retry: true }],
    ['T39: throttled, empty', { status: 429, text: '' }, { code: 'rate-limited', retryAfterMs: undefined }],
    ['T39: a proxy', { status: 502, ...(HTML as { text: string }) }, { code: 'server-error', status: 502 }],
    ['T39: HTML as 400 refuses nothing', { status: 400, ...(HTML as { text: string }) }, { code: 'bad-answer' }],
    ['a server error', error(500, { type: 'InternalServerError', exception: 'Oops' }), { code: 'server-error' }],
    ['refused', error(400, undefined, 'Invalid'), { code: 'refused', permanent: true, retry: false }],
    ['T18: refused, the message as type', error(400, refusal, refusal.type), { code: 'refused' }],
    ['not found', notFound('TransactionNotFoundError'), { code: 'not-found', retry: false }],
    ['no such path', { status: 404, text: '' }, { code: 'bad-answer', hint: "check this Gateway's URL and headers" }],
    ['forbidden', { status: 403, json: { message: 'no key' } }, { code: 'bad-answer' }],
    [
      'a redirect is not followed',
      { status: 302, text: '', headers: { location: 'http://x/' } },
      { code: 'bad-answer' },
    ],
    ['T44: 200 with HTML', HTML, { code: 'bad-answer', status: 200 }],
    ['T44: 200 with nothing', { text: '' }, { code: 'bad-answer' }],
    ['torn JSON', { text: '{"ledger_state":{"net' }, { code: 'bad-answer' }],
    ['missing fields', { json: { status: 'Pending' } }, { code: 'bad-answer' }],
    ['a list', { json: [] }, { code: 'bad-answer' }],
    ['T44: reset', { fault: 'reset' }, { code: 'unreachable', arrived: true }],
    ['reset in the body', { fault: 'reset-mid-body' }, { code: 'unreachable', arrived: true }],
  ])('%s', async (_name, scripted, expected) => {
    expect(await statusWith(scripted)).toMatchObject(expected);
  });

  it.each([
    ['7', 7_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('Retry-After %s', async (value, retryAfterMs) => {
    const headers = { 'retry-after': value };
    expect(await statusWith({ status: 429, text: '', headers })).toMatchObject({ retryAfterMs });
    expect(await statusWith({ status: 503, text: '', headers })).toMatchObject({ code: 'server-error', retryAfterMs });
  });

  it('nobody listens: the bytes did not arrive', async () => {
    const gateway = await FakeGateway.start();
    const endpoint = endpointOf(gateway);
    await gateway.close();
    const thrown = await failure(endpoint.submit('4d22'));
    expect(thrown).toMatchObject({ code: 'unreachable', arrived: false });
    expect(thrown.message).toContain('ECONNREFUSED');
  });

  it('an answer without end is cut', async () => {
    const gateway = (await FakeGateway.start()).on(STATUS, { text: ' '.repeat(9 * 1024 * 1024) });
    const thrown = await failure(endpointOf(gateway, { timeoutMs: 5_000 }).transactionStatus(ID));
    expect(thrown).toMatchObject({ code: 'bad-answer' });
    expect(thrown.message).toMatch(/more than 8388608 bytes/);
  });

  it('an error without a code or an Error at all', async () => {
    for (const thrown of [new TypeError('quotes 4d220c02'), 'odd']) {
      const of = surroundings({ fetch: () => Promise.reject(thrown) });
      const error = await failure(new GatewayEndpoint('http://127.0.0.1:1', of).gatewayStatus());
      expect(error).toMatchObject({ code: 'unreachable', arrived: true });
      expect(error.message).toBe('127.0.0.1:1: no connection');
    }
  });

  it('T14: the useful text of a refused preview', async () => {
    const errors = [
      { path: '?', errors: ['Validation Error: TooManySignatures'] },
      { path: 'flags', errors: ['missing'] },
    ];
    const details = { type: 'InvalidRequestError', validation_errors: [...errors, { path: 3 }, null] };
    const gateway = (await FakeGateway.start()).on(PREVIEW, error(400, details, 'One or more validation errors'));
    const thrown = await failure(endpointOf(gateway).preview('4d22'));
    expect(thrown).toMatchObject({ code: 'refused', permanent: true });
    expect(thrown.message).toMatch(/: Validation Error: TooManySignatures; flags: missing$/);
    gateway.on(PREVIEW, error(400, { ...details, validation_errors: [] }, 'generic'));
    expect((await failure(endpointOf(gateway).preview('4d22'))).message).toMatch(/: generic$/);
  });
});

describe('time', () => {
  it('T41: an own time-out on every call, whatever the server does', async () => {
    const gateway = (await FakeGateway.start()).on(STATUS, { fault: 'stall' });
    const started = performance.now();
    const thrown = await failure(endpointOf(gateway).transactionStatus(ID, { timeoutMs: 80 }));
    expect(thrown).toMatchObject({ code: 'timeout', arrived: true });
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('T41: the time-out covers the body', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const endpoint = new GatewayEndpoint(`http://127.0.0.1:${port}`, surroundings(), { timeoutMs: 80 });
    expect(await failure(endpoint.gatewayStatus())).toMatchObject({ code: 'timeout' });
    server.close();
  });

  it('a fetch that ignores its signal is left behind', async () => {
    const of = surroundings({ fetch: () => new Promise(() => {}) });
    const endpoint = new GatewayEndpoint('http://127.0.0.1:1', of, { timeoutMs: 30 });
    expect(await failure(endpoint.gatewayStatus())).toMatchObject({ code: 'timeout' });
  });

  it("T42: the caller's signal ends the call with its own reason and harms no endpoint", async () => {
    const gateway = (await FakeGateway.start()).on(STATUS, { fault: 'stall' });
    const endpoint = endpointOf(gateway);
    const controller = new AbortController();
    const call = endpoint.transactionStatus(ID, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('shutdown')), 20);
    await expect(call).rejects.toThrow('shutdown');
    expect(endpoint.coolDown.failures).toBe(0);
    await expect(endpoint.transactionStatus(ID, { signal: controller.signal })).rejects.toThrow('shutdown');
  });
});

describe('cool-down', () => {
  it('grows with failures in a row, jittered, and ends with a success', async () => {
    let now = 0;
    const of = surroundings({ now: () => now, random: () => 0.5 });
    const gateway = (await FakeGateway.start()).on(STATUS, { status: 503, text: '' });
    const endpoint = endpointOf(gateway, { coolDown: { baseMs: 100, capMs: 300 } }, of);
    const pauses: number[] = [];
    for (let n = 0; n < 4; n++) {
      await failure(endpoint.transactionStatus(ID));
      pauses.push(endpoint.coolDown.until - now);
      now = endpoint.coolDown.until;
    }
    expect(pauses).toEqual([50, 100, 150, 150]);
    expect(endpoint.coolDown.failures).toBe(4);
    gateway.honest(STATUS);
    await endpoint.transactionStatus(ID);
    expect(endpoint.coolDown).toMatchObject({ failures: 0, isCooling: false });
  });

  it('failures at the same time are one', async () => {
    const gateway = (await FakeGateway.start()).on(STATUS, { status: 503, text: '' });
    const endpoint = endpointOf(gateway, { coolDown: { baseMs: 1000, capMs: 1000 } });
    await Promise.all([1, 2, 3].map(() => failure(endpoint.transactionStatus(ID))));
    expect(endpoint.coolDown.failures).toBe(1);
  });

  it('a Retry-After binds, up to five minutes; 429 waits at least a second', async () => {
    const of = surroundings({ now: () => 0 });
    const gateway = (await FakeGateway.start()).on(STATUS, {
      status: 429,
      text: '',
      headers: { 'retry-after': '99999' },
    });
    const endpoint = endpointOf(gateway, {}, of);
    await failure(endpoint.transactionStatus(ID));
    expect(endpoint.coolDown.pausedUntil).toBe(300_000);
    const other = endpointOf(gateway.on(STATUS, { status: 429, text: '' }), {}, of);
    await failure(other.transactionStatus(ID));
    expect(other.coolDown.until).toBeGreaterThanOrEqual(1_000);
    expect(other.coolDown.pausedUntil).toBe(-Infinity);
  });

  it('a refusal is an answer: it cools nothing', async () => {
    const gateway = (await FakeGateway.start()).on(STATUS, error(400, undefined));
    const endpoint = endpointOf(gateway);
    await failure(endpoint.transactionStatus(ID));
    expect(endpoint.coolDown.isCooling).toBe(false);
  });
});

describe('requests', () => {
  it('T8, T9, T10, T11, T58: a preview says everything explicitly and wants the core receipt', async () => {
    const gateway = (await FakeGateway.start()).on(PREVIEW, receipt('Succeeded'));
    await endpointOf(gateway).preview('4d220f03', { useFreeCredit: true, assumeAllSignatureProofs: true });
    expect(gateway.requests[0]!.body).toEqual({
      preview_transaction: { type: 'Compiled', preview_transaction_hex: '4d220f03' },
      flags: {
        ...{ use_free_credit: true, assume_all_signature_proofs: true },
        ...{ skip_epoch_check: false, disable_auth_checks: false },
      },
      opt_ins: { core_api_receipt: true, radix_engine_toolkit_receipt: false, logs: false },
    });
  });

  it('T7, T51: previews never go to the endpoint of V1', async () => {
    const gateway = (await FakeGateway.start()).on(PREVIEW, receipt('Succeeded'));
    await endpointOf(gateway).preview('4d220f03');
    expect(gateway.requests.map(({ path }) => path)).toEqual([PREVIEW]);
    expect(gateway.requests[0]!.body.flags.use_free_credit).toBe(false);
  });

  it('T32, T49: details ask for balances and what the fee is made of, and nothing else', async () => {
    const gateway = await FakeGateway.start();
    gateway.commit(ID);
    await endpointOf(gateway).committedDetails(ID, { atStateVersion: 101 });
    const { body } = gateway.calls(DETAILS)[0]!;
    expect(body).toEqual({
      intent_hash: ID,
      at_ledger_state: { state_version: 101 },
      opt_ins: { balance_changes: true, receipt_fee_summary: true, receipt_output: false },
    });
  });

  it('T1, T40: goes where the base URL says, with the headers that its operator wants', async () => {
    const gateway = (await FakeGateway.start()).on('/gw/status/gateway-status', { text: '' });
    const options = { headers: { authorization: 'Bearer s3cret' }, applicationVersion: '1.2.3' };
    const endpoint = new GatewayEndpoint(`${gateway.url}/gw/`, surroundings(), options);
    const thrown = await failure(endpoint.gatewayStatus());
    expect(gateway.requests[0]).toMatchObject({
      path: '/gw/status/gateway-status',
      headers: { authorization: 'Bearer s3cret', 'rdx-app-name': 'anthic-solver', 'rdx-app-version': '1.2.3' },
    });
    expect(JSON.stringify([thrown, thrown.message])).not.toContain('s3cret');
  });

  it.each([
    'http://gateway.example',
    'ftp://127.0.0.1',
    'https://key:pass@gateway.example',
    'https://gateway.example/?key=pass',
    'not a url pass',
    'http://127.0.0.1.evil.example',
  ])('refuses %s and does not repeat its secrets', (url) => {
    try {
      new GatewayEndpoint(url, surroundings());
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'bad-gateway-url' });
      expect((thrown as Error).message).not.toContain('pass');
    }
  });

  it.each(['https://gateway.example/base/', 'http://localhost:80', 'http://[::1]:5', 'http://127.1.2.3'])(
    'takes %s',
    (url) => {
      expect(new GatewayEndpoint(url, surroundings()).name).not.toMatch(/^http|\/$/);
    },
  );

  it('tells of every call, without contents', async () => {
    const gateway = (await FakeGateway.start()).on(STATUS, { status: 503, text: '' });
    const endpoint = endpointOf(gateway);
    const reports: CallReport[] = [];
    endpoint.onCall = (report) => reports.push(report);
    await endpoint.submit('4d22');
    await failure(endpoint.transactionStatus(ID));
    expect(reports.map(({ call, error }) => [call, error?.code])).toEqual([
      ['submit', undefined],
      ['transactionStatus', 'server-error'],
    ]);
  });
});

describe('answers', () => {
  it('T2, T3, T45, T46: null is absent; unknown fields, words and variants break nothing', async () => {
    const gateway = await FakeGateway.start();
    const ledger_state = { ...gateway.ledgerState(), new_field: { type: 'New' } };
    gateway.on(STATUS, {
      json: { ledger_state, intent_status: 'SomethingNew', known_payloads: null, error_message: null, more: [1] },
    });
    const answer = await endpointOf(gateway).transactionStatus(ID);
    expect(answer).toMatchObject({ status: 'Unrecognized', error: undefined });
    gateway.holdings.set('account_tdx_2_1x', [[XRD_ADDRESS, '1.5']]);
    gateway.on('/state/entity/page/fungibles/', {
      json: {
        ...{ ledger_state, address: 'account_tdx_2_1x', next_cursor: null },
        items: [
          { aggregation_level: 'Galactic', resource_address: XRD_ADDRESS, amount: '1.5', metadata: { type: 'New' } },
        ],
      },
    });
    const page = await endpointOf(gateway).fungiblesPage('account_tdx_2_1x');
    expect(page).toMatchObject({ nextCursor: undefined, items: [{ amount: 1_500_000_000_000_000_000n }] });
  });

  it('T23: the older status is not read', async () => {
    const gateway = await FakeGateway.start();
    gateway.pending.set(ID, { status: 'CommittedSuccess', intent_status: 'LikelyButNotCertainRejection' });
    expect((await endpointOf(gateway).transactionStatus(ID)).status).toBe('LikelyButNotCertainRejection');
    gateway.on(STATUS, { json: { ledger_state: gateway.ledgerState(), status: 'CommittedSuccess' } });
    expect(await failure(endpointOf(gateway).transactionStatus(ID))).toMatchObject({ code: 'bad-answer' });
  });

  it('T25: of several errors the latest, never the first submission problem', async () => {
    const gateway = await FakeGateway.start();
    const payload = { submission_error: 'MempoolFull', error_message: 'first', latest_error_message: 'latest' };
    gateway.pending.set(ID, { intent_status: 'Pending', error_message: 'top', known_payloads: [payload] });
    expect((await endpointOf(gateway).transactionStatus(ID)).error).toBe('latest');
    gateway.pending.set(ID, {
      intent_status: 'Pending',
      error_message: 'top',
      known_payloads: [{ payload_status: 'x' }],
    });
    expect((await endpointOf(gateway).transactionStatus(ID)).error).toBe('top');
  });

  it('T26: a finalized subintent names its winner, or is no answer', async () => {
    const gateway = await FakeGateway.start();
    const endpoint = endpointOf(gateway);
    expect((await endpoint.subintentStatus(SUB)).finalized).toBeUndefined();
    gateway.commit('txid_other', { subintents: [SUB] });
    expect((await endpoint.subintentStatus(SUB)).finalized).toEqual({ by: 'txid_other', stateVersion: 101 });
    const nameless = { ledger_state: gateway.ledgerState(), subintent_status: 'CommittedSuccess' };
    gateway.on('/transaction/subintent-status', { json: nameless });
    expect(await failure(endpoint.subintentStatus(SUB))).toMatchObject({ code: 'bad-answer' });
  });

  it('T29: not committed is not-found, and so no failure of the endpoint', async () => {
    const endpoint = endpointOf(await FakeGateway.start());
    expect(await failure(endpoint.committedDetails(ID))).toMatchObject({ code: 'not-found' });
    expect(endpoint.coolDown.failures).toBe(0);
  });

  it('T30, T47, T63: amounts, times, and the fee told apart from what else moved', async () => {
    const gateway = await FakeGateway.start();
    const of = (entity_address: string, balance_change: string) => ({
      ...{ entity_address, resource_address: XRD_ADDRESS, balance_change },
    });
    gateway.commit(ID, {
      balances: {
        fungible_fee_balance_changes: [
          { type: 'FeePayment', ...of('me', '-0.75') },
          { type: 'FeeDistributed', ...of('validator', '0.25') },
          { type: 'RoyaltyDistributed', ...of('me', '0.1') },
        ],
        fungible_balance_changes: [of('me', '0.5'), of('me', '0.5'), of('you', '-1')],
        non_fungible_balance_changes: [{ type: 'New' }],
      },
    });
    const details = await endpointOf(gateway).committedDetails(ID);
    expect(details).toMatchObject({ stateVersion: 101, roundTimestampMs: gateway.timeMs, feePaid: 9n * 10n ** 17n });
    expect(accountChange(details, 'me')).toEqual({
      changes: new Map([[XRD_ADDRESS, 10n ** 18n]]),
      feePaid: 75n * 10n ** 16n,
    });
    gateway.commit(ID, { balances: null, success: false, error: 'out of luck' });
    const early = await endpointOf(gateway).committedDetails(ID);
    expect(early).toMatchObject({ status: 'CommittedFailure', error: 'out of luck', balances: undefined });
    expect(accountChange(early, 'me')).toBeUndefined();
  });

  it('details of another transaction, of a status that is no end, or with amounts that are none, are refused', async () => {
    const gateway = await FakeGateway.start();
    const spoil = async (change: object) => {
      gateway.commit(ID);
      const honest = gateway.answer(DETAILS, { intent_hash: ID }) as { json: { transaction: object } };
      const transaction = { ...honest.json.transaction, ...change };
      gateway.on(DETAILS, { json: { ...honest.json, transaction } });
      return (await failure(endpointOf(gateway).committedDetails(ID))).code;
    };
    expect(await spoil({ intent_hash: 'txid_other' })).toBe('bad-answer');
    expect(await spoil({ transaction_status: 'Pending' })).toBe('bad-answer');
    expect(await spoil({ fee_paid: '1e3' })).toBe('bad-answer');
    expect(await spoil({ round_timestamp: 'yesterday' })).toBe('bad-answer');
  });

  it('what a fee was made of is told where it can be read, and nothing depends on it', async () => {
    const gateway = await FakeGateway.start();
    const summaryOf = async (fee_summary: object) => {
      gateway.commit(ID);
      const honest = gateway.answer(DETAILS, { intent_hash: ID }) as { json: { transaction: object } };
      gateway.on(DETAILS, {
        json: { ...honest.json, transaction: { ...honest.json.transaction, receipt: { fee_summary } } },
      });
      return (await endpointOf(gateway).committedDetails(ID)).feeSummary;
    };
    const costs = {
      ...{ xrd_total_execution_cost: '0.4', xrd_total_finalization_cost: '0.1', xrd_total_storage_cost: '0.3' },
      ...{ xrd_total_royalty_cost: '0', xrd_total_tipping_cost: '0.0025' },
    };
    expect(await summaryOf(costs)).toEqual({ tip: 25n * 10n ** 14n, tipped: 5n * 10n ** 17n });
    expect(await summaryOf({ ...costs, xrd_total_tipping_cost: 1 })).toBeUndefined();
  });

  it('the holdings of another account are refused', async () => {
    const gateway = await FakeGateway.start();
    gateway.holdings.set('b', []);
    gateway.on('/state/entity/page/fungibles/', gateway.answer('/state/entity/page/fungibles/', { address: 'b' }));
    expect(await failure(endpointOf(gateway).fungiblesPage('a'))).toMatchObject({ code: 'bad-answer' });
  });

  it('T13, T31, T55, T60: a preview is judged by its receipt; its fee is the sum of five', async () => {
    const gateway = await FakeGateway.start();
    const endpoint = endpointOf(gateway);
    const fee = 10n ** 18n + 10n ** 16n;
    gateway.on(PREVIEW, receipt('Succeeded'));
    expect(await endpoint.preview('4d')).toEqual({ status: 'Succeeded', fee, stateVersion: 4711 });
    gateway.on(PREVIEW, receipt('Rejected', 'IntentHashPreviouslyCommitted(Subintent(..))'));
    expect(await endpoint.preview('4d')).toMatchObject({
      status: 'Rejected',
      error: expect.stringContaining('Intent'),
    });
    gateway.on(PREVIEW, receipt('CommittedSuccess'));
    expect(await failure(endpoint.preview('4d'))).toMatchObject({ code: 'bad-answer' });
  });

  it('T13: a preview tells what it would bring into being, where all of that can be read', async () => {
    const gateway = await FakeGateway.start();
    const created = async (state_updates: unknown) => {
      const answer: any = receipt('Succeeded');
      gateway.on(PREVIEW, { json: { ...answer.json, receipt: { ...answer.json.receipt, state_updates } } });
      const { status, created } = await endpointOf(gateway).preview('4d');
      expect(status).toBe('Succeeded');
      return created;
    };
    const substate = (entity_address: string, substate_type: string, substate_key: object) => ({
      substate_id: {
        ...{ entity_type: 'GlobalAccount', entity_address, entity_module: 'Main', partition_kind: 'KeyValue' },
        ...{ partition_number: 65, substate_type, substate_key },
      },
      value: { substate_data: { substate_type, is_locked: false } },
      system_structure: { type: 'KeyValueStoreEntry' },
    });
    const entry = (key_hex: string) =>
      substate('account_a', 'AccountVaultEntry', { key_type: 'Map', db_sort_key_hex: '00', key_hex });
    const none = { deleted_partitions: [], created_substates: [], updated_substates: [], deleted_substates: [] };
    const new_global_entities = [{ entity_type: 'GlobalAccount', is_global: true, entity_address: 'account_b' }];
    const field = substate('internal_vault_a', 'FungibleVaultFieldBalance', { key_type: 'Field', id: 0 });
    const whole = { ...none, new_global_entities, created_substates: [field, entry(`5c80${'5d'.repeat(30)}`)] };
    expect(await created(whole)).toEqual({
      entities: ['account_b'],
      vaults: [{ account: 'account_a', resource: '5d'.repeat(30) }],
    });
    expect(await created({ ...none, new_global_entities: [] })).toEqual({ entities: [], vaults: [] });
    for (const bad of [null, [], {}, { ...whole, created_substates: [{}] }, { ...whole, new_global_entities: 1 }]) {
      expect(await created(bad)).toBeUndefined();
    }
    for (const key of ['', '5c', `5c80${'5d'.repeat(31)}`]) {
      expect(await created({ ...whole, created_substates: [entry(key)] })).toBeUndefined();
    }
  });

  it('T11, T48: a preview without a receipt, or with one that is none, is no answer', async () => {
    const gateway = (await FakeGateway.start()).on(PREVIEW, { json: { at_ledger_state_version: 1 } });
    expect(await failure(endpointOf(gateway).preview('4d'))).toMatchObject({ code: 'bad-answer' });
    gateway.on(PREVIEW, { json: { at_ledger_state_version: 1, receipt: { status: 'Succeeded' } } });
    expect(await failure(endpointOf(gateway).preview('4d'))).toMatchObject({ code: 'bad-answer' });
  });

  it('T5: the state of a preview is not taken for one of the Gateway', async () => {
    const gateway = (await FakeGateway.start()).on(PREVIEW, receipt('Succeeded'));
    const endpoint = endpointOf(gateway);
    endpoint.onLedgerState = vi.fn();
    await endpoint.preview('4d');
    expect(endpoint.onLedgerState).not.toHaveBeenCalled();
  });

  it('payloads and long texts do not get into messages', async () => {
    const thrown = await statusWith(error(400, undefined, `bad payload ${'4d220c02'.repeat(500)}\n${'x'.repeat(999)}`));
    expect(thrown.message.length).toBeLessThan(400);
    expect(thrown.message).toContain('bad payload … xxx');
    expect(excerpt('a\u0000\u001b[31mb')).toBe('a [31mb');
  });
});

function receipt(status: string, error_message?: string): Scripted {
  const fee_summary = {
    ...{ xrd_total_execution_cost: '0.47', xrd_total_finalization_cost: '0.07', xrd_total_storage_cost: '0.44' },
    ...{ xrd_total_royalty_cost: '0.02', xrd_total_tipping_cost: '0.01' },
  };
  return { json: { at_ledger_state_version: 4711, receipt: { status, fee_summary, error_message } } };
}
