import { SolverError } from '../base/error.js';

/** A Radix network: its id in headers, and the suffix of every human-readable part. */
export interface Network {
  readonly id: number;
  readonly name: string;
  readonly suffix: string;
}

const NETWORKS: readonly Network[] = [
  { id: 1, name: 'mainnet', suffix: 'rdx' },
  { id: 2, name: 'stokenet', suffix: 'tdx_2_' },
  { id: 10, name: 'adapanet', suffix: 'tdx_a_' },
  { id: 11, name: 'nebunet', suffix: 'tdx_b_' },
  { id: 12, name: 'kisharnet', suffix: 'tdx_c_' },
  { id: 13, name: 'ansharnet', suffix: 'tdx_d_' },
  { id: 14, name: 'zabanet', suffix: 'tdx_e_' },
  { id: 240, name: 'localnet', suffix: 'loc' },
  { id: 242, name: 'simulator', suffix: 'sim' },
];

/** The network of an id; one without a name of its own is written as the ledger writes test networks. */
export function networkById(id: number): Network {
  const known = NETWORKS.find((network) => network.id === id);
  return known ?? { id, name: `network ${id}`, suffix: `tdx_${id.toString(16)}_` };
}

/** A network from what a person types: an id or a name. Error: `unknown-network`. */
export function parseNetwork(text: string): Network {
  const named = NETWORKS.find((network) => network.name === text.toLowerCase());
  if (named !== undefined) return named;
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return networkById(Number(text));
  const names = NETWORKS.map((network) => network.name).join(', ');
  throw new SolverError(
    'unknown-network',
    `expected an id from 0 to 255 or one of ${names}, got ${JSON.stringify(text)}`,
  );
}
