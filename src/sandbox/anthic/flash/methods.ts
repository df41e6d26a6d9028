import { z } from 'zod';
import type { Level } from '../../../anthic/order/book.js';
import { units } from '../../../base/amount.js';
import { makeBook } from '../book.js';
import type { OrderDesk } from '../desk.js';
import { RefusedError } from '../error.js';
import type { EventFeed } from '../events.js';
import { positiveAmount, read } from '../input.js';
import type { Maker, MakerSession } from '../makers.js';
import type { AnthicSettings } from '../settings.js';
import type { Tokens } from '../tokens.js';

/** What the methods act on. */
export interface FlashContext {
  readonly settings: AnthicSettings;
  readonly tokens: Tokens;
  readonly desk: Pick<OrderDesk, 'fill' | 'lost'>;
  readonly feed: EventFeed;
}

export interface FlashCall extends FlashContext {
  readonly session: MakerSession;
  readonly maker: Maker;
  readonly params: unknown;
  /** Done right after the answer has been sent. */
  readonly afterwards: (action: () => void) => void;
}

type Method = (call: FlashCall) => Promise<object> | object;

/** Of a price and an amount: however many makers' levels become one, their sum is an amount still. */
const MAX_UNITS = units(10n ** 27n);
const bounded = positiveAmount.refine((value) => value <= MAX_UNITS, 'expected at most 10^27');
const level = z.tuple([bounded, bounded]);
const pair = z.object({ base: z.string(), quote: z.string() });
const priceBook = z.object({ pair, bids: z.array(level), asks: z.array(level) });
const fill = z.object({ order_id: z.string().max(200), signed_partial_transaction: z.string() });
const sequenceNumber = z.number().int().min(1);
const fillStream = z.object({
  enabled: z.boolean().default(true),
  historical_starting_point: z
    .union(
      [sequenceNumber, z.object({ at_sequence_number: sequenceNumber }).transform((of) => of.at_sequence_number)],
      'expected a sequence number from 1, or such a number as at_sequence_number',
    )
    .optional(),
});
const nothing = z.strictObject({});

// biome-ignore format: a table reads better aligned
export const METHODS: Readonly<Record<string, Method>> = {
  'platform.price_books.on_change':       changeBook,
  'platform.new_orders.start_stream':     startOrders,
  'platform.fills.fill':                  takeFill,
  'platform.fill_execution.start_stream': startFills,
  'ping':                                 () => ({}),
};

function changeBook({ params, settings, tokens, maker, feed }: FlashCall): object {
  const { pair, bids, asks } = read(priceBook, params);
  const [base, quote] = [tokens.named(pair.base, 'pair.base'), tokens.named(pair.quote, 'pair.quote')];
  if (tokens.pairOf(base, quote)?.base !== base) {
    throw new RefusedError('not-found', `expected a pair of /trade/token_pairs, got ${base.symbol}/${quote.symbol}`, {
      path: 'pair',
    });
  }
  for (const [path, levels] of Object.entries({ bids, asks })) {
    const most = settings.limits.levels;
    if (levels.length > most) {
      throw new RefusedError('bad-request', `expected at most ${most} levels, got ${levels.length}`, { path });
    }
  }
  maker.setBook(base, quote, makeBook(bids.map(levelOf), asks.map(levelOf), base));
  feed.emit({ type: 'book-changed', maker: maker.name, ...pair });
  return {};
}

function levelOf([price, amount]: z.output<typeof level>): Level {
  return { price, amount };
}

function startOrders({ params, session }: FlashCall): object {
  read(nothing, params ?? {});
  session.wantsOrders = true;
  return {};
}

async function takeFill({ params, maker, desk }: FlashCall): Promise<object> {
  const { order_id, signed_partial_transaction } = read(fill, params);
  const { subintentId } = await desk.fill(maker, order_id, signed_partial_transaction);
  return { accepted: true, subintent_id: subintentId };
}

function startFills({ params, session, maker, afterwards }: FlashCall): object {
  const { enabled, historical_starting_point: from } = read(fillStream, params ?? {});
  const { next } = maker.history;
  if (from !== undefined && from > next) {
    throw new RefusedError('bad-request', `expected a sequence number from 1 to ${next}, got ${from}`, {
      path: 'historical_starting_point',
    });
  }
  afterwards(() => {
    session.wantsFills = enabled;
    if (!enabled || from === undefined) return;
    for (const entry of maker.history.from(from)) session.notify('maker.fill_execution.next', entry);
  });
  return {};
}
