import { readWrappedOrder, type WrappedOrder } from '../../anthic/wrappedOrder.js';
import type { Give, Need } from '../../anthic/wrapper.js';
import { formatAmount } from '../../base/amount.js';
import type { Bytes } from '../../base/bytes.js';
import { SolverError } from '../../base/error.js';
import type { NodeId } from '../../sbor/custom.js';
import { formatAddress } from '../../transaction/address.js';
import { formatFields, indent } from '../output.js';

type Field = readonly [label: string, value: string];

/** What a signed partial transaction is to Anthic: the order in it and what its wrapper does, or why it is none. */
export function formatOrder(payload: Bytes): string {
  try {
    const item = readWrappedOrder(payload);
    const { networkId } = item.wrapper.value.intentCore.header.value;
    const address = (node: NodeId): string => formatAddress(node, networkId);
    const order = indent(formatFields(orderFields(item, address)));
    return `limit order\n${order}\n\nwrapper\n${indent(formatFields(wrapperFields(item, address)))}`;
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return `limit order\n  none: ${error.message}${error.path && ` (${error.path})`}`;
  }
}

function orderFields({ limitOrder }: WrappedOrder, address: (node: NodeId) => string): Field[] {
  const { account, sell, buy, fees, foreignCall } = limitOrder;
  const fields: Field[] = [
    ['account', address(account)],
    ['sells', `${formatAmount(sell.amount)} of ${address(sell.resource)}`],
    ['buys', `${buy.exact ? 'exactly' : 'at least'} ${formatAmount(buy.amount)} of ${address(buy.resource)}`],
    ['fees', fees.length === 0 ? 'none' : `${fees.map(formatAmount).join(' + ')} of ${address(sell.resource)}`],
  ];
  if (foreignCall !== undefined) fields.push(['calls others', `instruction ${foreignCall}`]);
  return fields;
}

function wrapperFields({ script }: WrappedOrder, address: (node: NodeId) => string): Field[] {
  return [
    ...script.calls.map((gives, index): Field => [`call ${index}`, `returns ${formatGives(gives, address)}`]),
    ['needs', formatNeed(script.need, address)],
    ['reward', `${formatAmount(script.reward)} XRD`],
  ];
}

function formatGives(gives: readonly Give[], address: (node: NodeId) => string): string {
  if (gives.length === 0) return 'nothing';
  return gives.map((give) => `${formatGive(give)} of ${address(give.resource)}`).join(', ');
}

/** A call may return what was delivered with it, or what its own needs left of that. */
function formatGive({ amount, delivered }: Give): string {
  if (!delivered) return formatAmount(amount);
  if (amount === 0n) return 'what was delivered';
  return `what was delivered ${amount < 0n ? 'less' : 'and'} ${formatAmount(amount < 0n ? -amount : amount)}`;
}

function formatNeed({ resource, atLeast, atMost, from, by }: Need, address: (node: NodeId) => string): string {
  const most = atMost === undefined || atMost === atLeast ? '' : ` to ${formatAmount(atMost)}`;
  const amount = `${atMost === undefined ? 'at least ' : ''}${formatAmount(atLeast)}${most}`;
  return `${amount} of ${address(resource)} with call ${from === by ? by : `${from} to ${by}`}`;
}
