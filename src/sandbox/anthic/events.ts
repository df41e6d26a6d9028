import type { Quantity } from './tokens.js';

/** What happens in the local Anthic, told to tests, to the demo and to `/sandbox/events`. Ids and amounts, no secrets. */
export type AnthicEvent =
  | { readonly type: 'maker-connected' | 'maker-disconnected'; readonly maker: string; readonly sessions: number }
  | { readonly type: 'solver-connected' | 'solver-disconnected'; readonly solvers: number }
  | { readonly type: 'book-changed'; readonly maker: string; readonly base: string; readonly quote: string }
  | {
      readonly type: 'order-received';
      readonly order: string;
      readonly account: string;
      readonly sell: Quantity;
      readonly buy: Quantity;
      readonly expiresAtMs: number;
    }
  | { readonly type: 'order-refused'; readonly order: string | undefined; readonly code: string; readonly why: string }
  | {
      readonly type: 'new-order-sent';
      readonly order: string;
      readonly part: string;
      readonly maker: string;
      readonly sell: Quantity;
      readonly buy: Quantity;
      readonly fillBefore: number;
    }
  | {
      readonly type: 'fill-received';
      readonly order: string;
      readonly part: string;
      readonly maker: string;
      readonly fill: string;
    }
  | {
      readonly type: 'fill-refused';
      readonly part: string;
      readonly maker: string;
      readonly code: string;
      readonly why: string;
    }
  | {
      readonly type: 'part-lost';
      readonly order: string;
      readonly part: string;
      readonly maker: string;
      readonly why: PartLoss;
    }
  | {
      readonly type: 'bundle-pushed';
      readonly bundle: number;
      readonly order: string;
      readonly subintents: readonly string[];
      readonly solvers: number;
    }
  | { readonly type: 'settled'; readonly order: string; readonly subintent: string; readonly by: string }
  | { readonly type: 'order-ended'; readonly order: string; readonly state: EndState };

export type EndState = 'settled' | 'expired' | 'no-liquidity';
/** Why a maker fills a part no more: it was late, went away, or its fill would expire before it could settle. */
export type PartLoss = 'late' | 'disconnected' | 'expires-too-soon';

export type TimedEvent = AnthicEvent & {
  /** From 1, rising by 1. */
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly at: number;
};

const KEPT = 1000;

/** The events, and who listens to them. The last ones are kept for who comes late. */
export class EventFeed {
  private readonly kept: TimedEvent[] = [];
  private readonly listeners = new Set<(event: TimedEvent) => void>();
  private sequence = 0;

  constructor(private readonly now: () => number) {}

  emit(event: AnthicEvent): void {
    this.sequence += 1;
    const timed = { sequence: this.sequence, at: this.now(), ...event };
    this.kept.push(timed);
    if (this.kept.length > 2 * KEPT) this.kept.splice(0, KEPT);
    for (const listener of this.listeners) {
      try {
        listener(timed);
      } catch {
        // Whoever listens cannot stop what is told.
      }
    }
  }

  /** The kept ones after a sequence number. */
  since(sequence: number): readonly TimedEvent[] {
    return this.kept.filter((event) => event.sequence > sequence);
  }

  /** Returns what ends it. */
  listen(listener: (event: TimedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
