import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { bundleIdOf, type NewAttempt, type NewBundle, type NewShare } from '../../src/journal/model.js';

export const XRD = 10n ** 18n;

/** 2026-01-01. */
export const START = 1_767_225_600_000;

/** A folder for a test file, removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'anthic-journal-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let files = 0;

/** A journal in a file of its own, with a clock that only the test moves. */
export class Desk {
  readonly path: string;
  journal: Journal;
  now = START;

  constructor(folder: string) {
    this.path = join(folder, `${files++}.sqlite`);
    this.journal = this.open();
  }

  open(): Journal {
    this.journal = Journal.open(this.path, { now: () => this.now });
    return this.journal;
  }

  reopen(): Journal {
    this.journal.close();
    return this.open();
  }

  /** Receives a bundle of these wrappers and returns its id. */
  receive(...wrappers: string[]): string {
    const bundle = bundleOf(wrappers, this.now);
    this.journal.receive(bundle);
    return bundle.id;
  }

  /** Receives a bundle and plans its first attempt. */
  plan(transactionId: string, ...wrappers: string[]): string {
    const id = this.receive(...wrappers);
    this.journal.planAttempt(attemptOf(transactionId, [id], this.now));
    return id;
  }

  /** Closes the journal and does to its file what it would not. */
  tamper(...statements: string[]): void {
    this.journal.close();
    const db = new Sqlite(this.path);
    db.pragma('foreign_keys = off');
    db.pragma('ignore_check_constraints = on');
    for (const statement of statements) db.exec(statement);
    db.close();
  }

  get rules(): string[] {
    return [...new Set(this.journal.verify().violations.map(({ rule }) => rule))];
  }
}

export function bundleOf(wrappers: readonly string[], receivedAt = START): NewBundle {
  return {
    id: bundleIdOf(wrappers),
    items: wrappers.map((wrapper) => ({
      wrapperId: `${wrapper}`,
      orderId: `order of ${wrapper}`,
      expiresAt: receivedAt + 30_000,
    })),
    receivedAt,
    source: 'wss://stream.test',
  };
}

export function shareOf(bundleId: string, changes: Partial<NewShare> = {}): NewShare {
  return {
    bundleId,
    lock: (11n * XRD) / 10n,
    reward: XRD,
    fee: 982n * 10n ** 15n,
    profit: 18n * 10n ** 15n,
    ...changes,
  };
}

export function attemptOf(transactionId: string, bundleIds: readonly string[], now = START): NewAttempt {
  return {
    transactionId,
    payload: Buffer.from(`bytes of ${transactionId}`),
    expiresAt: now + 30_000,
    bundles: bundleIds.map((id) => shareOf(id)),
  };
}

export const success = {
  state: 'committed-success',
  fee: 98n * 10n ** 16n,
  xrdChange: 2n * 10n ** 16n,
  stateVersion: 7,
} as const;
export const failure = { state: 'committed-failure', fee: XRD / 2n, xrdChange: -XRD / 2n, stateVersion: 8 } as const;
