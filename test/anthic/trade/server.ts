import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** A Trade API that says what a test wants, over a real socket. */

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: any;
}

export type Scripted =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly text: string; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly fault: 'stall' | 'stall-mid-body' | 'reset' | 'reset-mid-body' | 'endless' };

/** By `METHOD /path`. A list is answered one by one, its last for ever. */
type Script = Scripted | readonly Scripted[] | ((asked: Asked, nth: number) => Scripted);

const open: TradeServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

export class TradeServer {
  readonly asked: Asked[] = [];
  private readonly scripts = new Map<string, Script>();
  private readonly server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    const asked = { method, url, headers, body: text === '' ? undefined : JSON.parse(text) };
    this.asked.push(asked);
    const [path] = url.split('?');
    const name = `${method} ${path}`;
    const nth = this.asked.filter((each) => `${each.method} ${each.url.split('?')[0]}` === name).length;
    answer(response, this.scripted(name, asked, nth));
  });

  static async start(scripts: Record<string, Script> = {}): Promise<TradeServer> {
    const server = new TradeServer();
    for (const [name, script] of Object.entries(scripts)) server.scripts.set(name, script);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    open.push(server);
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(name: string, script: Script): void {
    this.scripts.set(name, script);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private scripted(name: string, asked: Asked, nth: number): Scripted {
    const script = this.scripts.get(name);
    if (script === undefined) return refusal(404, 'not-found', `no ${name}`);
    if (typeof script === 'function') return script(asked, nth);
    return Array.isArray(script) ? script[Math.min(nth, script.length) - 1]! : (script as Scripted);
  }
}

export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Scripted {
  return { status, headers, json: { success: false, error: { code, message } } };
}

function answer(response: ServerResponse, scripted: Scripted): void {
  if (!('fault' in scripted)) {
    const text = 'json' in scripted ? JSON.stringify(scripted.json) : scripted.text;
    response.writeHead(scripted.status ?? 200, { 'content-type': 'application/json', ...scripted.headers }).end(text);
    return;
  }
  if (scripted.fault === 'stall') return;
  if (scripted.fault === 'reset') {
    response.destroy();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"tokens": [');
  if (scripted.fault === 'reset-mid-body') setTimeout(() => response.destroy(), 20);
  if (scripted.fault === 'endless') pour(response);
}

function pour(response: ServerResponse): void {
  const chunk = ' '.repeat(256 * 1024);
  while (!response.destroyed && response.write(chunk));
  if (!response.destroyed) response.once('drain', () => pour(response));
}
