import { readFileSync } from 'node:fs';
import { toHex } from '../../src/base/bytes.js';
import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Engine } from '../../src/sandbox/engine/engine.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import type { Seed } from '../../src/sandbox/seed.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import type { NotarizedTransaction } from '../../src/transaction/model.js';
import { networkById } from '../../src/transaction/network.js';
import { encodeTransaction } from '../../src/transaction/payload.js';

/** What tests on the real engine share. They run by `npm run test:engine`. */

export const SIM = networkById(242);
export const SIM_XRD = formatAddress(XRD, SIM);

export async function startEngine(): Promise<Engine> {
  return Engine.start(await engineBinary(process.env));
}

/** A sandbox on the real engine, on the simulator network unless told otherwise; rounds by a call. */
export async function startSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return Sandbox.start(await engineBinary(process.env), { network: SIM, port: 0, ...options });
}

export function notarizedHex(transaction: NotarizedTransaction): string {
  return toHex(encodeTransaction('NotarizedTransactionV2', transaction));
}

// ------------------------------------------------------------------------------------------------ recorded settlements

const FOLDER = 'fixtures/vectors/settlement/';

export interface RecordedWorld {
  readonly epoch: number;
  readonly proposerTimestampMs: number;
  readonly solverAccount: string;
  readonly solverPrivateKey: string;
  readonly anthicAccount: string;
  readonly tokens: readonly { readonly symbol: string; readonly divisibility: number; readonly resource: string }[];
}

export interface RecordedExecution {
  readonly scenario: string;
  readonly composition: string;
  readonly lockFeeAfterYield: number;
  readonly transaction: string;
  readonly submissionCheck: string;
  readonly subintentIds: readonly string[];
  readonly receipt: {
    readonly status: string;
    readonly error: string | null;
    readonly fee: { readonly total: string };
    readonly solverChange: Readonly<Record<string, string>>;
  };
}

/** Account → resource → whether it has a vault. */
type Vaults = Readonly<Record<string, Readonly<Record<string, boolean>>>>;

function lines<T>(file: string): T[] {
  const text = readFileSync(FOLDER + file, 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as T);
}

export const recordedWorld = lines<{ world: RecordedWorld }>('world.json')[0]!.world;
export const recordedExecutions = lines<RecordedExecution>('executed.jsonl');
const frames = lines<{ scenario: string; vaults: Vaults }>('frames.jsonl');

/** Tokens at their recorded addresses, and the accounts of a scenario with what they need, in the vaults they had. */
export function recordedSeed(scenario: string): Seed {
  const tokens = recordedWorld.tokens
    .filter(({ symbol }) => symbol !== 'XRD')
    .map(({ symbol, divisibility, resource }) => ({ symbol, divisibility, address: resource }));
  const held = new Map<string, Set<string>>();
  for (const { vaults } of frames.filter((each) => each.scenario === scenario)) {
    for (const [account, of] of Object.entries(vaults)) {
      const resources = held.get(account) ?? held.set(account, new Set()).get(account)!;
      for (const [resource, has] of Object.entries(of)) if (has) resources.add(resource);
    }
  }
  const accounts = [...held].map(([address, resources]) => ({
    address,
    fund: [...resources].map((resource) => ({ resource, amount: '1000000' })),
  }));
  return { tokens, accounts };
}

/** A sandbox in the recorded world, as it was when the scenario's transactions were executed. */
export function recordedSandbox(scenario: string, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const { epoch, proposerTimestampMs: startMs } = recordedWorld;
  return startSandbox({ epoch, startMs, seed: recordedSeed(scenario), ...options });
}
