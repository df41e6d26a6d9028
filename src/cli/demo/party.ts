import { EventEmitter, once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Io } from '../io.js';
import { makerCommand } from '../maker.js';
import { runCommand } from '../run.js';

/** Of what a party logs, so much is kept: enough to say why it ended. */
const KEPT = 20_000;

/**
 * A command of this program inside the demo's own process: the whole of it, with its sockets and files, as if it ran by
 * itself.
 */
export class Party {
  /** Resolves when it has ended, to why if that is an error. */
  readonly ended: Promise<unknown>;
  private readonly signals = new EventEmitter();
  private log = '';

  private constructor(
    readonly name: string,
    make: (io: Io, signals: EventEmitter) => Command,
    args: readonly string[],
  ) {
    const sink = () =>
      new Writable({
        write: (chunk, _encoding, done) => {
          this.log = (this.log + chunk).slice(-KEPT);
          done();
        },
      });
    const io: Io = { stdin: Readable.from([]), stdout: sink(), stderr: sink(), env: {} };
    const command = make(io, this.signals).exitOverride();
    this.ended = command.parseAsync([...args], { from: 'user' }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  static maker(name: string, args: readonly string[]): Party {
    return new Party(name, (io, signals) => makerCommand(io, signals, () => {}), args);
  }

  static solver(name: string, args: readonly string[]): Party {
    return new Party(name, (io, signals) => runCommand(io, signals, () => {}), args);
  }

  /** What it warned of: how often each event of its log. */
  get warnings(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [, event] of this.log.matchAll(/"event":"([a-z-]+)"\}$/gm))
      counts.set(event!, (counts.get(event!) ?? 0) + 1);
    return counts;
  }

  /** The last line that it wrote. */
  get lastWords(): string | undefined {
    return this.log.trim().split('\n').at(-1);
  }

  /** As a signal would. Resolves when it has ended. */
  async stop(): Promise<unknown> {
    // One that is still starting does not listen yet.
    if (this.signals.listenerCount('SIGTERM') === 0) {
      await Promise.race([this.ended, once(this.signals, 'newListener')]);
    }
    this.signals.emit('SIGTERM');
    return this.ended;
  }
}
