import type { TradeApi } from '../anthic/trade/client.js';
import { parseAddress } from '../transaction/address.js';
import type { Network } from '../transaction/network.js';
import type { Terms, TradedToken } from './terms.js';

export interface TermsSource {
  readonly api: Pick<TradeApi, 'info' | 'accountLevel' | 'tokens'>;
  /** Of at most 20 resources: address → decimals, by the ledger, since the Trade API does not tell. */
  readonly divisibilities: (resources: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly account: string;
  readonly network: Network;
}

const AT_ONCE = 20;

/** Everything that fills depend on, as it is now. A token that the ledger does not know is left out. */
export async function loadTerms({ api, divisibilities, account, network }: TermsSource): Promise<Terms> {
  const [{ parentRule, fees }, level, listed] = await Promise.all([
    api.info(),
    api.accountLevel(account),
    api.tokens(),
  ]);
  const tokens = new Map<string, TradedToken>();
  for (let start = 0; start < listed.length; start += AT_ONCE) {
    const some = listed.slice(start, start + AT_ONCE);
    const known = await divisibilities(some.map(({ resource }) => resource));
    for (const { symbol, resource: address } of some) {
      const divisibility = known.get(address);
      if (divisibility === undefined) continue;
      tokens.set(symbol, { symbol, divisibility, address, resource: parseAddress(address, network) });
    }
  }
  return { parentRule, fees, level, tokens };
}
