import { type Attos, formatAmount, toAttos } from '../../base/amount.js';
import { keep, struct } from '../../sbor/codec.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import type { AccessRule } from '../../transaction/accessRule.js';
import { type Instruction, instructions } from '../../transaction/instruction.js';
import { message } from '../../transaction/message.js';
import { intentCore, intentHeader, type Subintent } from '../../transaction/model.js';
import { OrderError } from '../error.js';
import { countBuckets, parseLimitOrder } from '../limitOrder.js';

/** What an order says: everything but when it is valid. Amounts are attos. */
export interface OrderTerms {
  /** Whose order it is: it is withdrawn from, and everything is deposited there. */
  readonly account: NodeId;
  readonly sell: { readonly resource: NodeId; readonly amount: Attos };
  /** At least this much. */
  readonly buy: { readonly resource: NodeId; readonly amount: Attos };
  /** Paid in the resource that is sold, on top of what is sold. */
  readonly fees: { readonly anthic: Attos; readonly settlement: Attos };
  /** Who may settle it: `verify_parent_access_rule_sbor_hex` of `/trade/info`. */
  readonly parentRule: AccessRule;
  /** Instructions in front, such as those that mint what is sold. No yields. */
  readonly prefix?: readonly Instruction[];
}

export interface OrderHeader {
  /** Network id. */
  readonly network: number;
  readonly startEpoch: bigint;
  /** Exclusive. */
  readonly endEpoch: bigint;
  /** Unix seconds, exclusive: Anthic wants them 15 to 60 s after it gets the order (`expiryAfter`). */
  readonly expiresAt: bigint;
  /** Tells two orders of the same content apart: 64 random bits. */
  readonly discriminator: bigint;
}

const NO_MESSAGE = keep(message, { type: 'None' });
const subintentFields = struct({ intentCore });

/**
 * The subintent of a limit order by Anthic's schema (docs/protocol.md §6.6), instruction for instruction what
 * `/construction/compose` answers. Error: `not-a-limit-order`, of terms that make none.
 */
export function composeLimitOrder(order: OrderTerms & OrderHeader): Subintent {
  checkAmounts(order);
  const core = {
    header: keep(intentHeader, {
      networkId: order.network,
      startEpochInclusive: order.startEpoch,
      endEpochExclusive: order.endEpoch,
      minProposerTimestampInclusive: undefined,
      maxProposerTimestampExclusive: order.expiresAt,
      intentDiscriminator: order.discriminator,
    }),
    blobs: [],
    message: NO_MESSAGE,
    children: [],
    instructions: keep(instructions, orderInstructions(order)),
  };
  const subintent = keep(subintentFields, { intentCore: core });
  // What others will read must read as what was meant: the parser knows the schema, and prefixes are the caller's.
  parseLimitOrder(subintent);
  return subintent;
}

function orderInstructions({ account, sell, buy, fees, parentRule, prefix = [] }: OrderTerms): Instruction[] {
  const first = countBuckets(prefix);
  const withdrawn = toAttos(sell.amount + fees.anthic + fees.settlement);
  return [
    ...prefix,
    { type: 'VERIFY_PARENT', rule: parentRule },
    call(account, 'withdraw', { kind: 'Address', value: sell.resource }, { kind: 'Decimal', value: withdrawn }),
    take(sell.resource, sell.amount),
    {
      type: 'ASSERT_NEXT_CALL_RETURNS_ONLY',
      constraints: [[buy.resource, { type: 'AtLeastAmount', amount: buy.amount }]],
    },
    yieldBuckets(first),
    take(sell.resource, fees.anthic),
    take(sell.resource, fees.settlement),
    yieldBuckets(first + 1, first + 2),
    call(account, 'deposit_batch', { kind: 'Expression', value: 'ENTIRE_WORKTOP' }),
    yieldBuckets(),
  ];
}

function take(resource: NodeId, amount: Attos): Instruction {
  return { type: 'TAKE_FROM_WORKTOP', resource, amount };
}

function call(address: NodeId, method: string, ...fields: Value[]): Instruction {
  return { type: 'CALL_METHOD', address, method, args: { kind: 'Tuple', fields } };
}

function yieldBuckets(...buckets: number[]): Instruction {
  const fields = buckets.map((value): Value => ({ kind: 'Bucket', value }));
  return { type: 'YIELD_TO_PARENT', args: { kind: 'Tuple', fields } };
}

function checkAmounts({ sell, buy, fees }: OrderTerms): void {
  const amounts = {
    'sell.amount': [sell.amount, 1n],
    'buy.amount': [buy.amount, 1n],
    'fees.anthic': [fees.anthic, 0n],
    'fees.settlement': [fees.settlement, 0n],
  } as const;
  for (const [path, [amount, least]] of Object.entries(amounts)) {
    if (amount >= least) continue;
    const wanted = least === 0n ? 'of at least 0' : 'above 0';
    throw new OrderError('not-a-limit-order', `expected an amount ${wanted}, got ${formatAmount(amount)}`, { path });
  }
}
