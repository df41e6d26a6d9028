import { parseFrame } from './frame.js';
import { type Clock, systemClock } from './stream/clock.js';
import { StreamError } from './stream/error.js';
import type { StreamEvent } from './stream/event.js';
import { Feed, type FeedHealth, type FrameOrigin } from './stream/feed.js';
import { type Connect, connectWebSocket } from './stream/link.js';
import { type StreamSettings, streamSettings } from './stream/settings.js';
import { parseStreamUrl } from './stream/url.js';

export interface StreamOptions extends Partial<StreamSettings> {
  /** Solver APIs (docs/interfaces.md §4.3). Every one is consumed; a URL named twice counts once. */
  readonly urls: readonly string[];
  /**
   * A text frame as it came, from any URL: copies of a bundle are told apart downstream, by its id. What it throws or
   * rejects with becomes an event.
   */
  readonly onFrame: (text: string, origin: FrameOrigin) => unknown;
  readonly onEvent?: (event: StreamEvent) => void;
  /** Stops the stream when it aborts. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly connect?: Connect;
}

/**
 * The Solver API's push of bundles, over one or several URLs: connects, and reconnects for ever (docs/interfaces.md §7).
 * It never throws once it is made and never gives up; what happens is told by events and by `health()`. The API has no
 * replay: what is pushed while no link is open is lost, so a dead link is found out early (`detectionBoundMs`).
 */
export class SolverStream {
  private readonly feeds: readonly Feed[];
  private readonly signal: AbortSignal | undefined;
  private readonly abort = (): void => {
    void this.stop();
  };
  private stopping: Promise<void> | undefined;

  /** Errors: `no-stream-url`, `bad-stream-url`, `insecure-stream-url`, `bad-stream-option`. */
  constructor(options: StreamOptions) {
    const { urls, onFrame, onEvent, signal, clock = systemClock, random = Math.random } = options;
    const { connect = connectWebSocket } = options;
    const settings = streamSettings(options);
    const targets = new Map(urls.map(parseStreamUrl).map((target) => [target.url.href, target]));
    if (targets.size === 0)
      throw new StreamError('no-stream-url', 'expected at least one URL of a Solver API, got none');
    const tell = (event: StreamEvent): void => {
      try {
        onEvent?.(event);
      } catch {
        // Whoever listens cannot stop the stream, and there is nobody else to tell.
      }
    };
    this.signal = signal;
    this.feeds = [...targets.values()].map((target) => {
      return new Feed({ target, settings, clock, random, connect, onFrame, proves: isBundle, onEvent: tell });
    });
  }

  /** Connects to every URL; a second call does nothing. Error: `stream-stopped` after `stop()`. */
  start(): void {
    if (this.stopping !== undefined)
      throw new StreamError('stream-stopped', 'expected a new stream, got a stopped one');
    if (this.signal?.aborted) return this.abort();
    this.signal?.addEventListener('abort', this.abort, { once: true });
    for (const feed of this.feeds) feed.start();
  }

  /** No frame is delivered from here on; resolves when every socket is gone. */
  stop(): Promise<void> {
    this.signal?.removeEventListener('abort', this.abort);
    this.stopping ??= Promise.all(this.feeds.map((feed) => feed.stop())).then(() => {});
    return this.stopping;
  }

  /** One entry a URL, in the order in which they were given. */
  health(): FeedHealth[] {
    return this.feeds.map((feed) => feed.health());
  }
}

function isBundle(text: string): boolean {
  try {
    parseFrame(text);
    return true;
  } catch {
    return false;
  }
}
