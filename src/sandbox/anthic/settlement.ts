import type { Ledger } from '../../ledger/ledger.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import type { AnthicSettings } from './settings.js';

/** An order that was pushed, and what is to be done when the ledger has decided. */
export interface Followed {
  /** The order's own subintent: whoever settles it, and with whatever else, it is settled. */
  readonly id: string;
  readonly expiresAtMs: number;
  /** Asked about within the pass that is going on: it was most likely decided together with another. */
  readonly soon?: boolean;
  readonly onEnd: (end: SettlementEnd) => void;
}

export type SettlementEnd = { readonly type: 'settled'; readonly by: string } | { readonly type: 'expired' };

const AT_ONCE = 8;

/**
 * Asks the ledger what becomes of pushed orders. One is expired only when an answer says that the ledger's time is past
 * its expiry and that it is not finalized: both of the same answer.
 */
export class SettlementWatch {
  private readonly open = new Set<Followed>();
  /** What the pass that is going on has yet to ask about. */
  private waiting: Followed[] = [];
  private running = false;

  constructor(
    private readonly ledger: Pick<Ledger, 'subintentStatus'>,
    private readonly timing: AnthicSettings['timing'],
    private readonly surroundings: Pick<Surroundings, 'sleep'>,
    private readonly signal: AbortSignal,
  ) {}

  get count(): number {
    return this.open.size;
  }

  follow(followed: Followed): void {
    this.open.add(followed);
    if (followed.soon) this.waiting.push(followed);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.open.size > 0 && !this.signal.aborted) {
      await this.surroundings.sleep(this.timing.pollMs, this.signal).catch(() => {});
      this.waiting = [...this.open];
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.askOn()));
    }
    this.running = false;
  }

  private async askOn(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined && !this.signal.aborted; next = this.waiting.shift()) {
      await this.look(next);
    }
  }

  private async look(followed: Followed): Promise<void> {
    const end = await this.endOf(followed);
    if (end === undefined || this.signal.aborted) return;
    this.open.delete(followed);
    followed.onEnd(end);
  }

  private async endOf({ id, expiresAtMs }: Followed): Promise<SettlementEnd | undefined> {
    try {
      const { ledger, finalized } = await this.ledger.subintentStatus(id, { signal: this.signal });
      if (finalized !== undefined) return { type: 'settled', by: finalized.by };
      return ledger.proposerTimestampMs >= expiresAtMs + this.timing.graceMs ? { type: 'expired' } : undefined;
    } catch {
      return undefined; // a Gateway that does not answer decides nothing: it is asked again
    }
  }
}
