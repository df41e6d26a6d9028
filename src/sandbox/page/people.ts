import type { Signer } from '../../anthic/order/sign.js';
import { formatAmount } from '../../base/amount.js';
import { formatAddress } from '../../transaction/address.js';
import { type PublicKey, preallocatedAccount } from '../../transaction/key.js';
import type { Network } from '../../transaction/network.js';
import type { TradeContext } from '../anthic/trade/call.js';

/** Someone whose orders may be placed by hand: the key signs here and is never shown. */
export interface User {
  readonly name: string;
  readonly key: Signer;
}

/** Whom the page knows besides the makers of the settings. */
export interface People {
  readonly users: readonly User[];
  readonly solvers: readonly { readonly name: string; readonly publicKey: PublicKey }[];
  /** Anthic's own account. */
  readonly anthic: string;
}

/** An account that has a name. */
export interface Party {
  readonly name: string;
  readonly role: 'user' | 'maker' | 'solver' | 'anthic';
  readonly account: string;
}

export function accountOf({ key }: User, network: Network): string {
  return formatAddress(preallocatedAccount(key.publicKey), network);
}

/** A maker may have several accounts: each is one of these. */
export function partiesOf({ users, solvers, anthic }: People, { settings }: Pick<TradeContext, 'settings'>): Party[] {
  const { network, makers } = settings;
  return [
    ...users.map((user): Party => ({ name: user.name, role: 'user', account: accountOf(user, network) })),
    ...makers.flatMap(({ name, accounts }) => accounts.map((account): Party => ({ name, role: 'maker', account }))),
    ...solvers.map(({ name, publicKey }): Party => {
      return { name, role: 'solver', account: formatAddress(preallocatedAccount(publicKey), network) };
    }),
    { name: 'Anthic', role: 'anthic', account: anthic },
  ];
}

/** What one holds of every token that is traded, by symbol. */
export async function holdingsOf(
  { account }: Party,
  { ledger, tokens }: Pick<TradeContext, 'ledger' | 'tokens'>,
): Promise<Readonly<Record<string, string>>> {
  const { amounts } = await ledger.balances(account);
  return Object.fromEntries(
    tokens.all.map(({ symbol, address }) => [symbol, formatAmount(amounts.get(address) ?? 0n)]),
  );
}
