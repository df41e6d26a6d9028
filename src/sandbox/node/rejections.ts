/** A node's memory of what it rejected. */
export interface Rejection {
  readonly error: string;
  /** No later state can make the payload acceptable. */
  readonly permanent: boolean;
  /** Nor any other payload of the same intent. */
  readonly intentPermanent: boolean;
}

interface Remembered {
  readonly rejection: Rejection;
  readonly times: number;
  readonly retryAtMs: number;
}

const BASE_DELAY_MS = 120_000;
const MAX_FACTOR = 100;
const KEPT = 100_000;

/**
 * Temporary rejections are answered from here for two minutes and longer each time, per notarized payload
 * (docs/interfaces.md §3): a rejected bundle's only quick retry is another root.
 */
export class Rejections {
  private readonly byPayload = new Map<string, Remembered>();

  /** What to answer without looking at the payload again. */
  known(payloadHash: string, nowMs: number): Rejection | undefined {
    const known = this.byPayload.get(payloadHash);
    if (known === undefined) return undefined;
    return known.rejection.permanent || nowMs < known.retryAtMs ? known.rejection : undefined;
  }

  /** `retryAtMs`: for what is only too early. */
  remember(payloadHash: string, rejection: Rejection, nowMs: number, retryAtMs?: number): Rejection {
    const times = (this.byPayload.get(payloadHash)?.times ?? 0) + 1;
    const delay = BASE_DELAY_MS * Math.min(2 ** (times - 1), MAX_FACTOR);
    this.byPayload.delete(payloadHash);
    this.byPayload.set(payloadHash, { rejection, times, retryAtMs: retryAtMs ?? nowMs + delay });
    if (this.byPayload.size > KEPT) this.byPayload.delete(this.byPayload.keys().next().value!);
    return rejection;
  }
}
