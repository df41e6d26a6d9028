import { type Attos, formatAmount } from '../../base/amount.js';
import { readVaults } from '../../ledger/balances.js';
import { GatewayEndpoint } from '../../ledger/endpoint.js';
import { type Surroundings, systemSurroundings } from '../../ledger/surroundings.js';
import { parseGatewayUrl } from '../../ledger/url.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import type { RunConfig } from '../config/runConfig.js';
import { attempt, type Check, fail, pass } from './check.js';

/** A ledger's time is a few seconds old when it is seen, and never ahead. */
const MAX_BEHIND_MS = 30_000;
const MAX_AHEAD_MS = 5_000;

interface Found {
  readonly check: Check;
  /** Undefined unless it is of our network. */
  readonly endpoint: GatewayEndpoint | undefined;
  readonly skewMs: number | undefined;
}

/** Each Gateway, this machine's clock against the newest time any of them shows, and what the account holds. */
export async function gatewayChecks(
  config: RunConfig,
  address: string | undefined,
  surroundings: Surroundings = systemSurroundings(),
): Promise<Check[]> {
  const found = await Promise.all(config.gateways.map((url) => examine(url, config, surroundings)));
  const skews = found.flatMap(({ skewMs }) => (skewMs === undefined ? [] : [skewMs]));
  const endpoint = found.find((each) => each.endpoint !== undefined)?.endpoint;
  return [
    ...found.map(({ check }) => check),
    clockCheck(skews.length === 0 ? undefined : Math.min(...skews)),
    await balanceCheck(config, address, endpoint),
  ];
}

async function examine(url: string, config: RunConfig, surroundings: Surroundings): Promise<Found> {
  const name = `gateway ${parseGatewayUrl(url).name}`;
  let right: GatewayEndpoint | undefined;
  let skewMs: number | undefined;
  const check = await attempt(
    name,
    'check the URL, name resolution and firewall; configure a second Gateway',
    async () => {
      const endpoint = new GatewayEndpoint(url, surroundings, { timeoutMs: config.requestTimeoutMs });
      const { id, xrd } = await endpoint.networkConfiguration();
      const { network } = config;
      if (id !== network.id || xrd !== formatAddress(XRD, network)) {
        return fail(
          name,
          `is of network ${id}, expected ${network.id} (${network.name})`,
          'check --network and --gateway',
        );
      }
      const { proposerTimestampMs, epoch } = await endpoint.gatewayStatus();
      right = endpoint;
      skewMs = surroundings.wallNow() - proposerTimestampMs;
      const found = `network ${network.id}, epoch ${epoch}, ledger time ${new Date(proposerTimestampMs).toISOString()}`;
      if (skewMs <= MAX_BEHIND_MS) return pass(name, found);
      return fail(name, `${found}: ${seconds(skewMs)} old`, 'it lags behind, or this machine is ahead: see clock');
    },
  );
  return { check, endpoint: right, skewMs };
}

function clockCheck(skewMs: number | undefined): Check {
  const name = 'clock';
  const advice = 'synchronize this machine (timedatectl set-ntp true), unless every Gateway is late';
  if (skewMs === undefined) return fail(name, 'no Gateway tells the time', 'see the Gateways above');
  if (skewMs > MAX_BEHIND_MS) return fail(name, `${seconds(skewMs)} ahead of the ledger`, advice);
  if (-skewMs > MAX_AHEAD_MS) return fail(name, `${seconds(-skewMs)} behind the ledger`, advice);
  return pass(name, `${seconds(skewMs)} from the ledger's time`);
}

function balanceCheck(
  { minBalance, network }: RunConfig,
  address: string | undefined,
  endpoint: GatewayEndpoint | undefined,
): Check | Promise<Check> {
  const name = 'balance';
  if (address === undefined) return fail(name, 'there is no account to look at', 'see key and account above');
  if (endpoint === undefined) return fail(name, 'no Gateway can be asked', 'see the Gateways above');
  return attempt(name, 'try again', async () => {
    const xrd = formatAddress(XRD, network);
    const { amounts } = await readVaults(endpoint, address, [xrd]);
    return judgeBalance(name, amounts.get(xrd) ?? 0n, minBalance, address);
  });
}

function judgeBalance(name: string, xrd: Attos, minBalance: Attos | undefined, address: string): Check {
  const held = `${formatAmount(xrd)} XRD`;
  if (xrd === 0n) return fail(name, held, `send XRD to ${address}: network fees are paid from it`);
  if (minBalance === undefined || xrd >= minBalance) return pass(name, held);
  return fail(name, `${held}, below minBalance ${formatAmount(minBalance)}`, `send XRD to ${address}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
