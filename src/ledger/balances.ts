import type { Attos } from '../base/amount.js';
import type { CallOptions, GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { LedgerState } from './wire.js';

export interface Balances {
  readonly ledger: LedgerState | undefined;
  /** Resource → amount. Without an entry nothing is held; an entry, even of 0, proves a vault (T34). */
  readonly amounts: ReadonlyMap<string, Attos>;
}

/** A server that pages without end is stopped, and an account that strangers have filled is not read to its end. */
const MAX_PAGES = 200;

/** All fungible balances of an account at one state: that of the first page (T36). */
export async function readBalances(
  endpoint: GatewayEndpoint,
  account: string,
  options: CallOptions = {},
): Promise<Balances> {
  const amounts = new Map<string, Attos>();
  let ledger: LedgerState | undefined;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const atStateVersion = ledger?.stateVersion;
    const ask = () => endpoint.fungiblesPage(account, { ...options, cursor, atStateVersion });
    const answer = await (page === 0 ? foundOrNone(ask) : ask());
    if (answer === undefined) return { ledger: undefined, amounts };
    ledger ??= answer.ledger;
    for (const { resource_address, amount } of answer.items) amounts.set(resource_address, amount);
    cursor = answer.nextCursor;
    if (cursor === undefined) return { ledger, amounts };
  }
  throw new GatewayError('bad-answer', `more than ${MAX_PAGES} pages`, { endpoint: endpoint.name, arrived: true });
}

/**
 * The balances of some resources at one state, a request for each: a stranger who sends an account thousands of tokens
 * does not keep these from being read.
 */
export async function readVaults(
  endpoint: GatewayEndpoint,
  account: string,
  resources: readonly string[],
  options: CallOptions = {},
): Promise<Balances> {
  const amounts = new Map<string, Attos>();
  let ledger: LedgerState | undefined;
  for (const resource of resources) {
    const atStateVersion = ledger?.stateVersion;
    const answer = await foundOrNone(() => endpoint.fungibleVault(account, resource, { ...options, atStateVersion }));
    ledger ??= answer?.ledger;
    if (answer?.amount !== undefined) amounts.set(resource, answer.amount);
  }
  return { ledger, amounts };
}

/** An account that nobody has used yet is not found, or empty: both mean that it holds nothing (T33, T36). */
async function foundOrNone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'not-found') return undefined;
    throw error;
  }
}
