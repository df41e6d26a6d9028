import type { Attos } from '../base/amount.js';
import type { CallOptions, GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { LedgerState } from './wire.js';

export interface Balances {
  readonly ledger: LedgerState | undefined;
  /** Resource → amount. Without an entry nothing is held; an entry, even of 0, proves a vault (T34). */
  readonly amounts: ReadonlyMap<string, Attos>;
}

/** No account holds so many that this is reached; a server that pages without end is stopped. */
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
    const answer = await firstOrNone(
      () => endpoint.fungiblesPage(account, { ...options, cursor, atStateVersion }),
      page,
    );
    if (answer === undefined) return { ledger: undefined, amounts };
    ledger ??= answer.ledger;
    for (const { resource_address, amount } of answer.items) amounts.set(resource_address, amount);
    cursor = answer.nextCursor;
    if (cursor === undefined) return { ledger, amounts };
  }
  throw new GatewayError('bad-answer', `more than ${MAX_PAGES} pages`, { endpoint: endpoint.name, arrived: true });
}

/** An account that nobody has used yet is not found, or empty: both mean that it holds nothing (T33, T36). */
async function firstOrNone<T>(ask: () => Promise<T>, page: number): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (page === 0 && error instanceof GatewayError && error.code === 'not-found') return undefined;
    throw error;
  }
}
