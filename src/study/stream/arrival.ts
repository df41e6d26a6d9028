import { bundleIdOf, type Outcome } from '../../journal/model.js';
import type { OrderStory } from '../../journal/story.js';
import type { Reason } from '../../settlement/decline.js';
import type { WaitingBundle } from '../../settlement/planner/model.js';
import { isWaiting, openWaiting } from '../../solver/processFrame.js';
import type { Recording } from '../../solver/recording.js';
import type { SeenBundles } from '../../solver/seenBundles.js';
import { orderStory } from '../../solver/story.js';

/** A recorded push, read and verified once for everybody who plans with it. */
export interface Arrival {
  /** Which bundle of the recordings it is, from 0 on. */
  readonly index: number;
  readonly receivedAt: number;
  readonly recording: Recording;
  readonly bundle: WaitingBundle;
  readonly orders: readonly OrderStory[];
  /** Local time after which it can no longer commit, as far as its timestamps tell. */
  readonly deadline: number;
}

/** A recorded push that ends as it comes. */
export interface DeadArrival {
  readonly receivedAt: number;
  readonly orders: readonly OrderStory[];
  readonly outcome: Extract<Outcome, 'invalid' | 'duplicate' | 'expired'>;
  readonly reason: Reason;
  /** False for a frame that is no bundle at all. */
  readonly isBundle: boolean;
}

export function isDead(arrival: Arrival | DeadArrival): arrival is DeadArrival {
  return 'outcome' in arrival;
}

/** Reads a recorded message as `run` takes a push: the same checks in the same order. */
export function readArrival(recording: Recording, index: number, seen: SeenBundles): Arrival | DeadArrival {
  const { network, epoch, timestamp, receivedAt, frame } = recording;
  const opened = openWaiting(frame, {
    network,
    pinned: undefined,
    time: { epoch, timestamp },
    isDuplicate: (id) => seen.has(id),
  });
  if (!isWaiting(opened)) {
    const { outcome, reason, isBundle } = opened as typeof opened & Pick<DeadArrival, 'outcome' | 'reason'>;
    const orders = opened.orders.map(({ item }) => orderStory(item, undefined, network));
    return { receivedAt, orders, outcome, reason, isBundle };
  }
  const { bundle } = opened;
  const orders = bundle.orders.map((order) => orderStory(order, order, network));
  // Under the name that the journal gives it.
  const id = bundleIdOf(orders.map(({ wrapperId }) => wrapperId));
  const { maxTimestamp } = bundle.window;
  const left = maxTimestamp === undefined ? Number.POSITIVE_INFINITY : Number(maxTimestamp - timestamp) * 1000;
  return { index, receivedAt, recording, bundle: { ...bundle, id }, orders, deadline: receivedAt + left };
}
