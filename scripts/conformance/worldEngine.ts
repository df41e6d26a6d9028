import type { Engine } from '../../src/sandbox/engine/engine.js';
import type { EngineKey, Funds, NewToken, SubmissionCheck } from '../../src/sandbox/engine/methods.js';
import type { Receipt } from '../../src/sandbox/engine/receipt.js';

/** A receipt, with what only the suites ask for. */
export interface JudgedReceipt extends Receipt {
  readonly costBreakdown?: {
    readonly execution: Readonly<Record<string, number>>;
    readonly finalization: Readonly<Record<string, number>>;
    readonly storage: {
      readonly archiveBytes: number;
      readonly archive: string;
      readonly stateBytes: number;
      readonly state: string | null;
    };
  };
}

/** The engine's methods as the suites use them (engine/README.md). Requests are answered in the order they are made. */
export interface Judge {
  snapshot(): Promise<number>;
  restore(snapshot: number): Promise<void>;
  createAccount(publicKey: EngineKey, fund: readonly Funds[]): Promise<string>;
  createGlobalAccount(publicKey: EngineKey, fund: readonly Funds[]): Promise<string>;
  createToken(token: NewToken): Promise<string>;
  createNft(symbol: string, ids: readonly number[], account: string): Promise<string>;
  balances(accounts: readonly string[]): Promise<Record<string, Record<string, string>>>;
  execute(hex: string, options?: { commit?: boolean; costBreakdown?: boolean }): Promise<JudgedReceipt>;
  submissionCheck(hex: string): Promise<SubmissionCheck>;
}

/** A new world on the engine, at this epoch and time (ms). */
export async function openJudge(
  engine: Engine,
  { network, epoch, proposerTimestampMs }: { network: number; epoch: number; proposerTimestampMs: number },
): Promise<Judge> {
  // The sandbox types the methods it uses; the suites use more of them.
  const call = <T>(method: string, params: object): Promise<T> =>
    engine.call(method as 'clock.get', params as Record<string, never>) as unknown as Promise<T>;
  await call('world.start', { network, epoch, proposerTimestampMs });
  const address = (made: Promise<{ address: string }>): Promise<string> => made.then((it) => it.address);
  return {
    snapshot: () => call<{ snapshot: number }>('world.snapshot', {}).then((it) => it.snapshot),
    restore: (snapshot) => call('world.restore', { snapshot }),
    createAccount: (publicKey, fund) => address(call('account.create', { publicKey, fund })),
    createGlobalAccount: (publicKey, fund) => address(call('account.createGlobal', { owner: { publicKey }, fund })),
    createToken: (token) => address(call('token.create', token)),
    createNft: (symbol, ids, account) => address(call('nft.create', { symbol, ids, account })),
    balances: (accounts) => call('account.balances', { accounts }),
    execute: (hex, options = {}) => call('transaction.execute', { hex, ...options }),
    submissionCheck: (hex) => call('transaction.submissionCheck', { hex }),
  };
}
