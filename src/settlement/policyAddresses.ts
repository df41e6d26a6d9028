import { type Attos, units } from '../base/amount.js';
import { decodeBech32m } from '../base/bech32m.js';
import type { NodeId } from '../sbor/custom.js';
import { isFungible, parseAddress, XRD } from '../transaction/address.js';
import type { PolicyNetwork } from './policy.js';

type Fail = (field: string, message: string) => Error;

/** Reads the addresses of a policy, which are all of one network, whichever. */
export class PolicyAddresses {
  network: PolicyNetwork | undefined;
  private readonly names = new Map<NodeId, string>();

  constructor(private readonly fail: Fail) {}

  /** Values by resource. Throws what `fail` makes, with the field. */
  read<T>(field: string, record: Readonly<Record<string, T>>): ReadonlyMap<NodeId, T> {
    const map = new Map<NodeId, T>();
    for (const [address, value] of Object.entries(record)) map.set(this.parse(`${field}.${address}`, address), value);
    return map;
  }

  private parse(field: string, address: string): NodeId {
    try {
      const { hrp } = decodeBech32m(address);
      const suffix = hrp.slice(hrp.indexOf('_') + 1);
      const node = parseAddress(address, { id: 0, name: 'its network', suffix });
      if (!isFungible(node)) throw new Error('expected a fungible resource');
      this.network ??= { suffix, field };
      if (this.network.suffix !== suffix)
        throw new Error(`expected an address of the network of ${this.network.field}`);
      this.names.set(node, address);
      return node;
    } catch (error) {
      throw this.fail(field, (error as Error).message);
    }
  }

  /** XRD is worth itself. */
  checkXrd(table: ReadonlyMap<NodeId, Attos>): void {
    const price = table.get(XRD);
    if (price === undefined || price === units(1)) return;
    throw this.fail(`prices.table.${this.names.get(XRD)}`, 'expected 1: XRD is worth itself');
  }

  /** What is added from the solver's own account has a price: without one it would never be used. */
  checkPriced(inventory: ReadonlyMap<NodeId, Attos>, table: ReadonlyMap<NodeId, Attos>): void {
    for (const resource of inventory.keys()) {
      if (resource === XRD || table.has(resource)) continue;
      throw this.fail(`inventory.${this.names.get(resource)}`, 'expected a price of it in prices');
    }
  }
}
