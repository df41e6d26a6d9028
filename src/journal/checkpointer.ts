import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** CommonJS, so that it runs as it stands wherever this file was compiled to. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const Sqlite = require(workerData.sqlite);
const db = new Sqlite(workerData.path, { fileMustExist: true });
parentPort.on('message', () => {
  try {
    db.pragma('wal_checkpoint(passive)');
  } catch {}
  parentPort.postMessage(null);
});`;

/**
 * Writes the log of a database back into it, in a thread with a connection of its own: that waits for the disk for
 * milliseconds, in which a submission would wait as well. Passive: it disturbs no writer and waits for no reader. A fault
 * of the file is not told here: the next write meets it.
 */
export class Checkpointer {
  private worker: Worker | undefined;
  private isBusy = false;

  constructor(private readonly path: string) {}

  /** Starts one, unless the last is still under way. */
  run(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    this.worker ??= this.start();
    this.worker.postMessage(null);
  }

  close(): void {
    void this.worker?.terminate();
    this.worker = undefined;
  }

  private start(): Worker {
    const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
    const worker = new Worker(CODE, { eval: true, workerData: { sqlite, path: this.path } });
    // A thread that ends by an error is started again the next time.
    const free = () => {
      this.isBusy = false;
    };
    worker.on('message', free);
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined;
      free();
    });
    // It keeps no process alive.
    worker.unref();
    return worker;
  }
}
