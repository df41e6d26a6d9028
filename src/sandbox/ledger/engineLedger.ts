import { type Network, networkById } from '../../transaction/network.js';
import type { Engine } from '../engine/engine.js';
import type { EngineKey, Funds, NewToken, PreviewFlags, WorldStart } from '../engine/methods.js';
import type { Ledger } from './ledger.js';
import type { UserTransaction } from './transaction.js';

/** The official engine as the ledger. One world in one engine: a second ledger wants an engine of its own. */
export class EngineLedger implements Ledger {
  private constructor(
    readonly engine: Engine,
    readonly network: Network,
  ) {}

  /** Starts a new world in an engine, and takes over the engine. */
  static async start(engine: Engine, world: WorldStart): Promise<EngineLedger> {
    await engine.call('world.start', world);
    return new EngineLedger(engine, networkById(world.network));
  }

  time() {
    return this.engine.call('clock.get', {});
  }

  advance(to: Parameters<Ledger['advance']>[0]) {
    return this.engine.call('clock.advance', to);
  }

  check({ hex }: UserTransaction) {
    return this.engine.call('transaction.submissionCheck', { hex });
  }

  execute({ hex }: UserTransaction) {
    return this.engine.call('transaction.execute', { hex, commit: true });
  }

  preview(hex: string, flags: PreviewFlags) {
    return this.engine.call('transaction.preview', { hex, flags });
  }

  async committed(intentHash: string) {
    const record = await this.engine.call('transaction.committed', { intentHash });
    return record.status === 'Unknown' ? undefined : record;
  }

  decompile(hex: string) {
    return this.engine.call('manifest.decompile', { hex });
  }

  async balances(account: string) {
    return (await this.engine.call('account.balances', { accounts: [account] }))[account] ?? {};
  }

  entity(address: string) {
    return this.engine.call('entity.details', { address });
  }

  async createAccount(publicKey: EngineKey, fund: readonly Funds[]) {
    return (await this.engine.call('account.create', { publicKey, fund })).address;
  }

  async createGlobalAccount(publicKey: EngineKey, fund: readonly Funds[], address?: string) {
    const wanted = address === undefined ? {} : { address };
    return (await this.engine.call('account.createGlobal', { owner: { publicKey }, fund, ...wanted })).address;
  }

  async createToken(token: NewToken) {
    return (await this.engine.call('token.create', token)).address;
  }

  async fund(account: string, funds: Funds) {
    await this.engine.call('account.fund', { account, ...funds });
  }

  close() {
    return this.engine.close();
  }
}
