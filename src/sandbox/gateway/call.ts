import type { Fields } from '../fields.js';
import type { World } from '../world/world.js';
import type { PendingPayloads } from './pending.js';
import type { View } from './view.js';

/** One request, read as far as all endpoints read it. */
export interface Call {
  readonly body: Fields;
  readonly view: View;
  readonly world: World;
  readonly pending: PendingPayloads;
  /** A fault that only a submission knows: it is accepted and dropped. */
  readonly drop: 'keep' | 'forget' | undefined;
}

/** What an endpoint answers: the success body. Refusals are thrown, as `GatewayError` or as a `bad-field`. */
export type Endpoint = (call: Call) => Promise<object> | object;
