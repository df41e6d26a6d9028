import { z } from 'zod';
import { type Attos, formatAmount, parseAmount } from '../../base/amount.js';
import type { Level, OrderBook } from '../order/book.js';
import { detailText } from '../stream/event.js';
import { FlashError } from './error.js';

/** Bodies of the Flash Liquidity API (docs/interfaces.md §4.2). Unknown fields pass. */

export type Pair = OrderBook['pair'];

export interface TokenAmount {
  readonly symbol: string;
  readonly amount: Attos;
}

/** An order to fill, as its taker sees it. Times are Unix milliseconds. */
export interface NewOrder {
  readonly id: string;
  readonly createdAt: number;
  readonly fillBefore: number;
  readonly sell: TokenAmount;
  readonly buy: TokenAmount;
}

export type ExecutionChange =
  | { readonly type: 'started'; readonly subintentId: string | undefined }
  /** `Settled` is documented; whatever else it says stands as it came. */
  | { readonly type: 'completed'; readonly outcome: string }
  /** A change of a kind or a shape that is not known here. Its number counts all the same. */
  | { readonly type: 'unknown'; readonly detail: string };

/** What became of a fill. Times are Unix milliseconds. */
export interface FillExecution {
  readonly sequence: number;
  readonly occurredAt: number | undefined;
  readonly orderId: string | undefined;
  readonly change: ExecutionChange;
}

const symbol = z.string().min(1).max(64);
const id = z.string().min(1).max(200);
/** Up to the year 9999: what is more was meant to be milliseconds. */
const unixSeconds = z
  .number()
  .min(0)
  .max(253_402_300_799)
  .transform((seconds) => Math.floor(seconds * 1000));

const amount = z
  .string()
  .max(80)
  .transform((text, context): Attos => {
    try {
      const value = parseAmount(text);
      if (value > 0n) return value;
      context.addIssue(`expected an amount above 0, got ${formatAmount(value)}`);
    } catch (error) {
      context.addIssue(detailText((error as Error).message));
    }
    return z.NEVER;
  });

const tokenAmount = z.object({ symbol, amount });

const newOrder = z
  .object({
    id,
    created_at: unixSeconds,
    fill_before: unixSeconds,
    limit_order: z.object({ sell: tokenAmount, buy: tokenAmount }),
  })
  .transform(
    ({ id, created_at: createdAt, fill_before: fillBefore, limit_order: { sell, buy } }): NewOrder => ({
      ...{ id, createdAt, fillBefore, sell, buy },
    }),
  );

const sequence = z.object({ sequence_number: z.int().positive() });

const execution = z.object({ occurred_at: unixSeconds, order_id: id, change: z.record(z.string(), z.unknown()) });

const started = z.object({ subintent_id: z.string().max(200).optional() });
const completed = z.object({ outcome: z.string().min(1).max(100) });

/** Error: `bad-message`, whose path names the field. */
export function readNewOrder(params: unknown): NewOrder {
  return read(newOrder, params);
}

/**
 * Only the number must be there: it says whether something was missed. Whatever else cannot be read makes the change an
 * unknown one, so that one bad message does not hold up those after it. Error: `bad-message`.
 */
export function readExecution(params: unknown): FillExecution {
  const { sequence_number: number } = read(sequence, params);
  const body = execution.safeParse(params);
  if (!body.success) {
    const orderId = z.object({ order_id: id }).safeParse(params).data?.order_id;
    const change: ExecutionChange = { type: 'unknown', detail: issueText(body.error) };
    return { sequence: number, occurredAt: undefined, orderId, change };
  }
  const { occurred_at: occurredAt, order_id: orderId, change } = body.data;
  return { sequence: number, occurredAt, orderId, change: readChange(change) };
}

function readChange(change: Record<string, unknown>): ExecutionChange {
  if ('completed' in change) {
    const body = completed.safeParse(change.completed);
    if (body.success) return { type: 'completed', outcome: body.data.outcome };
    return { type: 'unknown', detail: `change.completed.${issueText(body.error)}` };
  }
  // Nothing of its body is documented, so nothing of it is needed.
  if ('started' in change)
    return { type: 'started', subintentId: started.safeParse(change.started).data?.subintent_id };
  return { type: 'unknown', detail: `change: ${detailText(Object.keys(change).join(', ')) || 'empty'}` };
}

function read<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const path = ['params', ...(result.error.issues[0]?.path ?? [])].join('.');
  throw new FlashError('bad-message', `params.${issueText(result.error)}`, { path });
}

function issueText({ issues }: z.ZodError): string {
  const [issue] = issues;
  return detailText(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** The parameters of `platform.price_books.on_change`. A book without levels: the pair is not traded. */
export function encodePriceBook({ pair: { base, quote }, bids, asks }: OrderBook) {
  const levels = (side: readonly Level[]) =>
    side.map(({ price, amount: size }) => [formatAmount(price), formatAmount(size)]);
  return { pair: { base, quote }, bids: levels(bids), asks: levels(asks) };
}

export function pairName({ base, quote }: Pair): string {
  return `${base}/${quote}`;
}
