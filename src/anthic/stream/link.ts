import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import type { Clock } from './clock.js';
import { type Cause, type ClosedReason, causeOf, detailText, type RefusedReason } from './event.js';
import { Heartbeat } from './heartbeat.js';
import { retryAfterMs } from './retryAfter.js';
import type { StreamSettings } from './settings.js';

/** `closeTimeout` is an option of ws 8.23 that its types do not know. */
export type SocketOptions = ClientOptions & { readonly closeTimeout: number };

export type Connect = (url: URL, options: SocketOptions) => WebSocket;

export const connectWebSocket: Connect = (url, options) => new WebSocket(url, options);

/** How a link ended: it was open once, or it never came about. */
export type LinkEnd =
  | ({ readonly type: 'closed'; readonly reason: ClosedReason } & Cause)
  | ({
      readonly type: 'refused';
      readonly reason: RefusedReason;
      readonly status?: number;
      readonly retryAfterMs?: number;
    } & Cause);

export interface LinkHandlers {
  onOpen(): void;
  onText(text: string): void;
  onBinary(bytes: number): void;
  /** Any frame, pings and pongs included. */
  onHeard(): void;
  /** Called once, and nothing after it. */
  onEnd(end: LinkEnd): void;
}

export interface LinkOptions {
  readonly url: URL;
  /** Sent with the upgrade, to this URL alone: no redirect is followed. May hold a secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly settings: StreamSettings;
}

/**
 * One socket from connecting to its end. The first cause ends it, at once and without waiting for the peer; whatever the
 * socket says later is ignored, so a superseded link can never speak for its successor.
 */
export class Link {
  private socket: WebSocket | undefined;
  private heartbeat: Heartbeat | undefined;
  private cancelHandshake: () => void = () => {};
  private open = false;
  private over = false;

  constructor(
    private readonly options: LinkOptions,
    private readonly handlers: LinkHandlers,
  ) {}

  start(): void {
    const { url, headers, connect, clock, settings } = this.options;
    // The option handshakeTimeout of ws is an idle time, which a dripping peer stretches for ever (docs/interfaces.md §7).
    this.cancelHandshake = clock.after(settings.handshakeTimeoutMs, () => {
      this.end({ type: 'refused', reason: 'timeout' });
    });
    try {
      this.socket = connect(url, {
        perMessageDeflate: false,
        followRedirects: false,
        maxPayload: settings.maxPayload,
        closeTimeout: settings.closeTimeoutMs,
        ...(headers === undefined ? {} : { headers }),
      });
    } catch (error) {
      this.end({ type: 'refused', reason: 'unreachable', ...causeOf(error) });
      return;
    }
    this.listen(this.socket);
  }

  /** Bytes that wait to be sent. */
  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** False where there is no open socket: nothing is sent then. */
  send(text: string): boolean {
    if (this.over || this.socket?.readyState !== WebSocket.OPEN) return false;
    // What cannot be sent any more is told by the end of the socket.
    this.socket.send(text, () => {});
    return true;
  }

  /** Ends a link whose peer does not do what was agreed. */
  abandon(detail: string): void {
    if (this.open) this.end({ type: 'closed', reason: 'abandoned', detail: detailText(detail) });
  }

  /** Says goodbye and resolves when the socket is gone. Nothing is heard of the link from here on, not even its end. */
  close(): Promise<void> {
    const { socket } = this;
    if (this.over || socket === undefined) return Promise.resolve();
    this.silence();
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(this.options.settings.closeTimeoutMs, () => socket.terminate());
      socket.once('close', () => {
        cancel();
        resolve();
      });
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      else socket.close(1000);
    });
  }

  private listen(socket: WebSocket): void {
    socket.on('open', () => this.opened(socket));
    socket.on('message', (data, isBinary) => this.received(data as Buffer, isBinary));
    socket.on('ping', () => this.heard());
    socket.on('pong', () => this.heard());
    socket.on('unexpected-response', (_request, response) => this.answered(response));
    // `close` follows an error always, but after garbage only when the peer agrees: so the error ends the link.
    socket.on('error', (error) => this.failed(error));
    socket.on('close', (code, reason) => this.closed(code, reason.toString()));
  }

  private opened(socket: WebSocket): void {
    if (this.over) return;
    this.open = true;
    this.cancelHandshake();
    const { clock, settings } = this.options;
    this.heartbeat = new Heartbeat({
      clock,
      intervalMs: settings.pingIntervalMs,
      graceMs: settings.pingGraceMs,
      ping: () => socket.ping(),
      onSilent: () => this.end({ type: 'closed', reason: 'silent' }),
    });
    this.handlers.onOpen();
  }

  private heard(): void {
    if (this.over) return;
    this.heartbeat?.heard();
    this.handlers.onHeard();
  }

  /** `ws` gives a message as one Buffer, text too, whose UTF-8 it has checked. */
  private received(data: Buffer, isBinary: boolean): void {
    if (this.over) return;
    this.heard();
    if (isBinary) this.handlers.onBinary(data.length);
    else this.handlers.onText(data.toString('utf8'));
  }

  /** An answer other than 101. With a listener for it `ws` does nothing by itself: `end` destroys the request. */
  private answered({ statusCode = 0, headers }: IncomingMessage): void {
    const { clock, settings } = this.options;
    const wait = retryAfterMs(statusCode, headers['retry-after'], clock.now(), settings.retryAfterCapMs);
    this.end({
      type: 'refused',
      reason: 'status',
      status: statusCode,
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    });
  }

  private failed(error: Error): void {
    const cause = causeOf(error);
    const { code } = cause;
    if (this.open) {
      const isProtocol = typeof code === 'string' && (code.startsWith('WS_ERR') || code.startsWith('HPE_'));
      this.end({ type: 'closed', reason: isProtocol ? 'protocol-error' : 'lost', ...cause });
    } else {
      // Errors of the parser of HTTP, and those that ws makes itself, which have no code.
      const isAnswer = code === undefined || (typeof code === 'string' && code.startsWith('HPE_'));
      this.end({ type: 'refused', reason: isAnswer ? 'bad-handshake' : 'unreachable', ...cause });
    }
  }

  private closed(code: number, text: string): void {
    const detail = text === '' ? {} : { detail: detailText(text) };
    if (!this.open) this.end({ type: 'refused', reason: 'unreachable', code });
    else this.end({ type: 'closed', reason: code === 1006 ? 'lost' : 'closed-by-peer', code, ...detail });
  }

  private end(end: LinkEnd): void {
    if (this.over) return;
    this.silence();
    this.socket?.terminate();
    this.handlers.onEnd(end);
  }

  private silence(): void {
    this.over = true;
    this.cancelHandshake();
    this.heartbeat?.stop();
  }
}
