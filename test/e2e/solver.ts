import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { runCommand } from '../../src/cli/run.js';
import { JournalReader } from '../../src/journal/reader.js';
import { Sink } from '../cli/support.js';
import { FUNDS, SOLVER_NUMBER, secretOf, type World } from './world.js';

const folder = mkdtempSync(join(tmpdir(), 'anthic-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

export function newFile(extension = 'sqlite'): string {
  return join(folder, `${++made}.${extension}`);
}

/** Arguments for a run by a policy of these fields. */
export function policyArgs(fields: { readonly name: string; readonly [field: string]: unknown }): string[] {
  const file = newFile('json');
  writeFileSync(file, JSON.stringify(fields));
  return ['--policy', file];
}

export interface Logged {
  readonly event: string;
  readonly [field: string]: any;
}

export interface RunOptions {
  readonly journal?: string;
  readonly key?: number;
  readonly submit?: boolean;
  readonly args?: readonly string[];
  readonly gateways?: readonly string[];
}

/** A solver that runs inside this process: the whole command, sockets and files included. */
export class RunningSolver {
  readonly journal: string;
  readonly signals = new EventEmitter();
  readonly exits: number[] = [];
  readonly stdout = new Sink();
  readonly stderr = new Sink();
  readonly ended: Promise<unknown>;
  private readonly lines: Logged[] = [];
  private readTo = 0;

  constructor(
    readonly world: World,
    { journal = newFile(), key = SOLVER_NUMBER, submit = true, args = [], gateways }: RunOptions = {},
  ) {
    this.journal = journal;
    const urls = gateways ?? world.gateways.map(({ url }) => url);
    const io = {
      stdin: Readable.from([]),
      stdout: this.stdout,
      stderr: this.stderr,
      env: key === 0 ? {} : { ANTHIC_SOLVER_KEY: secretOf(key) },
    };
    const all = [
      ...['--network', 'simulator', '--stream', world.stream.url, '--journal', journal, '--log-level', 'trace'],
      ...urls.flatMap((url) => ['--gateway', url]),
      ...['--http-port', '0', '--poll-interval-ms', '100', '--shutdown-timeout-ms', '10000'],
      ...(submit ? ['--submit'] : []),
      ...args,
    ];
    const command = runCommand(io, this.signals, (status) => this.exits.push(status)).exitOverride();
    this.ended = command.parseAsync(all, { from: 'user' }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Whole lines so far. Asked for all the time, so each is read once: else the asking is most of what a test does. */
  get log(): readonly Logged[] {
    const { text } = this.stdout;
    const end = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(this.readTo, end).split('\n')) if (line !== '') this.lines.push(JSON.parse(line));
    this.readTo = end;
    return this.lines;
  }

  logged(event: string): Logged[] {
    return this.log.filter((line) => line.event === event);
  }

  async until(event: string, count = 1, ms?: number): Promise<Logged[]> {
    await until(
      () => this.logged(event).length >= count,
      `${count} ${event}`,
      () => this.stdout.text + this.stderr.text,
      ms,
    );
    return this.logged(event);
  }

  /** Resolves when `count` bundles have ended, with their outcomes by number. */
  async outcomes(count: number, ms?: number): Promise<Record<string, number>> {
    const ends = await this.until('bundle-finished', count, ms);
    const outcomes: Record<string, number> = {};
    for (const { outcome } of ends) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return outcomes;
  }

  /** Resolves when a feed is open: what is pushed from then on is heard. */
  async ready(): Promise<this> {
    await this.until('stream-open');
    await this.until('balance');
    return this;
  }

  /** What `/health/live` or `/health/ready` answers: its status, and the codes of its reasons. */
  async health(of: 'live' | 'ready'): Promise<{ readonly status: number; readonly codes: readonly string[] }> {
    const response = await fetch(`${/http:\S+/.exec(this.stderr.text)![0]}/health/${of}`);
    const { reasons } = (await response.json()) as { reasons: { code: string }[] };
    return { status: response.status, codes: reasons.map(({ code }) => code) };
  }

  /** Resolves when it is ready, or is not for this reason. */
  async becomes(wanted: 'ready' | string): Promise<void> {
    const codes = wanted === 'ready' ? '' : wanted;
    for (const limit = performance.now() + 15_000; performance.now() < limit; await sleep(50)) {
      const health = await this.health('ready');
      if (health.codes.join() === codes && health.status === (codes === '' ? 200 : 503)) return;
    }
    expect(await this.health('ready')).toBe(wanted);
  }

  read<T>(read: (journal: JournalReader) => T): T {
    const journal = JournalReader.openReader(this.journal);
    try {
      return read(journal);
    } finally {
      journal.close();
    }
  }

  stop(signal = 'SIGTERM'): Promise<any> {
    this.signals.emit(signal);
    return this.ended;
  }

  /** Ends it, and checks that the journal holds and that its sums are those of the ledger. */
  async finish(): Promise<any> {
    const error = await this.stop();
    expect(this.logged('internal-error')).toEqual([]);
    this.audit();
    return error;
  }

  audit(): void {
    this.read((journal) => {
      expect(journal.verify().violations).toEqual([]);
      const { received, outcomes, open } = journal.counters();
      expect(received).toBe([...Object.values(outcomes), ...Object.values(open)].reduce((a, b) => a + b, 0));
    });
  }

  /** What the journal says the account has gained. */
  gained(): bigint {
    return this.read((journal) => [...journal.bundles()].reduce((sum, bundle) => sum + (bundle.xrdChange ?? 0n), 0n));
  }

  /** The fees that the journal says it has paid. */
  paid(): bigint {
    return this.read((journal) => [...journal.bundles()].reduce((sum, bundle) => sum + bundle.feeCharged, 0n));
  }

  async matchesLedger(number = SOLVER_NUMBER): Promise<void> {
    expect(this.gained()).toBe((await this.world.balance(number)) - FUNDS);
  }
}

export async function until(done: () => boolean, what: string, context = () => '', ms = 30_000): Promise<void> {
  const limit = performance.now() + ms;
  while (!done()) {
    if (performance.now() > limit)
      throw new Error(
        `waited in vain for ${what}\n${context()
          .split('\n')
          .filter((line) => !/gateway-call|ledger-clock/.test(line))
          .join('\n')
          .slice(-6000)}`,
      );
    await sleep(10);
  }
}
