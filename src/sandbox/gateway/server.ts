import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SolverError } from '../../base/error.js';
import { type Fault, type FaultScript, NO_FAULTS } from '../fault/fault.js';
import { FaultSchedule } from '../fault/schedule.js';
import { Fields } from '../fields.js';
import type { World } from '../world/world.js';
import type { Call, Endpoint } from './call.js';
import { committedDetails } from './committed.js';
import { type Answer, deliver, jsonAnswer } from './deliver.js';
import { entityDetails, fungiblesPage, fungibleVaultsPage } from './entity.js';
import { GatewayError, internalError, invalidRequest, notSyncedUp } from './error.js';
import { construction, gatewayStatus, networkConfiguration } from './network.js';
import { PendingPayloads } from './pending.js';
import { previewV2 } from './preview.js';
import { subintentStatus, transactionStatus } from './status.js';
import { submit } from './submit.js';
import { type View, viewOf } from './view.js';

// biome-ignore format: a table reads better aligned
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/status/gateway-status':              gatewayStatus,
  '/status/network-configuration':       networkConfiguration,
  '/transaction/construction':           construction,
  '/transaction/preview-v2':             previewV2,
  '/transaction/submit':                 submit,
  '/transaction/status':                 transactionStatus,
  '/transaction/subintent-status':       subintentStatus,
  '/transaction/committed-details':      committedDetails,
  '/state/entity/details':               entityDetails,
  '/state/entity/page/fungibles':        fungiblesPage,
  '/state/entity/page/fungible-vaults':  fungibleVaultsPage,
};

/** 1 MiB of transaction, as hex, and room for the rest. */
const BODY_LIMIT = 3 * 1024 * 1024;

export interface GatewayOptions {
  readonly host?: string;
  /** 0: any that is free. */
  readonly port?: number;
  readonly faults?: FaultScript;
}

/** One Gateway over a world: the real wire format (docs/interfaces.md §1 to §3), a database of its own, faults of its own. */
export class Gateway {
  faults: FaultSchedule;
  private readonly pending: PendingPayloads;
  private readonly stopListening: () => void;
  private url_ = '';

  private constructor(
    readonly world: World,
    private readonly app: FastifyInstance,
    faults: FaultScript,
  ) {
    this.faults = new FaultSchedule(faults);
    this.pending = new PendingPayloads(world.node, world.history, world.clock.now);
    this.stopListening = world.onRound(() => this.pending.tick());
  }

  /** `extend` adds routes that are no part of the real API. */
  static async start(
    world: World,
    options: GatewayOptions = {},
    extend: (app: FastifyInstance, gateway: Gateway) => void = () => {},
  ): Promise<Gateway> {
    const app = Fastify({
      bodyLimit: BODY_LIMIT,
      forceCloseConnections: true,
      routerOptions: { ignoreTrailingSlash: true },
    });
    // The body is parsed where errors become the Gateway's; an empty one is no error.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    const gateway = new Gateway(world, app, options.faults ?? NO_FAULTS);
    for (const [path, endpoint] of Object.entries(ENDPOINTS)) {
      app.post(path, (request, reply) => gateway.serve(path, endpoint, request, reply));
    }
    app.get('/health', () => 'Healthy');
    app.setNotFoundHandler((_request, reply) => reply.code(404).send());
    app.setErrorHandler((error, _request, reply) => deliver(reply, errorAnswer(error), undefined));
    extend(app, gateway);
    await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
    const { port } = app.server.address() as AddressInfo;
    gateway.url_ = `http://${options.host ?? '127.0.0.1'}:${port}`;
    return gateway;
  }

  get url(): string {
    return this.url_;
  }

  async close(): Promise<void> {
    this.stopListening();
    await this.app.close();
  }

  private async serve(path: string, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply) {
    const { delayMs, fault } = this.faults.next(path);
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    // The handler's promise never settles: the connection stays open until the client, or the server, closes it.
    if (fault?.type === 'stall') return reply.hijack();
    return deliver(
      reply,
      (await answered(() => refusalOf(fault))) ?? (await this.answer(endpoint, request, fault)),
      fault,
    );
  }

  private async answer(endpoint: Endpoint, request: FastifyRequest, fault: Fault | undefined): Promise<Answer> {
    const call = (): Call => ({
      body: bodyOf(request.body),
      view: this.view(fault),
      world: this.world,
      pending: this.pending,
      drop: fault?.type === 'never-commits' ? (fault.forget ? 'forget' : 'keep') : undefined,
    });
    return (await answered(async () => jsonAnswer(200, await endpoint(call()))))!;
  }

  private view(fault: Fault | undefined): View {
    const { history, state } = this.world;
    if (fault?.type === 'stale-state') return viewOf(history.before(fault.rounds));
    if (fault?.type === 'late-status') return { state, commitsUpTo: history.before(fault.rounds).stateVersion };
    return viewOf(state);
  }
}

/** The JSON object of a request; without a body an empty one. */
export function bodyOf(body: unknown): Fields {
  if (body === undefined || body === null || body === '') return Fields.of({});
  try {
    return Fields.of(JSON.parse(body as string));
  } catch (error) {
    throw error instanceof SolverError ? error : invalidRequest('$', `The JSON value could not be read: ${error}`);
  }
}

async function answered(make: () => Promise<Answer> | Answer | undefined): Promise<Answer | undefined> {
  try {
    return await make();
  } catch (error) {
    return errorAnswer(error);
  }
}

/** The answers of faults that keep the request from its endpoint. */
function refusalOf(fault: Fault | undefined): Answer | undefined {
  switch (fault?.type) {
    case 'rate-limit':
      return { status: 429, headers: retryAfter(fault.retryAfter), body: '' };
    case 'unavailable': {
      const headers = { 'content-type': 'text/html', ...retryAfter(fault.retryAfter) };
      return { status: fault.status, headers, body: '<html><body><h1>Service Unavailable</h1></body></html>' };
    }
    case 'internal-error':
      throw internalError(fault.exception);
    case 'not-synced':
      throw notSyncedUp(fault.delaySeconds);
    default:
      return undefined;
  }
}

function retryAfter(value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { 'retry-after': value };
}

export function errorAnswer(error: unknown): Answer {
  const { status, message, details } = gatewayErrorOf(error);
  return jsonAnswer(status, { code: status, message, details, trace_id: traceId() });
}

function gatewayErrorOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof SolverError) {
    return error.code === 'bad-field'
      ? invalidRequest(error.path, error.message)
      : internalError('BadGatewayException');
  }
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== undefined && status < 500) return new GatewayError(status, (error as Error).message);
  return internalError('UnknownException');
}

let traces = 0;

/** Of the form of the real ones, and counted. */
function traceId(): string {
  traces += 1;
  return `00-${traces.toString(16).padStart(32, '0')}-${'1'.padStart(16, '0')}-00`;
}
