import type { Signer } from '../../anthic/order/sign.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import type { AccessRule } from '../../transaction/accessRule.js';
import type { CheckContext } from './check.js';
import { RefusedError } from './error.js';
import type { EventFeed } from './events.js';
import type { Faults } from './faults.js';
import type { Makers } from './makers.js';
import type { Part } from './order.js';
import type { AnthicSettings } from './settings.js';
import type { Tokens } from './tokens.js';

/** What all that handles orders has in common. */
export interface DeskContext {
  readonly settings: AnthicSettings;
  readonly tokens: Tokens;
  readonly makers: Makers;
  readonly key: Signer;
  readonly rule: AccessRule;
  readonly ledger: Pick<Ledger, 'balances' | 'clock'>;
  readonly feed: EventFeed;
  readonly faults: Faults;
  readonly surroundings: Pick<Surroundings, 'sleep' | 'wallNow'>;
  /** Fires when all ends: nothing is begun any more. */
  readonly signal: AbortSignal;
  /** 64 random bits. */
  readonly randomBits: () => bigint;
}

/** The epoch as the ledger last told it. Error: `unavailable`. */
export function currentEpoch({ clock }: Pick<Ledger, 'clock'>): bigint {
  const epoch = clock.clockAt()?.epoch;
  if (epoch !== undefined) return epoch;
  throw new RefusedError('unavailable', 'the ledger has not told its time yet', { retry: true });
}

export function checkContext({ settings, tokens, rule, ledger, surroundings }: DeskContext): CheckContext {
  return { settings, tokens, rule, now: surroundings.wallNow(), epoch: currentEpoch(ledger) };
}

/** A maker hears what becomes of its fill. */
export function record({ surroundings }: DeskContext, part: Part, change: object): void {
  part.maker.recordFill(part.id, Math.floor(surroundings.wallNow() / 1000), change);
}
