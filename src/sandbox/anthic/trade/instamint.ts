import { RefusedError } from '../error.js';
import type { TradeCall, TradeEndpoint } from './call.js';

/** Nothing is minted on credit here: every account is in order, and has nothing. */

export const instamintInfo: TradeEndpoint = () => {
  throw new RefusedError('not-found', 'this local Anthic has no instamint component');
};

export const instamintTokens: TradeEndpoint = () => ({ tokens: [] });

export const instamintAccount: TradeEndpoint = (call) => ({
  account: { customer_badge_non_fungible_local_ids: [], address: firstAccount(call) },
});

export const instamintAllowance: TradeEndpoint = () => ({ allowance: '0' });

export const instamintBalance: TradeEndpoint = () => ({ balances: [] });

export const instamintPayback: TradeEndpoint = () => ({ payback_addresses: [] });

export const instamintAccounts: TradeEndpoint = () => ({ accounts: [] });

function firstAccount({ caller }: TradeCall): string {
  const [first] = caller!.settings.accounts;
  if (first === undefined) throw new RefusedError('not-found', 'the settings name no account for this API key');
  return first;
}
