import { Writable } from 'node:stream';
import { type Attos, formatAmount } from '../base/amount.js';
import { type EventOf, endsAsItComes } from './event.js';
import { feedHandlers, observerOf, priceHandlers } from './handlers.js';
import type { Observer } from './observers.js';

export interface StatusLineOptions {
  readonly out: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly everyMs?: number;
}

const DAY_MS = 86_400_000;
const CLEAR = '\r\u001b[2K';
const DEFAULT_COLUMNS = 80;

/**
 * One line at the foot of a terminal that tells how things stand. What else is printed there goes through `output`, which
 * lets it pass above. On anything but a terminal it does nothing.
 */
export class StatusLine {
  /** Takes what other listeners print. */
  readonly output: Writable & { readonly isTTY?: boolean; readonly fd?: number };
  readonly observe: Observer;
  private readonly feeds = new Map<string, boolean>();
  private readonly prices = new Map<string, EventOf<'prices'>>();
  private clockSeenAt: number | undefined;
  private received = 0;
  private settled = 0;
  private lost = 0;
  private open = 0;
  private day = 0;
  private profit: Attos = 0n;
  private timer: NodeJS.Timeout | undefined;
  private readonly now: () => number;

  constructor(private readonly options: StatusLineOptions) {
    const { out, now = Date.now } = options;
    this.now = now;
    this.output = out.isTTY ? this.above(out) : out;
    this.observe = out.isTTY ? this.counting() : () => {};
  }

  start(): void {
    if (!this.options.out.isTTY || this.timer !== undefined) return;
    this.timer = setInterval(() => this.draw(), this.options.everyMs ?? 1000);
    this.timer.unref();
    this.draw();
  }

  /** Takes the line away. */
  stop(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.options.out.write(CLEAR);
  }

  text(): string {
    const isOpen = [...this.feeds.values()].filter((open) => open).length;
    const age = this.clockSeenAt === undefined ? 'unknown' : `${seconds(this.now() - this.clockSeenAt)} old`;
    const unpriced = [...this.prices.values()].filter(({ tokens }) => tokens === 0);
    this.turnDay();
    return [
      `feeds ${isOpen}/${this.feeds.size}`,
      `clock ${age}`,
      ...unpriced.map(({ source }) => `no prices of ${source}`),
      `${this.received} received`,
      `${this.settled} settled`,
      `${this.lost} lost`,
      `${this.open} open`,
      `profit today ${toCents(this.profit)} XRD`,
    ].join(' · ');
  }

  private counting(): Observer {
    return observerOf(feedHandlers(this.feeds), priceHandlers(this.prices), {
      'ledger-clock': ({ ageMs }) => {
        this.clockSeenAt = this.now() - ageMs;
      },
      recovery: ({ bundles }) => {
        this.open += bundles;
      },
      'bundle-received': () => {
        this.received += 1;
        this.open += 1;
      },
      'bundle-finished': ({ outcome }) => {
        if (endsAsItComes(outcome)) this.received += 1;
        else this.open -= 1;
        if (outcome === 'settled') this.settled += 1;
        if (outcome === 'lost') this.lost += 1;
      },
      'attempt-committed': ({ xrdChange }) => {
        this.turnDay();
        this.profit += xrdChange;
      },
    });
  }

  /** Days are those of UTC, as in the journal. */
  private turnDay(): void {
    const day = Math.floor(this.now() / DAY_MS);
    if (day !== this.day) this.profit = 0n;
    this.day = day;
  }

  private draw(): void {
    const { out } = this.options;
    out.write(CLEAR + this.text().slice(0, (out.columns || DEFAULT_COLUMNS) - 1));
  }

  private above(out: Writable): Writable & { isTTY: boolean } {
    const passing = new Writable({
      decodeStrings: false,
      write: (chunk, encoding, done) => {
        if (this.timer === undefined) return void out.write(chunk, encoding, done);
        out.write(CLEAR);
        out.write(chunk, encoding, done);
        this.draw();
      },
    });
    return Object.assign(passing, { isTTY: true });
  }
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

/** Hundredths are what a settlement earns; more digits would only flicker. */
function toCents(amount: Attos): string {
  return formatAmount((amount / 10n ** 16n) * 10n ** 16n);
}
