import type { Ledger } from '../../ledger/ledger.js';
import type { NodeId } from '../../sbor/custom.js';
import type { StateFacts } from '../../settlement/fee/predict.js';
import { formatAddress, parseAddress, XRD } from '../../transaction/address.js';

const MAX_ACCOUNTS = 10_000;
const CONCURRENT = 2;

/**
 * Which accounts hold a vault for what: asked of the ledger in the background, so that a bundle never waits. A vault
 * that is there stays; what is not there is asked again when the account comes again.
 */
export class VaultFacts implements StateFacts {
  private readonly vaults = new Map<NodeId, Map<NodeId, boolean>>();
  private readonly asking = new Set<NodeId>();

  constructor(
    private readonly ledger: Pick<Ledger, 'balances'>,
    private readonly network: number,
    private readonly solver: NodeId,
  ) {}

  holdsVault(account: NodeId, resource: NodeId): boolean | undefined {
    // The fee is locked from it.
    if (account === this.solver && resource === XRD) return true;
    return this.vaults.get(account)?.get(resource);
  }

  /** Asks about accounts that are not known yet. Never fails: what stays unknown makes a fee an estimate. */
  learn(needs: readonly { readonly account: NodeId; readonly resources: readonly NodeId[] }[]): void {
    for (const { account, resources } of needs) {
      const known = this.vaults.get(account);
      if (resources.every((resource) => known?.get(resource) === true)) continue;
      if (this.asking.has(account) || this.asking.size >= CONCURRENT) continue;
      this.asking.add(account);
      void this.ask(account, resources).finally(() => this.asking.delete(account));
    }
  }

  private async ask(account: NodeId, resources: readonly NodeId[]): Promise<void> {
    try {
      const { amounts } = await this.ledger.balances(formatAddress(account, this.network));
      const held = new Map<NodeId, boolean>(resources.map((resource) => [resource, false]));
      for (const address of amounts.keys()) held.set(parseAddress(address, this.network), true);
      if (this.vaults.size >= MAX_ACCOUNTS) this.vaults.clear();
      this.vaults.set(account, held);
    } catch {
      // A Gateway that does not answer leaves it unknown.
    }
  }
}
