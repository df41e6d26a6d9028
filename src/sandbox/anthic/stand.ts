import type { Signer } from '../../anthic/order/sign.js';
import { toHex } from '../../base/bytes.js';
import { SolverError } from '../../base/error.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import { type PublicKey, preallocatedAccount } from '../../transaction/key.js';
import type { Network } from '../../transaction/network.js';
import type { Sandbox } from '../sandbox.js';
import { LocalAnthic, type LocalAnthicOptions } from './anthic.js';
import { type AnthicSettings, type MakerSettings, parseAnthicSettings } from './settings.js';

export interface StandOptions extends Pick<LocalAnthicOptions, 'onEvent' | 'solvers' | 'surroundings' | 'users'> {
  readonly settings: AnthicSettings;
  readonly key: Signer;
  /** Accounts of these keys get plenty of every token. */
  readonly fund: readonly PublicKey[];
}

/** More than any test trades away. */
const PLENTY = '1000000';

/**
 * A local Anthic on a sandbox's ledger: makes the tokens that the settings give no resource for, funds the accounts, and
 * Anthic's own for the rewards. Errors: `bad-field` (another network), and those of `LocalAnthic.start`.
 */
export async function startAnthicOn(sandbox: Sandbox, options: StandOptions): Promise<LocalAnthic> {
  const { key, fund, settings: given, ...others } = options;
  const { world, gateway } = sandbox;
  if (given.network.id !== world.network.id) {
    throw new SolverError('bad-field', `expected ${world.network.name}, the network of this ledger`, {
      path: 'network',
    });
  }
  const settings = { ...given, tokens: await makeTokens(sandbox, given.tokens) };
  const funds = settings.tokens.map(({ resource }) => ({ resource: resource!, amount: PLENTY }));
  for (const publicKey of fund) await world.createAccount(engineKey(publicKey), funds);
  const rewards = [{ resource: formatAddress(XRD, world.network), amount: PLENTY }];
  await world.createAccount(engineKey(key.publicKey), rewards);
  return LocalAnthic.start({ settings, key, gatewayUrl: gateway.url, ...others });
}

async function makeTokens(
  { world, planted }: Sandbox,
  tokens: AnthicSettings['tokens'],
): Promise<AnthicSettings['tokens']> {
  const known = new Map(planted.tokens.map(({ symbol, address }) => [symbol, address]));
  known.set('XRD', formatAddress(XRD, world.network));
  const made: AnthicSettings['tokens'] = [];
  for (const token of tokens) {
    const { symbol, divisibility } = token;
    const resource = token.resource ?? known.get(symbol) ?? (await world.createToken({ symbol, divisibility }));
    made.push({ ...token, resource });
  }
  return made;
}

function engineKey({ type: curve, key }: PublicKey) {
  return { curve, hex: toHex(key) };
}

/** Whose key it is and by which API key it comes. */
export interface ExampleMaker {
  readonly publicKey: PublicKey;
  readonly settings: Omit<MakerSettings, 'accounts'>;
}

/**
 * Settings to begin with: four tokens, three pairs, two levels. A wrapper pays more than the recorded 0.5 XRD, as two of
 * those do not quite pay for a bundle of two orders.
 */
export function exampleSettings(
  network: Network,
  makers: readonly ExampleMaker[],
  ports: Partial<AnthicSettings['ports']> = {},
): AnthicSettings {
  return parseAnthicSettings({
    network: network.id,
    tokens: [
      { symbol: 'XRD', divisibility: 18, solverFee: '1', executionFee: '4' },
      { symbol: 'xUSDC', divisibility: 6, solverFee: '0.002', executionFee: '0.2' },
      { symbol: 'xwBTC', divisibility: 8, solverFee: '0.000001', executionFee: '0.000002' },
      { symbol: 'xETH', divisibility: 18, solverFee: '0.00001', executionFee: '0.00005' },
    ],
    pairs: [
      { base: 'xwBTC', quote: 'xUSDC' },
      { base: 'xETH', quote: 'xUSDC' },
      { base: 'XRD', quote: 'xUSDC' },
    ],
    levels: [
      { takerFee: '0.001', makerFee: '0' },
      { takerFee: '0.0009', makerFee: '0' },
    ],
    makers: makers.map(({ publicKey, settings }) => ({
      ...settings,
      accounts: [formatAddress(preallocatedAccount(publicKey), network)],
    })),
    reward: '0.75',
    ports,
  });
}
