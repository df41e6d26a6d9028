import { ENTITY, entityOf, type NodeId } from '../../sbor/custom.js';
import { formatAddress, parseAddress } from '../../transaction/address.js';
import { type PublicKey, preallocatedAccount } from '../../transaction/key.js';
import { CliError, EXIT } from '../error.js';
import type { RunConfig } from './runConfig.js';

export interface SolverAccount {
  readonly node: NodeId;
  readonly address: string;
  /** The address says that it is the key's; of an account that was created only the ledger can tell. */
  readonly isProven: boolean;
}

/** The account that is configured, else the one that the key owns by its address. Error: `foreign-account`. */
export function solverAccount(
  { account, network }: Pick<RunConfig, 'account' | 'network'>,
  key: PublicKey,
): SolverAccount {
  const own = preallocatedAccount(key);
  const node = account === undefined ? own : parseAddress(account, network);
  const isProven = node === own;
  if (!isProven && entityOf(node) !== ENTITY.GlobalAccount) {
    throw new CliError(EXIT.usage, 'foreign-account', `expected an account of the solver's key, got ${account}`, {
      hint: `leave the account out to use the key's own: ${formatAddress(own, network)}`,
    });
  }
  return { node, address: formatAddress(node, network), isProven };
}
