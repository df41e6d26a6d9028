import { Backoff } from './backoff.js';
import type { Clock } from './clock.js';
import { causeOf, isTold, type StreamEvent } from './event.js';
import { type Connect, Link, type LinkEnd } from './link.js';
import type { StreamSettings } from './settings.js';
import type { StreamUrl } from './url.js';

/** Where a frame came from, and when by the local clock (Unix ms). */
export interface FrameOrigin {
  readonly url: string;
  readonly receivedAt: number;
}

export interface FeedHealth {
  readonly url: string;
  /** `waiting`: between two connections. `stopped`: not started yet, or ended by `stop()`. */
  readonly state: FeedState;
  /**
   * Unix ms at which the state began. Like `lastHeard` it is what is left of now by the time that truly passed: a clock
   * that jumps makes no dead feed look alive.
   */
  readonly since: number;
  /** Unix ms of the last frame, pongs included. */
  readonly lastHeard: number | undefined;
  /** Connections begun since the last proven link. */
  readonly attempts: number;
}

export type FeedState = 'connecting' | 'open' | 'waiting' | 'stopped';

export interface FeedOptions {
  readonly target: StreamUrl;
  readonly settings: StreamSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connect: Connect;
  /** Sent with every upgrade; may hold a secret. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onFrame: (text: string, origin: FrameOrigin) => unknown;
  /** Whether a frame shows that the peer is what it should be. Asked after `onFrame`. */
  readonly proves: (text: string) => boolean;
  /** The link can be sent to, from now on until `onDown`; neither must throw. */
  readonly onUp?: () => void;
  /** The link ended by itself: not called after `stop()`. */
  readonly onDown?: () => void;
  /** Must not throw. */
  readonly onEvent: (event: StreamEvent) => void;
}

/** One URL: a link at a time, and after its end another, for ever. */
export class Feed {
  private readonly backoff: Backoff;
  private state: FeedState = 'stopped';
  private since: number;
  private heardAt: number | undefined;
  private link: Link | undefined;
  private proven = false;
  private binaries = 0;
  /** Cancels the one timer there is: for the next connection, or for the proof. */
  private cancel: () => void = () => {};

  constructor(private readonly options: FeedOptions) {
    const { settings, random, clock } = options;
    this.backoff = new Backoff(settings.backoffBaseMs, settings.backoffCapMs, random);
    this.since = clock.monotonic();
  }

  health(): FeedHealth {
    const { clock, target } = this.options;
    const unix = (instant: number) => Math.round(clock.now() - (clock.monotonic() - instant));
    return {
      url: target.label,
      state: this.state,
      since: unix(this.since),
      lastHeard: this.heardAt === undefined ? undefined : unix(this.heardAt),
      attempts: this.attempts,
    };
  }

  start(): void {
    if (this.state === 'stopped') this.connect();
  }

  async stop(): Promise<void> {
    if (this.state === 'stopped') return;
    this.cancel();
    this.enter('stopped');
    await this.link?.close();
    this.options.onEvent({ type: 'stream-stopped', url: this.options.target.label });
  }

  get bufferedAmount(): number {
    return this.link?.bufferedAmount ?? 0;
  }

  /** False where no link is open: nothing is sent then. */
  send(text: string): boolean {
    return this.state === 'open' && this.link!.send(text);
  }

  /** Ends the present link, whose peer does not do what was agreed; another is made after the usual delay. */
  abandon(detail: string): void {
    if (this.state === 'open') this.link!.abandon(detail);
  }

  private get url(): string {
    return this.options.target.label;
  }

  /** Each connection that is over has drawn a delay; the present one has not yet. */
  private get attempts(): number {
    return this.backoff.attempts + (this.state === 'connecting' || (this.state === 'open' && !this.proven) ? 1 : 0);
  }

  private enter(state: FeedState): void {
    this.state = state;
    this.since = this.options.clock.monotonic();
  }

  private connect(): void {
    const { target, headers, connect, clock, settings } = this.options;
    this.enter('connecting');
    this.proven = false;
    this.binaries = 0;
    this.link = new Link(
      { url: target.url, headers, connect, clock, settings },
      {
        onOpen: () => this.opened(),
        onText: (text) => this.received(text),
        onBinary: (bytes) => this.ignored(bytes),
        onHeard: () => {
          this.heardAt = clock.monotonic();
        },
        onEnd: (end) => this.ended(end),
      },
    );
    this.link.start();
  }

  private opened(): void {
    const { clock, settings, onEvent } = this.options;
    const tookMs = Math.round(clock.monotonic() - this.since);
    this.enter('open');
    this.heardAt = this.since;
    this.cancel = clock.after(settings.provenAfterMs, () => this.prove('time'));
    onEvent({ type: 'stream-open', url: this.url, tookMs, attempts: this.attempts });
    if (this.state === 'open') this.options.onUp?.();
  }

  private received(text: string): void {
    const { clock, onFrame } = this.options;
    try {
      const result = onFrame(text, { url: this.url, receivedAt: clock.now() });
      if (result instanceof Promise) result.catch((error) => this.consumerFailed(error));
    } catch (error) {
      this.consumerFailed(error);
    }
    // After the consumer, who is in a hurry, and only until the link is proven.
    if (!this.proven && this.state === 'open' && this.options.proves(text)) this.prove('frame');
  }

  private consumerFailed(error: unknown): void {
    this.options.onEvent({ type: 'stream-consumer-failed', url: this.url, ...causeOf(error) });
  }

  private ignored(bytes: number): void {
    const count = ++this.binaries;
    if (isTold(count)) this.options.onEvent({ type: 'stream-ignored', url: this.url, reason: 'binary', bytes, count });
  }

  private prove(by: 'frame' | 'time'): void {
    this.cancel();
    this.proven = true;
    this.backoff.reset();
    this.options.onEvent({ type: 'stream-proven', url: this.url, by });
  }

  private ended(end: LinkEnd): void {
    const { clock, settings, random, onEvent } = this.options;
    const { url } = this;
    const openMs = Math.round(clock.monotonic() - this.since);
    this.cancel();
    this.enter('waiting');
    const asked = end.type === 'refused' ? end.retryAfterMs : undefined;
    const jitter = this.backoff.next();
    // A little later than asked, so that not all come at that very instant.
    const delayMs =
      asked === undefined ? jitter : Math.max(jitter, asked + Math.floor(random() * settings.backoffBaseMs));
    this.cancel = clock.after(delayMs, () => this.connect());
    if (end.type === 'closed') {
      const { type: _, ...rest } = end;
      this.options.onDown?.();
      onEvent({ type: 'stream-closed', url, openMs, ...rest });
    } else {
      const { type: _, retryAfterMs: __, ...rest } = end;
      onEvent({ type: 'stream-refused', url, ...rest });
    }
    // Whoever hears of the end may have stopped the stream.
    if (this.state !== 'waiting') return;
    onEvent({ type: 'stream-retry', url, delayMs, attempts: this.backoff.attempts, asked: asked !== undefined });
  }
}
