import type { Ledger } from '../../../ledger/ledger.js';
import type { AccessRule } from '../../../transaction/accessRule.js';
import type { OrderDesk } from '../desk.js';
import type { Maker, Makers } from '../makers.js';
import type { AnthicSettings } from '../settings.js';
import type { Tokens } from '../tokens.js';

/** What the Trade API answers from. */
export interface TradeContext {
  readonly settings: AnthicSettings;
  readonly tokens: Tokens;
  readonly makers: Makers;
  readonly rule: AccessRule;
  readonly ledger: Pick<Ledger, 'balances' | 'clock'>;
  readonly desk: Pick<OrderDesk, 'submit'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** 64 random bits. */
  readonly randomBits: () => bigint;
}

/** One request: its parameters, query or body, not yet read. */
export interface TradeCall extends TradeContext {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Whose API key it carries, if it carries one that is known. */
  readonly caller: Maker | undefined;
}

/** What an endpoint answers: the success body. Refusals are thrown. */
export type TradeEndpoint = (call: TradeCall) => Promise<object> | object;
