import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Audit, FromGround, GroundOptions, JournalSums, ToGround } from './protocol.js';

type Of<T extends FromGround['type']> = Extract<FromGround, { readonly type: T }>;

/** The process that holds ledger, Gateway and stream. */
export class GroundProcess {
  private readonly child: ChildProcess;
  private readonly died: Promise<never>;

  constructor(options: GroundOptions, onMessage: (message: FromGround) => void) {
    this.child = fork('scripts/soak/ground.ts', [JSON.stringify(options)], {
      execArgv: ['--import', 'tsx'],
      // Amounts are bigints, which JSON has not.
      serialization: 'advanced',
    });
    this.child.on('message', onMessage);
    this.died = once(this.child, 'exit').then(([status, signal]) => {
      throw new Error(`the process with the ledger ended: ${status ?? signal}`);
    });
    this.died.catch(() => {});
  }

  ready(): Promise<Of<'ready'>> {
    return this.hear('ready');
  }

  /** Resolves when all frames are out, with their number. */
  async push(): Promise<number> {
    this.tell({ type: 'push' });
    return (await this.hear('all-pushed')).frames;
  }

  async audit(journal: JournalSums): Promise<Audit> {
    this.tell({ type: 'audit', journal });
    return (await this.hear('audited')).audit;
  }

  close(): void {
    this.child.disconnect();
  }

  private tell(message: ToGround): void {
    this.child.send(message);
  }

  private hear<T extends FromGround['type']>(type: T): Promise<Of<T>> {
    const heard = new Promise<Of<T>>((resolve) => {
      const listen = (message: FromGround) => {
        if (message.type !== type) return;
        this.child.off('message', listen);
        resolve(message as Of<T>);
      };
      this.child.on('message', listen);
    });
    return Promise.race([heard, this.died]);
  }
}
