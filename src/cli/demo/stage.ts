import type { LocalAnthic } from '../../sandbox/anthic/anthic.js';
import type { AnthicSettings } from '../../sandbox/anthic/settings.js';
import { exampleSettings, startAnthicOn } from '../../sandbox/anthic/stand.js';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.js';
import type { Network } from '../../transaction/network.js';
import { type Cast, everybody, type MakerPerson, makeCast, type SolverPerson } from './cast.js';
import { Watch } from './watch.js';

export interface StageOptions {
  /** Starts the ledger: on the engine, unless a test has another. */
  readonly start: (options: SandboxOptions) => Promise<Sandbox>;
  readonly network: Network;
  /** Where keys, stores and journals go. */
  readonly folder: string;
  readonly users: readonly string[];
  /** The pricing file of each maker. */
  readonly makers: readonly object[];
  readonly solvers: number;
  readonly roundMs: number;
  /** Between two looks at the ledger, of everybody. */
  readonly pollMs: number;
}

/** They are stopped when nothing is open, or when all is lost anyhow. */
const SHUTDOWN_MS = 2_000;

/** Ledger, Gateway and Anthic, and who is to trade there. The makers and solvers themselves are started on top. */
export class Stage {
  private constructor(
    readonly sandbox: Sandbox,
    readonly anthic: LocalAnthic,
    readonly cast: Cast,
    readonly watch: Watch,
    private readonly pollMs: number,
  ) {}

  /** Errors: those of the engine and of ports. */
  static async open(options: StageOptions): Promise<Stage> {
    const { start, network, roundMs, pollMs } = options;
    const cast = makeCast(options);
    const sandbox = await start({ network, port: 0, roundMs });
    try {
      const watch = new Watch(sandbox.world);
      const people = [...cast.users, ...cast.makers, ...cast.solvers];
      const anthic = await startAnthicOn(sandbox, {
        settings: settingsOf(cast, options),
        key: cast.anthic.key,
        fund: people.map(({ key }) => key.publicKey),
        onEvent: (event) => watch.hear(event),
      });
      watch.newestBundle = () => anthic.bundles(1)[0]!;
      return new Stage(sandbox, anthic, cast, watch, pollMs);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  get network(): Network {
    return this.sandbox.world.network;
  }

  /** Of `anthic-solver maker`. */
  makerArgs({ keyFile, apiKeyFile, pricing, store }: MakerPerson): string[] {
    const { flashUrl, tradeUrl } = this.anthic;
    return [
      ...this.ledgerArgs(),
      ...['--flash', flashUrl, '--trade', tradeUrl, '--pricing', pricing, '--store', store],
      ...['--key-file', keyFile, '--api-key-file', apiKeyFile],
    ];
  }

  /** Of `anthic-solver run`. */
  solverArgs({ keyFile, journal }: SolverPerson): string[] {
    const { solverUrl } = this.anthic;
    return [
      ...this.ledgerArgs(),
      ...['--stream', solverUrl, '--journal', journal, '--key-file', keyFile, '--http-port', '0'],
    ];
  }

  async close(): Promise<void> {
    await this.anthic.close();
    await this.sandbox.close();
    for (const { key } of everybody(this.cast)) key.dispose();
  }

  private ledgerArgs(): string[] {
    const { network, sandbox, pollMs } = this;
    return [
      ...['--network', String(network.id), '--gateway', sandbox.gateway.url, '--poll-interval-ms', String(pollMs)],
      ...['--log-level', 'warn', '--submit', '--shutdown-timeout-ms', String(SHUTDOWN_MS)],
    ];
  }
}

function settingsOf({ makers }: Cast, { network, pollMs }: StageOptions): AnthicSettings {
  const settings = exampleSettings(
    network,
    makers.map(({ key: { publicKey }, name, apiKey }) => ({ publicKey, settings: { name, apiKey } })),
  );
  return { ...settings, timing: { ...settings.timing, pollMs } };
}
