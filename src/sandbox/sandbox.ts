import type { Network } from '../transaction/network.js';
import { Engine } from './engine/engine.js';
import type { FaultScript } from './fault/fault.js';
import { addAdmin } from './gateway/admin.js';
import { Gateway } from './gateway/server.js';
import { EngineLedger } from './ledger/engineLedger.js';
import type { Ledger } from './ledger/ledger.js';
import { type Planted, plant, type Seed } from './seed.js';
import { SandboxClock } from './world/clock.js';
import { runRounds } from './world/rounds.js';
import { World, type WorldOptions } from './world/world.js';

export interface SandboxOptions extends WorldOptions {
  readonly network: Network;
  /** 0: any that is free. */
  readonly port?: number;
  /** Undefined: rounds go by a call only, and the clock stands still. */
  readonly roundMs?: number;
  readonly epoch?: number;
  /** When the ledger's time begins; now, if left out. */
  readonly startMs?: number;
  readonly faults?: FaultScript;
  readonly seed?: Seed;
}

const FIRST_EPOCH = 1000;

/** A ledger, a clock and a Gateway: all that a solver needs of a network. Several may run in one process. */
export class Sandbox {
  /** Resolves to the error that ended it from within: the engine died, or a round failed. */
  readonly failed: Promise<Error>;
  private fail: (error: Error) => void = () => {};
  private stopRounds: () => Promise<void> = async () => {};

  private constructor(
    readonly world: World,
    readonly gateway: Gateway,
    readonly planted: Planted,
  ) {
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
  }

  /** On the real engine, whose binary is at `binary`. */
  static async start(binary: string, options: SandboxOptions): Promise<Sandbox> {
    const engine = await Engine.start(binary);
    try {
      const { network, epoch = FIRST_EPOCH, startMs: proposerTimestampMs = Date.now() } = options;
      const ledger = await EngineLedger.start(engine, { network: network.id, epoch, proposerTimestampMs });
      const sandbox = await Sandbox.over(ledger, options);
      void engine.ended.then((error) => error !== undefined && sandbox.fail(error));
      return sandbox;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** On a ledger of any kind, which it takes over. */
  static async over(ledger: Ledger, options: Omit<SandboxOptions, 'network'>): Promise<Sandbox> {
    const { roundMs, port, faults, seed = { tokens: [], accounts: [] } } = options;
    const startMs = options.startMs ?? (await ledger.time()).proposerTimestampMs;
    const clock = roundMs === undefined ? SandboxClock.standing(startMs) : SandboxClock.running(startMs);
    const world = await World.open(ledger, clock, options);
    const planted = await plant(world, seed);
    const wanted = { ...(port === undefined ? {} : { port }), ...(faults === undefined ? {} : { faults }) };
    const gateway = await Gateway.start(world, wanted, addAdmin);
    const sandbox = new Sandbox(world, gateway, planted);
    if (roundMs !== undefined) {
      sandbox.stopRounds = runRounds(world, roundMs, (error) => sandbox.fail(error as Error));
    }
    return sandbox;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.stopRounds();
    await this.world.close();
  }
}
