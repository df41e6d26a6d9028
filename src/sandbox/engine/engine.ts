import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SolverError } from '../../base/error.js';
import { LineReader } from './lines.js';
import type { EngineMethod, Params, Result } from './methods.js';

/** The engine refused a request. `code` is its own (engine/README.md): `BadParams`, `NoWorld`, `SetupFailed`, … */
export class EngineError extends SolverError {}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly resolve: (result: never) => void;
  readonly reject: (error: SolverError) => void;
}

interface Reply {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

const STDERR_KEPT = 2000;
const CLOSE_LIMIT_MS = 2000;

/**
 * The engine as a child process: one JSON line a request, one a reply, in order. It dies with this process, since its
 * input ends then. Errors: what the engine says, as an `EngineError`; `engine-died` for whatever ends the conversation,
 * after which every call fails.
 */
export class Engine {
  /** Resolves when the engine is gone: to undefined after `close()`, to the error otherwise. */
  readonly ended: Promise<SolverError | undefined>;
  private readonly child: ChildProcess;
  private readonly pending: Call[] = [];
  private lastId = 0;
  private death: SolverError | undefined;
  private closing = false;
  private stderr = '';

  private constructor(binary: string) {
    // A process group of its own: Ctrl-C in a terminal is for us, and we end the engine when it has finished.
    this.child = spawn(binary, [], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const lines = new LineReader((line) => this.receive(line));
    this.child.stdout!.setEncoding('utf8').on('data', (chunk: string) => lines.push(chunk));
    this.child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr = (this.stderr + chunk).slice(-STDERR_KEPT);
    });
    // Writing to one that has died fails here; that it died is told by its end.
    this.child.stdin!.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.child.on('error', (cause) => {
        this.fail(`cannot be run: ${cause.message}`, cause);
        resolve(this.death);
      });
      this.child.on('close', (code, signal) => {
        this.end(code, signal);
        resolve(this.closing ? undefined : this.death);
      });
    });
  }

  /** Starts the program at `binary` (engineBinary() tells where it is). */
  static async start(binary: string): Promise<Engine> {
    const engine = new Engine(binary);
    await Promise.race([once(engine.child, 'spawn').catch(() => {}), engine.ended]);
    if (engine.death !== undefined) throw engine.death;
    return engine;
  }

  call<M extends EngineMethod>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.death !== undefined) return Promise.reject(this.death);
    if (this.closing) return Promise.reject(new SolverError('engine-died', 'the engine has been closed'));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise<Result<M>>((resolve, reject) => {
      this.pending.push({ id, method, resolve, reject });
      this.child.stdin!.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  /** Lets it finish what it was asked, then ends it; one that does not end is killed. */
  async close(): Promise<void> {
    this.closing = true;
    this.child.stdin!.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_LIMIT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private receive(line: string): void {
    const reply = parseReply(line);
    const call = this.pending[0];
    if (reply === undefined || call === undefined || reply.id !== call.id) {
      if (this.death === undefined) this.fail(`said what is no reply: ${JSON.stringify(line.slice(0, 200))}`);
      this.child.kill('SIGKILL');
      return;
    }
    this.pending.shift();
    if (reply.error === undefined) call.resolve(reply.result as never);
    else call.reject(new EngineError(String(reply.error.code), `${call.method}: ${reply.error.message}`));
  }

  private end(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exit status ${code}` : `signal ${signal}`;
    const said = this.stderr.trim();
    this.fail(`died (${how})${said === '' ? '' : `: ${said}`}`);
  }

  /** The first reason stands: what follows is its consequence. */
  private fail(what: string, cause?: unknown): void {
    this.death ??= new SolverError('engine-died', `the engine ${what}`, cause === undefined ? {} : { cause });
    for (const call of this.pending.splice(0)) call.reject(this.death);
  }
}

function parseReply(line: string): Reply | undefined {
  try {
    const reply: unknown = JSON.parse(line);
    return typeof reply === 'object' && reply !== null ? reply : undefined;
  } catch {
    return undefined;
  }
}
