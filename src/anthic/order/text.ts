import { formatManifest } from '../../transaction/manifest/format.js';
import type { IntentCore } from '../../transaction/model.js';
import { countBuckets } from '../limitOrder.js';

/** What Anthic calls the buckets of an order, in the order in which they are made. */
const BUCKETS = ['sell', 'anthic-fee', 'solver-fee'];

const BUCKET = /Bucket\("bucket(\d+)"\)/g;

/** The manifest text of a limit order, with the bucket names of `/construction/compose`. */
export function formatOrderManifest(core: IntentCore): string {
  const made = countBuckets(core.instructions.value);
  const first = made - BUCKETS.length + 1;
  // No string literal can look like this: its quotes would be escaped.
  return formatManifest(core).replace(BUCKET, (text, number: string) => {
    const name = BUCKETS[Number(number) - first];
    return name === undefined ? text : `Bucket("${name}")`;
  });
}
