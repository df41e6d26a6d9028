import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** How the server meets connections to come. */
export type StreamMode =
  /** A proper websocket; `first` happens to it as soon as it is open. */
  | { readonly type: 'accept'; readonly first?: StreamAct }
  /** TCP is accepted, and nothing follows. */
  | { readonly type: 'silent' }
  /** A handshake that never ends: another byte of headers every `everyMs` (20). */
  | { readonly type: 'drip'; readonly everyMs?: number }
  /** An HTTP answer in place of the handshake. */
  | { readonly type: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly type: 'redirect'; readonly location: string }
  /** Bytes that are no HTTP. */
  | { readonly type: 'garbage' }
  /** A 101 with a wrong key. */
  | { readonly type: 'bad-accept' }
  /** A TCP reset in place of the handshake. */
  | { readonly type: 'reset' };

/** What the server does to links that are open. */
export type StreamAct =
  /** Answers no ping any more; pushed frames still go out. */
  | { readonly type: 'freeze' }
  /** Neither reads nor writes any more, and keeps the connection: a peer behind a broken path. */
  | { readonly type: 'half-open' }
  /** TCP reset. */
  | { readonly type: 'reset' }
  /** TCP end without a close frame: the client sees close code 1006. */
  | { readonly type: 'drop' }
  | { readonly type: 'close'; readonly code?: number; readonly reason?: string }
  /** A close frame, after which the peer neither reads nor ends the connection. */
  | { readonly type: 'close-and-hang'; readonly code: number }
  /** Bytes that are no websocket frames. */
  | { readonly type: 'garbage' }
  /** The header of a frame of so many bytes, and none of them. */
  | { readonly type: 'oversized'; readonly bytes: number }
  | { readonly type: 'binary'; readonly data: Uint8Array }
  | { readonly type: 'bad-utf8' };

export interface StreamServer {
  readonly url: string;
  readonly port: number;
  /** Open websockets. */
  readonly connections: number;
  /** When TCP connections came, by `performance.now()`; the failed ones too. */
  readonly arrivals: readonly number[];
  /** Requests for the upgrade, as far as they came. */
  readonly requests: readonly IncomingMessage[];
  /** Sends the text to every open link, in order; frozen ones too, half-open ones not. */
  push(frame: string): void;
  /** Pushes a bundle as the Solver API does (docs/interfaces.md §4.3); returns the frame. */
  pushBundle(payloads: readonly string[]): string;
  behave(mode: StreamMode): void;
  act(act: StreamAct): void;
  /** Resolves when so many links are open; for tests that push right after a start. */
  opened(count?: number): Promise<void>;
  close(): Promise<void>;
}

export function bundleFrame(payloads: readonly string[]): string {
  return JSON.stringify({ id: null, jsonrpc: '2.0', method: 'new_subintent_bundle', params: payloads });
}

/** A Solver API on 127.0.0.1 that speaks the real format, and fails as told. */
export async function startStreamServer({ port = 0 }: { port?: number } = {}): Promise<StreamServer> {
  let mode: StreamMode = { type: 'accept' };
  const sockets = new Set<Socket>();
  const links = new Map<WebSocket, Socket>();
  const deaf = new WeakSet<WebSocket>();
  const arrivals: number[] = [];
  const requests: IncomingMessage[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];

  const websockets = new WebSocketServer({ noServer: true, autoPong: false, perMessageDeflate: false });
  const http = createServer();
  http.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (mode.type === 'status') return answer(socket as Socket, mode.status, mode.headers);
    if (mode.type === 'redirect') return answer(socket as Socket, 302, { location: mode.location });
    if (mode.type === 'bad-accept') return void socket.write(`${SWITCHING}Sec-WebSocket-Accept: none\r\n\r\n`);
    const first = mode.type === 'accept' ? mode.first : undefined;
    websockets.handleUpgrade(request, socket as Socket, head, (link) => {
      links.set(link, socket as Socket);
      link.on('error', () => {});
      link.on('close', () => links.delete(link));
      link.on('ping', (data) => !deaf.has(link) && link.readyState === link.OPEN && link.pong(data));
      if (first !== undefined) perform(link, first);
      for (const waiter of waiting.splice(0)) {
        if (links.size >= waiter.count) waiter.resolve();
        else waiting.push(waiter);
      }
    });
  });

  const tcp = createTcpServer((socket) => {
    arrivals.push(performance.now());
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (mode.type === 'silent') socket.resume();
    else if (mode.type === 'drip') drip(socket, mode.everyMs ?? 20);
    else if (mode.type === 'garbage') socket.resume().write('\u0000\u0001 this is no HTTP\r\n\r\n');
    else if (mode.type === 'reset') socket.once('data', () => socket.resetAndDestroy());
    else http.emit('connection', socket);
  });

  function perform(link: WebSocket, act: StreamAct): void {
    const socket = links.get(link)!;
    if (act.type === 'freeze') deaf.add(link);
    else if (act.type === 'half-open') {
      deaf.add(link);
      links.delete(link);
      link.pause();
    } else if (act.type === 'reset') socket.resetAndDestroy();
    else if (act.type === 'drop') link.terminate();
    else if (act.type === 'close') link.close(act.code, act.reason);
    else if (act.type === 'close-and-hang') {
      links.delete(link);
      link.pause();
      socket.write(Buffer.from([0x88, 0x02, act.code >> 8, act.code & 0xff]));
    } else if (act.type === 'garbage') socket.write(Buffer.from('ffff0000deadbeef', 'hex'));
    else if (act.type === 'oversized') {
      const header = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
      header.writeBigUInt64BE(BigInt(act.bytes), 2);
      socket.write(header);
    } else if (act.type === 'binary') link.send(act.data, { binary: true });
    else socket.write(Buffer.from([0x81, 0x02, 0xc3, 0x28]));
  }

  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(port, '127.0.0.1', resolve);
  });
  const bound = (tcp.address() as AddressInfo).port;

  const server: StreamServer = {
    url: `ws://127.0.0.1:${bound}/solver`,
    port: bound,
    get connections() {
      return links.size;
    },
    arrivals,
    requests,
    push(frame) {
      for (const link of links.keys()) link.send(frame);
    },
    pushBundle(payloads) {
      const frame = bundleFrame(payloads);
      server.push(frame);
      return frame;
    },
    behave(next) {
      mode = next;
    },
    act(act) {
      for (const link of [...links.keys()]) perform(link, act);
    },
    opened(count = 1) {
      if (links.size >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    close() {
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
  return server;
}

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

function answer(socket: Socket, status: number, headers: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries({ 'content-length': '0', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  // It stays open: whoever was refused has to hang up by itself.
  socket.write(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n`);
}

function drip(socket: Socket, everyMs: number): void {
  socket.resume().write(`${SWITCHING}X-Drip: `);
  const timer = setInterval(() => socket.write('x'), everyMs);
  socket.once('close', () => clearInterval(timer));
}
