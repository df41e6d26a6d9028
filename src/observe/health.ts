import type { EventOf } from './event.js';
import { feedHandlers, observerOf, priceHandlers } from './handlers.js';
import type { Observer } from './observers.js';

/** Why something is red, or less than well. */
export interface HealthReason {
  readonly code: string;
  readonly detail: string;
}

export interface HealthOptions {
  /** Age of the ledger's time beyond which it is stale. */
  readonly maxClockAgeMs: number;
  /** Age beyond which prices that were read are none: the policy's. */
  readonly maxPriceAgeMs: number;
  /** How long the event loop may stand still. */
  readonly stallMs?: number;
  /** How long it must have run smoothly to be forgiven a stall. */
  readonly calmMs?: number;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

const BEAT_MS = 250;

/**
 * Whether the solver lives, whether it is ready to settle, and what it does without. The first two begin as what is known: nothing is ready before a feed
 * is open and the ledger has told its time. What has to be told again and again is judged by its age, so that silence of
 * whoever tells it turns red, too.
 */
export class Health {
  readonly observe: Observer;
  private readonly options: Required<HealthOptions>;
  private readonly feeds = new Map<string, boolean>();
  private readonly limits = new Map<string, string>();
  private readonly prices = new Map<string, EventOf<'prices'>>();
  private readonly pricesAsOf = new Map<string, number>();
  private clockSeenAt: number | undefined;
  private clockWhy: string | undefined;
  private journalWhy: string | undefined;
  private endingBy: string | undefined;
  private fatal: string | undefined;
  private lastBeat: number;
  private stalled: { readonly at: number; readonly ms: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: HealthOptions) {
    this.options = { stallMs: 5_000, calmMs: 10_000, now: () => performance.now(), ...options };
    this.lastBeat = this.options.now();
    this.observe = this.listening();
  }

  /** Begins to watch the event loop. */
  start(): void {
    this.lastBeat = this.options.now();
    this.timer ??= setInterval(() => this.beat(), BEAT_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Nothing: it lives. A probe gets no answer while the loop stands still, and this one for a while afterwards. */
  notLive(): HealthReason[] {
    if (this.timer !== undefined) this.beat();
    const { now, calmMs } = this.options;
    const reasons: HealthReason[] = [];
    if (this.fatal !== undefined) reasons.push({ code: 'fatal-error', detail: this.fatal });
    if (this.stalled !== undefined && now() - this.stalled.at < calmMs) {
      reasons.push({
        code: 'event-loop-stalled',
        detail: `the event loop stood still for ${seconds(this.stalled.ms)}`,
      });
    }
    return reasons;
  }

  /** Nothing: it takes bundles and may submit. */
  notReady(): HealthReason[] {
    const reasons = this.notLive();
    const add = (code: string, detail: string | undefined): void => {
      if (detail !== undefined) reasons.push({ code, detail });
    };
    add('shutting-down', this.endingBy);
    add('no-feed', this.feedWhy());
    add('clock-stale', this.clockWhy ?? this.ageWhy());
    add('journal-unwritable', this.journalWhy);
    for (const [limit, why] of this.limits) add('limit-reached', `${limit}: ${why}`);
    return reasons;
  }

  /** Nothing: nothing that it earns by is missing. Else it settles all the same, for less than it might. */
  degraded(): HealthReason[] {
    return [...this.prices.values()].flatMap((news) => {
      const why = this.priceWhy(news);
      return why === undefined ? [] : [{ code: 'prices-stale', detail: `${news.source}: ${why}` }];
    });
  }

  private priceWhy({ source, tokens, code, detail }: EventOf<'prices'>): string | undefined {
    if (tokens === 0) return ['no token has a price', code, detail].filter((part) => part !== undefined).join(', ');
    const ageMs = this.options.now() - (this.pricesAsOf.get(source) ?? Number.NEGATIVE_INFINITY);
    return ageMs > this.options.maxPriceAgeMs ? `what was read last is ${seconds(ageMs)} old` : undefined;
  }

  private feedWhy(): string | undefined {
    if ([...this.feeds.values()].includes(true)) return undefined;
    return this.feeds.size === 0
      ? 'no stream was open yet'
      : `no stream is open, of ${[...this.feeds.keys()].join(', ')}`;
  }

  private ageWhy(): string | undefined {
    if (this.clockSeenAt === undefined) return 'no Gateway has told the time of the ledger yet';
    const ageMs = this.options.now() - this.clockSeenAt;
    if (ageMs <= this.options.maxClockAgeMs) return undefined;
    return `the ledger's time has not moved for ${seconds(ageMs)}`;
  }

  private beat(): void {
    const { now, stallMs } = this.options;
    const ms = now() - this.lastBeat;
    if (ms > stallMs) this.stalled = { at: now(), ms };
    this.lastBeat = now();
  }

  private listening(): Observer {
    return observerOf(feedHandlers(this.feeds), priceHandlers(this.prices), {
      'prices-read': ({ source, ageMs }) => void this.pricesAsOf.set(source, this.options.now() - ageMs),
      'ledger-clock': ({ ageMs }) => {
        this.clockSeenAt = this.options.now() - ageMs;
      },
      'clock-stale': ({ why }) => {
        this.clockWhy = why;
      },
      'clock-fresh': () => {
        this.clockWhy = undefined;
      },
      'journal-state': ({ writable, code }) => {
        this.journalWhy = writable ? undefined : (code ?? 'the journal cannot be written');
      },
      'limit-reached': ({ limit, why }) => void this.limits.set(limit, why),
      'limit-lifted': ({ limit }) => void this.limits.delete(limit),
      shutdown: ({ signal }) => {
        this.endingBy = signal;
      },
      'internal-error': ({ fatal, code, where }) => {
        if (fatal) this.fatal ??= `${code} in ${where}`;
      },
    });
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
