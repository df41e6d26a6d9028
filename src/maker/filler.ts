import type { FlashClient } from '../anthic/flash/client.js';
import { CallRefused, FlashError } from '../anthic/flash/error.js';
import type { NewOrder } from '../anthic/flash/wire.js';
import { MIN_EXPIRY } from '../anthic/order/expiry.js';
import type { Clock } from '../anthic/stream/clock.js';
import type { SolverEvent } from '../observe/event.js';
import { faultOf } from './fault.js';
import type { Acceptance } from './judge.js';
import type { FillAnswer } from './schema.js';
import { type FillSigner, signFill } from './signFill.js';
import type { MakerStore, WrittenFill } from './store.js';
import type { Terms } from './terms.js';

export interface FillerOptions {
  readonly signer: FillSigner;
  readonly store: MakerStore;
  readonly clock: Clock;
  readonly client: Pick<FlashClient, 'fill'>;
  readonly emit: (event: SolverEvent) => void;
}

type SignedFill = ReturnType<typeof signFill>;

/** Signs fills, writes them down, and sends them: in this order. */
export class Filler {
  private readonly sending = new Set<Promise<void>>();

  constructor(private readonly options: FillerOptions) {}

  /** Has written the fill down when it returns, and sends it from then on. What it throws, nothing was sent. */
  fill(order: NewOrder, acceptance: Acceptance, terms: Terms, epoch: bigint): void {
    const { store, signer, clock, emit } = this.options;
    const fill = signFill(order, acceptance, terms, signer, { now: clock.now(), epoch });
    store.writeAhead(fill);
    const { orderId, subintentId, sold, bought } = fill;
    emit({
      ...{ type: 'fill-written', orderId, subintentId, gain: acceptance.gain },
      ...{ sold: sold.amount, soldSymbol: sold.symbol, bought: bought.amount, boughtSymbol: bought.symbol },
    });
    const sending = this.send(fill)
      .catch((error) => emit({ type: 'internal-error', where: 'fill', ...faultOf(error) }))
      .finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    await Promise.all(this.sending);
  }

  private async send(fill: SignedFill): Promise<void> {
    const { client, clock } = this.options;
    const { orderId, transaction } = fill;
    // Later, Anthic would not take it, however long the order waits.
    const fillBefore = Math.min(fill.fillBefore, fill.expiresAt - 1000 * MIN_EXPIRY);
    const started = clock.monotonic();
    const tell = (answer: FillAnswer | 'unknown', detail?: string) => {
      this.answered(fill, answer, detail, clock.monotonic() - started);
    };
    try {
      await client.fill({ orderId, transaction, fillBefore });
    } catch (error) {
      // Even one that was refused is out, and signed: its balance stays promised until the ledger is past its expiry.
      const { code, detail } = faultOf(error);
      if (error instanceof CallRefused) return tell('refused', `${error.rpcCode}: ${detail}`);
      if (error instanceof FlashError && error.code === 'fill-too-late') return tell('not-sent', detail);
      return tell('unknown', `${code}: ${detail}`);
    }
    tell('accepted');
  }

  private answered(
    { orderId }: WrittenFill,
    answer: FillAnswer | 'unknown',
    detail: string | undefined,
    tookMs: number,
  ): void {
    const { store, emit } = this.options;
    store.answered(orderId, answer === 'unknown' ? null : answer, detail ?? null);
    emit({ type: 'fill-answered', orderId, answer, detail, tookMs });
  }
}
