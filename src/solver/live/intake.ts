import { FrameError } from '../../anthic/frame.js';
import { SolverError } from '../../base/error.js';
import type { Journal } from '../../journal/journal.js';
import { bundleIdOf, frameIdOf, type NewBundle } from '../../journal/model.js';
import type { BundleStory } from '../../journal/story.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import { reasonOf } from '../../settlement/decline.js';
import { formatId } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import { type OpenedBundle, openFrame, type ReadOrder, refuseEarly } from '../openFrame.js';
import { orderStory } from '../story.js';
import type { LiveOptions } from './context.js';
import type { Desk } from './desk.js';
import type { LiveBundle } from './pursuit.js';
import { closesAt, wrapperIds } from './transaction.js';

/** Where a frame came from, and when (Unix milliseconds). */
export interface Origin {
  readonly url: string;
  readonly receivedAt: number;
}

export interface IntakeParts {
  readonly desk: Desk;
  readonly ledger: Ledger;
  readonly emit: Observer;
  readonly now: () => number;
  /** Takes a bundle that came for the first time. */
  readonly onBundle: (bundle: LiveBundle) => void;
}

/** Reads, verifies and journals what is pushed, as it comes. */
export class Intake {
  constructor(
    private readonly options: LiveOptions,
    private readonly parts: IntakeParts,
  ) {}

  /** What it read, whether or not that came for the first time; undefined where it cannot be settled as it is. */
  take(frame: string, { url, receivedAt }: Origin): LiveBundle | undefined {
    const { desk, emit, ledger, now } = this.parts;
    const startedAt = now();
    emit({ type: 'frame', url, bytes: Buffer.byteLength(frame) });
    const read: ReadOrder[] = [];
    try {
      const opened = openFrame(frame, this.options, read);
      const reading = ledger.clock.clockAt();
      if (reading !== undefined) refuseEarly(opened, reading);
      const wrappers = wrapperIds(opened.orders, this.options.network);
      const live: LiveBundle = {
        bundleId: bundleIdOf(wrappers),
        wrapperIds: wrappers,
        opened,
        deadline: closesAt(opened.window),
        startedAt,
        verifiedMicros: (now() - startedAt) * 1000,
      };
      this.admit(live, this.describe(frame, read, url, receivedAt, opened), url);
      return live;
    } catch (error) {
      if (!(error instanceof SolverError)) {
        desk.offer((journal) => journal.countStray('internal'));
        throw error;
      }
      this.refuse(error, this.describe(frame, read, url, receivedAt), url);
      return undefined;
    }
  }

  private describe(
    frame: string,
    read: readonly ReadOrder[],
    source: string,
    receivedAt: number,
    opened?: OpenedBundle,
  ): NewBundle {
    const { network } = this.options;
    const id = (subintent: ReadOrder['item']['wrapper']) => formatId('subtxid', subintentHash(subintent), network);
    const items = read.map(({ item }) => ({
      wrapperId: id(item.wrapper),
      orderId: id(item.order),
      expiresAt: closesAt(item.window),
    }));
    const known = items.map(({ wrapperId }) => wrapperId);
    const orders = read.map(({ item }, index) => orderStory(item, opened?.orders[index], network));
    const details: BundleStory | undefined = orders.length === 0 ? undefined : { orders };
    return { id: known.length > 0 ? bundleIdOf(known) : frameIdOf(frame), items, receivedAt, source, frame, details };
  }

  private admit(live: LiveBundle, bundle: NewBundle, url: string): void {
    const { desk, emit, onBundle } = this.parts;
    const { bundleId, wrapperIds: wrappers, deadline } = live;
    const keep = (journal: Journal): void => {
      if (journal.receive(bundle).known) {
        emit({ type: 'bundle-finished', bundleId, outcome: 'duplicate' });
        return;
      }
      emit({ type: 'bundle-received', bundleId, url, wrappers: wrappers.length, deadline });
      onBundle(live);
    };
    desk.offer(keep, bytesOf(bundle));
  }

  /** What cannot be settled as it is: a bundle that is invalid, or no bundle at all. */
  private refuse(error: SolverError, bundle: NewBundle, url: string): void {
    const { desk, emit } = this.parts;
    if (error instanceof FrameError) {
      desk.offer((journal) => journal.countStray(error.code));
      emit({ type: 'no-bundle', url, code: error.code });
      return;
    }
    const end = { outcome: 'invalid', reason: reasonOf(error) } as const;
    desk.offer((journal) => void journal.receiveEnded(bundle, end), bytesOf(bundle));
    emit({ type: 'bundle-finished', bundleId: bundle.id, outcome: 'invalid', reason: error.code });
  }
}

function bytesOf({ frame }: NewBundle): number {
  return Buffer.byteLength(frame ?? '');
}
