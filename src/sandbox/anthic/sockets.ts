import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Faults } from './faults.js';

export interface SocketOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly path: string;
  /** Longer messages close the connection with 1009. */
  readonly maxMessage: number;
  readonly pingMs: number;
  readonly faults: Faults;
  /** The status with which an upgrade is refused; undefined: it is not. */
  readonly refuse?: (request: IncomingMessage) => number | undefined;
  readonly onOpen: (peer: Peer, request: IncomingMessage) => void;
}

/** A peer that reads slower than this much more is cut off: what it misses, nobody keeps for it. */
const MAX_BUFFERED = 8 * 1024 * 1024;

/** One websocket of a client: sends in order, late or not at all where a fault says so, and notices when nobody is there. */
export class Peer {
  onText: (text: string) => void = () => {};
  onBeat: () => void = () => {};
  onClose: () => void = () => {};
  private alive = true;
  private late: Promise<void> | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly faults: Faults,
  ) {
    socket.on('error', () => {}); // a close follows
    socket.on('pong', () => {
      this.alive = true;
    });
    socket.on('message', (data, isBinary) => {
      this.alive = true;
      this.onText(isBinary ? '' : textOf(data));
    });
  }

  send(text: string): void {
    const { lost, disconnects, delayMs } = this.faults.fateOfMessage();
    if (disconnects) return this.terminate();
    if (lost) return;
    if (delayMs === 0 && this.late === undefined) return this.write(text);
    const before = this.late ?? Promise.resolve();
    const sent = before.then(() => pause(delayMs)).then(() => this.write(text));
    this.late = sent;
    void sent.then(() => {
      if (this.late === sent) this.late = undefined;
    });
  }

  terminate(): void {
    this.socket.terminate();
  }

  /** Cuts off who has not been heard since the last call, and asks again. */
  beat(): void {
    if (!this.alive) return this.terminate();
    this.alive = false;
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.ping();
    this.onBeat();
  }

  private write(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > MAX_BUFFERED) return this.terminate();
    this.socket.send(text);
  }
}

/** A websocket server on a port of its own. */
export class SocketServer {
  private constructor(
    readonly url: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async start(options: SocketOptions): Promise<SocketServer> {
    const { host, port, path, maxMessage, faults } = options;
    const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessage, perMessageDeflate: false });
    const peers = new Set<Peer>();
    const http = createServer((_request, response) => response.writeHead(426).end());
    http.on('upgrade', (request, socket, head) => {
      const status = pathOf(request) === path ? options.refuse?.(request) : 404;
      if (status !== undefined) return refuse(socket, status);
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        const peer = new Peer(websocket, faults);
        peers.add(peer);
        websocket.on('close', () => {
          peers.delete(peer);
          peer.onClose();
        });
        options.onOpen(peer, request);
      });
    });
    const heart = setInterval(() => {
      for (const peer of peers) peer.beat();
    }, options.pingMs);
    heart.unref();
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(port, host, resolve);
    });
    const { port: bound } = http.address() as AddressInfo;
    return new SocketServer(`ws://${host}:${bound}${path === '/' ? '' : path}`, async () => {
      clearInterval(heart);
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      for (const peer of peers) peer.terminate();
      http.closeAllConnections();
      await closed;
    });
  }

  close(): Promise<void> {
    return this.stop();
  }
}

/** Not by `URL`, which throws at what some clients send. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

const REASON: Readonly<Record<number, string>> = { 401: 'Unauthorized', 404: 'Not Found' };

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} ${REASON[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.concat(data as Buffer[]).toString('utf8');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
