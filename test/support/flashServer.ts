import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

/** A message that the server was sent. */
export interface Heard {
  readonly link: WebSocket;
  readonly id: number | undefined;
  readonly method: string;
  readonly params: any;
}

/** What becomes of a call. */
export type Reaction =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  /** Nothing comes back. */
  | 'silence'
  /** The connection is cut. */
  | 'drop';

/** A Flash Liquidity API on 127.0.0.1 that does what a test tells it, and by default what is documented or assumed. */
export class FlashServer {
  readonly heard: Heard[] = [];
  readonly requests: IncomingMessage[] = [];
  /** Answers to calls that the server made. */
  readonly answers: any[] = [];
  /** Fill execution so far, as it is told. */
  history: object[] = [];
  readonly react = new Map<string, (heard: Heard) => Reaction>();
  private readonly links = new Set<WebSocket>();

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (link, request) => {
      this.requests.push(request);
      this.links.add(link);
      link.on('error', () => {});
      link.on('close', () => this.links.delete(link));
      link.on('message', (data) => this.received(link, JSON.parse(data.toString())));
    });
  }

  static async start({ port = 0, key = undefined as string | undefined } = {}): Promise<FlashServer> {
    const server = new WebSocketServer({
      ...{ host: '127.0.0.1', port, perMessageDeflate: false },
      verifyClient: ({ req }: { req: IncomingMessage }, done: (ok: boolean, code?: number) => void) => {
        done(key === undefined || req.headers['anthic-api-key'] === key, 401);
      },
    });
    await new Promise<void>((resolve) => server.once('listening', resolve));
    return new FlashServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  get connections(): number {
    return this.links.size;
  }

  /** Calls of a method so far. */
  calls(method: string): Heard[] {
    return this.heard.filter((each) => each.method === method);
  }

  /** Waits until a method was called so often. */
  async called(method: string, count = 1): Promise<Heard[]> {
    await vi.waitFor(
      () => {
        if (this.calls(method).length < count) {
          throw new Error(`${this.calls(method).length} of ${count} ${method} in ${this.heard.map((of) => of.method)}`);
        }
      },
      { timeout: 8000, interval: 5 },
    );
    return this.calls(method);
  }

  /** To every connection, as it is. */
  push(text: string): void {
    for (const link of this.links) link.send(text);
  }

  notify(method: string, params: unknown): void {
    this.push(JSON.stringify({ method, params }));
  }

  /** The next of fill execution: kept, and told to every connection. */
  execute(orderId: string, change: object, { told = true } = {}): void {
    const params = { sequence_number: this.history.length + 1, occurred_at: 1733248268, order_id: orderId, change };
    this.history.push(params);
    if (told) this.notify('maker.fill_execution.next', params);
  }

  drop(): void {
    for (const link of this.links) link.terminate();
  }

  hangUp(reason: string): void {
    for (const link of this.links) link.close(1000, reason);
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private received(link: WebSocket, message: any): void {
    if (message.method === undefined) {
      this.answers.push(message);
      return;
    }
    const heard: Heard = { link, id: message.id, method: message.method, params: message.params };
    this.heard.push(heard);
    const reaction = (this.react.get(heard.method) ?? ((each: Heard) => this.byDefault(each)))(heard);
    if (reaction === 'drop') link.terminate();
    else if (reaction !== 'silence' && heard.id !== undefined) {
      link.send(JSON.stringify({ jsonrpc: '2.0', id: heard.id, ...reaction }));
    }
  }

  private byDefault({ link, method, params }: Heard): Reaction {
    if (method === 'platform.fill_execution.start_stream') {
      const at = params.historical_starting_point;
      const from: number = typeof at === 'number' ? at : at.at_sequence_number;
      for (const each of this.history.slice(from - 1)) {
        link.send(JSON.stringify({ method: 'maker.fill_execution.next', params: each }));
      }
    }
    return { result: method === 'platform.fills.fill' ? { accepted: true } : {} };
  }
}

/** An order as the documentation shows it, with what a test changes. */
export function newOrder(id: string, change: object = {}): object {
  const now = Math.floor(Date.now() / 1000);
  return {
    id,
    created_at: now,
    fill_before: now + 30,
    limit_order: { sell: { symbol: 'xwBTC', amount: '0.0003' }, buy: { symbol: 'xUSDC', amount: '25.385284' } },
    ...change,
  };
}
