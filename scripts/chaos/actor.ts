import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A maker or a solver in a process of its own, which can be killed at any moment and started again. */
export class Actor {
  kills = 0;
  /** How it ended although nobody killed or stopped it. */
  readonly faults: string[] = [];
  private child: ChildProcess | undefined;
  private ended: Promise<number | string> = Promise.resolve(0);
  private output = '';

  constructor(
    readonly name: string,
    private readonly args: readonly string[],
  ) {}

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  start(): void {
    const child = spawn(process.execPath, [...this.args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        this.output = (this.output + chunk).slice(-20_000);
      });
    }
    this.child = child;
    this.ended = once(child, 'close').then(([status, signal]) => {
      const how = (status ?? signal) as number | string;
      // Whoever killed or stopped it has taken it off before.
      if (this.child === child) this.faults.push(`${this.name} ended by itself (${how}): ${this.output.slice(-2_000)}`);
      return how;
    });
  }

  async kill(): Promise<void> {
    this.kills += 1;
    await this.end('SIGKILL');
  }

  /** As an operator would; error where it does not end with status 0. */
  async stop(): Promise<void> {
    const status = await this.end('SIGTERM');
    if (status !== 0) this.faults.push(`${this.name} stopped with ${status}: ${this.output.slice(-2_000)}`);
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string> {
    const { child } = this;
    this.child = undefined;
    child?.kill(signal);
    return this.ended;
  }
}
