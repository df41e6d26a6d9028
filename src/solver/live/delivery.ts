import { toHex } from '../../base/bytes.js';
import type { Outcome, Phase } from '../../ledger/outcome.js';
import type { EndpointResult, Verdict } from '../../ledger/submit.js';
import type { LiveContext } from './context.js';
import { followedOf } from './transaction.js';

/** What a delivery tells of its transaction. */
export interface DeliveryNews {
  /** A Gateway has read the bytes. */
  readonly onAccepted: () => void;
  /** Nodes will not take these bytes for minutes. */
  readonly onNotTaken: (state: 'refused' | 'temporarily-rejected', reason: string) => void;
  readonly onEnd: (outcome: Outcome) => void;
  /** Micros since the frame came, where that is known. */
  readonly sinceFrame: () => number | undefined;
  /** When the tightest of its intents expires, Unix milliseconds. */
  readonly deadline: number;
}

/** So long after a submission that nobody confirms, the same bytes go out again: a Gateway may have lost them. */
const RESEND_MS = 3_000;
/** Phases in which somebody has the transaction, or its end is in sight: sending it again would do nothing. */
const SEEN: ReadonlySet<Phase> = new Set(['pending', 'committing', 'losing', 'rejecting', 'expiring']);

/** Brings one transaction to the ledger: sends its bytes, again while nobody has seen them, and follows it to its end. */
export class Delivery {
  private phase: Phase | undefined;
  private sends = 0;
  private ended = false;
  private accepted = false;
  private notTaken = false;
  private readonly hex: string;

  constructor(
    readonly id: string,
    private readonly payload: Uint8Array,
    private readonly context: LiveContext,
    private readonly news: DeliveryNews,
  ) {
    this.hex = toHex(payload);
  }

  /** For the first time in this run. `isFresh`: no earlier run can have sent these bytes. */
  send(isFresh: boolean): void {
    const { context, news } = this;
    const isFirst = this.sends === 0;
    this.sends++;
    const started = context.now();
    let told = !isFirst;
    const { verdict } = context.ledger.submit(this.hex, {
      deadline: started + Math.max(1, news.deadline - context.ledgerNow()),
      signal: context.signal,
      onSend: () => {
        if (told) return;
        told = true;
        context.emit({
          type: 'submission-started',
          txid: this.id,
          endpoints: context.ledger.verified.length,
          sinceFrameMicros: news.sinceFrame(),
          tookMicros: (context.now() - started) * 1000,
        });
      },
      onResult: (result) => this.tell(result),
    });
    verdict
      .then((said) => this.hear(said, isFresh && isFirst))
      .catch((error: unknown) => context.fail(error, 'submission'));
  }

  follow(firstLookMs?: number): void {
    const { context } = this;
    context.ledger.tracker
      .follow(followedOf(this.payload, context.network), {
        ...(firstLookMs === undefined ? {} : { firstLookMs }),
        signal: context.signal,
        onEvent: ({ phase, reason, everywhere }) => {
          this.phase = phase;
          if (phase === 'temporarily-rejected' && everywhere) this.refuse(phase, reason ?? phase);
        },
      })
      .then((outcome) => {
        this.ended = true;
        this.news.onEnd(outcome);
      })
      .catch((error: unknown) => {
        // The signal of a shutdown: the journal knows what is in flight, and the next start looks it up.
        if (!context.signal.aborted) context.fail(error, 'follow');
      });
  }

  private hear(verdict: Verdict, isProof: boolean): void {
    if (this.ended || this.context.signal.aborted) return;
    if (verdict.type === 'accepted-somewhere' && !this.accepted) {
      this.accepted = true;
      this.news.onAccepted();
    }
    // Of bytes that may have been sent before a refusal proves nothing: those that are committed are refused, too.
    if (verdict.type === 'refused-everywhere' && isProof) return this.refuse('refused', verdict.reason);
    this.context.after(RESEND_MS, () => this.resend());
  }

  private resend(): void {
    const { context, news, phase } = this;
    if (this.ended || this.notTaken || context.ledgerNow() >= news.deadline) return;
    if (phase !== undefined && SEEN.has(phase)) return context.after(RESEND_MS, () => this.resend());
    this.send(false);
  }

  private refuse(state: 'refused' | 'temporarily-rejected', reason: string): void {
    this.notTaken = true;
    this.news.onNotTaken(state, reason);
  }

  private tell(result: EndpointResult): void {
    const reason =
      result.type === 'refused' ? result.reason : result.type === 'unknown' ? result.error?.code : undefined;
    this.context.emit({
      type: 'submission-result',
      txid: this.id,
      endpoint: result.endpoint,
      verdict: result.type,
      reason: reason?.slice(0, MAX_REASON),
      tries: result.attempts,
      sinceFrameMicros: this.news.sinceFrame(),
      tookMicros: result.tookMs * 1000,
    });
  }
}

/** Part of it comes from a stranger. */
const MAX_REASON = 200;
