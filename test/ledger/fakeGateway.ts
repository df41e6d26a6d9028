import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { type EndpointOptions, GatewayEndpoint } from '../../src/ledger/endpoint.js';
import { keepAliveFetch } from '../../src/ledger/keepAlive.js';
import type { Surroundings } from '../../src/ledger/surroundings.js';
import { systemSurroundings } from '../../src/ledger/surroundings.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';

/** A Gateway that says what a test wants, over a real socket. Paths without a script are answered as by an honest one. */

export type Scripted =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly text: string; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly fault: 'stall' | 'reset' | 'reset-mid-body' };

export interface Request {
  readonly path: string;
  readonly body: any;
  readonly headers: IncomingMessage['headers'];
  readonly at: number;
}

type Script = Scripted | ((request: Request, nth: number) => Scripted | Promise<Scripted>);

export interface Committed {
  readonly success: boolean;
  readonly stateVersion: number;
  readonly error?: string;
  readonly subintents?: readonly string[];
  readonly balances?: object | null;
  readonly feePaid?: string;
}

const NETWORK = 2;
export const XRD_ADDRESS = formatAddress(XRD, NETWORK);
export const START_MS = Date.parse('2026-01-01T00:00:00.000Z');

const open: FakeGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

export class FakeGateway {
  readonly requests: Request[] = [];
  /** The ledger as this Gateway knows it. */
  stateVersion = 100;
  epoch = 10;
  timeMs = START_MS;
  networkId = NETWORK;
  xrd = XRD_ADDRESS;
  readonly committed = new Map<string, Committed>();
  /** Of transactions that are not committed: the fields of a status answer. */
  readonly pending = new Map<string, Record<string, unknown>>();
  holdings = new Map<string, [string, string][]>();
  private readonly scripts = new Map<string, { script: Script; calls: number }>();
  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeGateway> {
    const server = createServer((request, response) => void gateway.serve(request, response));
    const gateway = new FakeGateway(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(gateway);
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(path: string, script: Script): this {
    this.scripts.set(path, { script, calls: 0 });
    return this;
  }

  honest(path: string): this {
    this.scripts.delete(path);
    return this;
  }

  calls(path: string): Request[] {
    return this.requests.filter((request) => request.path === path);
  }

  commit(id: string, committed: Partial<Committed> = {}): void {
    this.stateVersion += 1;
    this.committed.set(id, { success: true, stateVersion: this.stateVersion, ...committed });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  ledgerState() {
    return {
      network: 'stokenet',
      state_version: this.stateVersion,
      proposer_round_timestamp: new Date(this.timeMs).toISOString(),
      epoch: this.epoch,
      round: 3,
    };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = text === '' ? {} : JSON.parse(text);
    const asked: Request = { path, body, headers: request.headers, at: performance.now() };
    this.requests.push(asked);
    const scripted = this.scripts.get(path);
    if (scripted === undefined) return send(response, this.answer(path, body));
    scripted.calls += 1;
    const { script } = scripted;
    send(response, typeof script === 'function' ? await script(asked, scripted.calls) : script);
  }

  answer(path: string, body: any): Scripted {
    const ledger_state = this.ledgerState();
    switch (path) {
      case '/status/gateway-status':
        return { json: { ledger_state, release_info: {} } };
      case '/status/network-configuration':
        return {
          json: { network_id: this.networkId, network_name: 'stokenet', well_known_addresses: { xrd: this.xrd } },
        };
      case '/transaction/submit':
        return { json: { duplicate: false } };
      case '/transaction/status': {
        const commit = this.committed.get(body.intent_hash);
        if (commit === undefined) {
          const of = this.pending.get(body.intent_hash) ?? { intent_status: 'Unknown', known_payloads: [] };
          return { json: { ledger_state, status: 'Pending', ...of } };
        }
        const status = commit.success ? 'CommittedSuccess' : 'CommittedFailure';
        return {
          json: { ledger_state, status, intent_status: status, known_payloads: [], error_message: commit.error },
        };
      }
      case '/transaction/subintent-status': {
        const winner = [...this.committed].find(
          ([, { success, subintents }]) => success && subintents?.includes(body.subintent_hash),
        );
        if (winner === undefined) return { json: { ledger_state, subintent_status: 'Unknown' } };
        return {
          json: {
            ledger_state,
            subintent_status: 'CommittedSuccess',
            finalized_at_state_version: winner[1].stateVersion,
            finalized_at_transaction_intent_hash: winner[0],
          },
        };
      }
      case '/transaction/committed-details':
        return this.details(body);
      case '/state/entity/page/fungibles/':
        return this.page(body);
      case '/state/entity/page/fungible-vaults/':
        return this.vaults(body);
      default:
        return { status: 404, text: '' };
    }
  }

  private details(body: any): Scripted {
    const commit = this.committed.get(body.intent_hash);
    const at = body.at_ledger_state?.state_version ?? Infinity;
    if (commit === undefined || commit.stateVersion > at) return notFound('TransactionNotFoundError');
    const balances = commit.balances === undefined ? NO_CHANGES : commit.balances;
    return {
      json: {
        ledger_state: this.ledgerState(),
        transaction: {
          transaction_status: commit.success ? 'CommittedSuccess' : 'CommittedFailure',
          state_version: commit.stateVersion,
          epoch: this.epoch,
          round: 3,
          round_timestamp: new Date(this.timeMs).toISOString(),
          intent_hash: body.intent_hash,
          fee_paid: commit.feePaid ?? '0.9',
          error_message: commit.error,
          ...(balances === null ? {} : { balance_changes: balances }),
        },
      },
    };
  }

  private page(body: any): Scripted {
    const held = this.holdings.get(body.address);
    if (held === undefined) return notFound('EntityNotFoundError');
    const from = Number(body.cursor ?? '0');
    const items = held.slice(from, from + 2).map(([resource_address, amount]) => ({
      ...{ aggregation_level: 'Global', resource_address, amount, last_updated_at_state_version: 1 },
    }));
    const next_cursor = from + 2 < held.length ? String(from + 2) : undefined;
    const state_version = body.at_ledger_state?.state_version ?? this.stateVersion;
    const ledger_state = { ...this.ledgerState(), state_version };
    return { json: { ledger_state, address: body.address, total_count: held.length, next_cursor, items } };
  }

  private vaults({ address, resource_address, at_ledger_state }: any): Scripted {
    const held = this.holdings.get(address)?.filter(([resource]) => resource === resource_address);
    if (held === undefined) return notFound('EntityNotFoundError');
    const items = held.map(([, amount]) => ({
      ...{ vault_address: 'internal_vault_tdx_2_1x', amount, last_updated_at_state_version: 1 },
    }));
    const ledger_state = { ...this.ledgerState(), state_version: at_ledger_state?.state_version ?? this.stateVersion };
    return { json: { ledger_state, total_count: items.length, items, address, resource_address } };
  }
}

export const NO_CHANGES = {
  fungible_fee_balance_changes: [],
  fungible_balance_changes: [],
  non_fungible_balance_changes: [],
};

export function notFound(type: string): Scripted {
  return error(404, { type });
}

export function error(status: number, details: object | undefined, message = 'it did not work'): Scripted {
  return { status, json: { code: status, message, details, trace_id: '00-1' } };
}

export const HTML: Scripted = {
  text: '<html><body>Bad Gateway</body></html>',
  headers: { 'content-type': 'text/html' },
};

function send(response: ServerResponse, scripted: Scripted): void {
  if ('fault' in scripted) {
    if (scripted.fault === 'stall') return;
    if (scripted.fault === 'reset') return void response.socket?.resetAndDestroy();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{"ledger_state":', () => setTimeout(() => response.socket?.resetAndDestroy(), 5));
    return;
  }
  const isJson = 'json' in scripted;
  const type: Record<string, string> = isJson ? { 'content-type': 'application/json' } : {};
  response.writeHead(scripted.status ?? 200, { ...type, ...scripted.headers });
  response.end(isJson ? JSON.stringify(scripted.json) : scripted.text);
}

export function after(ms: number, scripted: Scripted): () => Promise<Scripted> {
  return () => new Promise((resolve) => setTimeout(() => resolve(scripted), ms));
}

const FETCH = keepAliveFetch();

/** Real time and sockets; this machine's clock agrees with the fakes' ledger unless told otherwise. */
export function surroundings(of: Partial<Surroundings> = {}): Surroundings {
  return { ...systemSurroundings(), fetch: FETCH, wallNow: () => START_MS, random: () => 0.5, ...of };
}

export function endpointOf(gateway: FakeGateway, options: EndpointOptions = {}, of = surroundings()): GatewayEndpoint {
  return new GatewayEndpoint(gateway.url, of, { timeoutMs: 1_000, coolDown: { baseMs: 10, capMs: 40 }, ...options });
}
