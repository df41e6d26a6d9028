import type { FlashEvent } from '../anthic/flash/event.js';
import type { Attos } from '../base/amount.js';

/** What happens in a running market maker, besides what is told of any process. Amounts are attos of the token named. */
export type MakerEvent =
  | FlashEvent
  /** The pricing file was read. */
  | { readonly type: 'pricing-changed'; readonly file: string; readonly pairs: readonly string[] }
  /** It changed and cannot be used: the prices of before stand. `field` says where. */
  | { readonly type: 'pricing-refused'; readonly file: string; readonly field: string; readonly detail: string }
  /** It limits tokens that none of its pairs trade: they may be misspelled. */
  | { readonly type: 'pricing-limits-unused'; readonly file: string; readonly symbols: readonly string[] }
  /** Fees, level, tokens and the rule of settlement, from the Trade API. */
  | { readonly type: 'terms-failed'; readonly code: string; readonly detail: string }
  /** From here to `quotes-resumed` all prices are taken back. */
  | { readonly type: 'quotes-paused'; readonly why: string }
  | { readonly type: 'quotes-resumed' }
  | { readonly type: 'pair-not-quoted'; readonly pair: string; readonly detail: string }
  | {
      readonly type: 'book-quoted';
      readonly pair: string;
      readonly bid: Attos | undefined;
      readonly ask: Attos | undefined;
      readonly levels: number;
    }
  | { readonly type: 'order-declined'; readonly orderId: string; readonly code: string; readonly detail: string }
  /** It is written down and goes out now. */
  | {
      readonly type: 'fill-written';
      readonly orderId: string;
      readonly subintentId: string;
      readonly sold: Attos;
      readonly soldSymbol: string;
      readonly bought: Attos;
      readonly boughtSymbol: string;
      readonly gain: Attos;
    }
  | {
      readonly type: 'fill-answered';
      readonly orderId: string;
      readonly answer: 'accepted' | 'refused' | 'not-sent' | 'unknown';
      readonly detail: string | undefined;
      readonly tookMs: number;
    }
  | {
      readonly type: 'fill-execution';
      readonly orderId: string | undefined;
      readonly sequence: number;
      readonly change: string;
      readonly detail: string | undefined;
    }
  /** By the ledger. */
  | {
      readonly type: 'fill-ended';
      readonly orderId: string;
      readonly state: 'settled' | 'expired';
      readonly txid: string | undefined;
      readonly outcome: string | undefined;
    }
  | { readonly type: 'ledger-look-failed'; readonly code: string; readonly detail: string }
  | {
      readonly type: 'maker-status';
      readonly connections: number;
      readonly pairs: number;
      readonly openFills: number;
      readonly holdings: readonly { readonly symbol: string; readonly held: Attos; readonly reserved: Attos }[];
    };
