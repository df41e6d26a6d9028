import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseAmount } from '../../src/base/amount.js';
import type { Period } from '../../src/journal/query/bundles.js';
import { JournalReader } from '../../src/journal/reader.js';
import { MONEY } from '../../src/study/figures/money.js';
import { addJournal } from '../../src/study/report/fromJournal.js';
import { reportObject } from '../../src/study/report/object.js';
import { Report } from '../../src/study/report/report.js';
import { attemptOf, bundleOf, Desk, success, temporaryFolder, XRD } from '../journal/support.js';
import { bundleStoryOf, type Filling, fill } from './support.js';

const folder = temporaryFolder();

function emptyReport(path = '', { since, until }: Period = {}): Report {
  return new Report({ kind: 'journal', files: [path], since, until, assumed: undefined });
}

function reportOn(desk: Desk, period: Period = {}): Report {
  const report = emptyReport(desk.path, period);
  const reader = JournalReader.openReader(desk.path);
  addJournal(report, reader, period);
  reader.close();
  return report;
}

function filled(filling: Filling): Desk {
  const desk = new Desk(folder);
  fill(desk, filling);
  return desk;
}

describe('report of a journal', () => {
  it('sums to the atto what the journal holds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.nat(), fc.boolean(), (bundles, seed, bare) => {
        const desk = filled({ bundles, seed, bare });
        const report = reportOn(desk);
        const { total } = report;
        const rows = [...desk.journal.bundles()];
        const sum = (of: (row: (typeof rows)[number]) => bigint): bigint =>
          rows.reduce((all, row) => all + of(row), 0n);
        expect(total.actual.profit).toBe(sum((row) => row.xrdChange));
        expect(total.actual.fee).toBe(sum((row) => row.feeCharged));
        expect(total.actual.reward).toBe(sum((row) => (row.status === 'settled' ? row.expected!.reward : 0n)));
        expect(total.simulated.profit).toBe(sum((row) => (row.status === 'would-settle' ? row.expected!.profit : 0n)));
        expect(total.count).toBe(desk.journal.counters().received);
        expect(total.byStatus).toMatchObject(desk.journal.counters().outcomes);
        for (const groups of [report.hours, report.days, report.pairs, report.makers]) {
          for (const field of MONEY) {
            const all = [...groups.entries.values()];
            expect(all.reduce((part, group) => part + group.actual[field], 0n)).toBe(total.actual[field]);
            expect(all.reduce((part, group) => part + group.simulated[field], 0n)).toBe(total.simulated[field]);
            for (const { actual } of all) expect(actual.profit).toBe(actual.reward + actual.surplus - actual.fee);
          }
        }
        desk.journal.close();
      }),
      { numRuns: 15 },
    );
  });

  it('tells fees, latencies, pairs and tips', () => {
    const report = reportOn(filled({ bundles: 200, seed: 4 }));
    const object = reportObject(report) as any;
    expect(object.version).toBe(1);
    const [all, known] = object.fees;
    expect(all.transactions).toBeGreaterThan(50);
    expect(known.transactions).toBe(all.transactions);
    expect(parseAmount(all.charged)).toBe(report.fees.charged);
    expect(all.ppmP50).toBeGreaterThan(0);
    expect(all.ppmMax).toBeLessThan(8000);
    expect(object.latency.map(({ step }: any) => step)).toEqual([
      'received → planned',
      'planned → submitted',
      'submitted → answered',
      'answered → concluded',
      'received → concluded',
      'stage decoded',
      'stage planned',
      'stage signed',
    ]);
    expect(object.latency[6].msP50).toBeCloseTo(1.45, 1);
    expect(object.pairs).toHaveLength(3);
    expect(object.makers.map(({ maker }: any) => maker)).toContain('account_tdx_2_1taker');
    expect(report.total.actual.tip).toBeGreaterThan(0n);
    expect(object.attempts.map(({ state }: any) => state).sort()).toEqual([
      'committed-failure',
      'committed-success',
      'lost',
    ]);
    expect(object.hours.map(({ hour }: any) => hour)).toEqual(object.hours.map(({ hour }: any) => hour).sort());
  });

  it('takes a period', () => {
    const desk = filled({ bundles: 60, seed: 1 });
    const rows = [...desk.journal.bundles({ oldestFirst: true })];
    const middle = rows[30]!.receivedAt;
    const [before, after] = [reportOn(desk, { until: middle }), reportOn(desk, { since: middle })];
    expect(before.total.count + after.total.count).toBe(rows.length);
    expect(before.last).toBeLessThan(middle);
    expect(after.first).toBe(middle);
    const whole = reportOn(desk);
    expect(before.total.actual.profit + after.total.actual.profit).toBe(whole.total.actual.profit);
    expect(before.fees.all.count + after.fees.all.count).toBe(whole.fees.all.count);
  });

  it('knows beforehand how many rows it will read', () => {
    const desk = filled({ bundles: 60, seed: 1 });
    const middle = [...desk.journal.bundles({ oldestFirst: true })][30]!.receivedAt;
    for (const period of [{}, { since: middle }, { until: middle }, { since: middle, until: middle }]) {
      const onRow = vi.fn();
      addJournal(emptyReport(), desk.journal, period, onRow);
      expect(desk.journal.countRows(period)).toBe(onRow.mock.calls.length);
    }
  });

  it('counts what was pruned and shows what is left', () => {
    const desk = filled({ bundles: 120, seed: 2 });
    const before = reportOn(desk);
    desk.now += 1e9;
    desk.journal.prune({ olderThan: 1000 });
    const after = reportOn(desk);
    expect(after.total.actual.profit).toBe(before.total.actual.profit);
    expect(after.total.actual.reward).toBe(before.total.actual.reward);
    expect(after.total.byStatus.declined).toBe(0);
    expect(after.pruned.entries.get('declined')!.count).toBe(before.total.byStatus.declined);
    expect([...after.pairs.entries.keys()]).toEqual(['unknown']);
    const [declined] = (reportObject(after) as any).outcomes.filter(({ outcome }: any) => outcome === 'declined');
    expect(declined).toEqual({ outcome: 'declined', bundles: 0, pruned: before.total.byStatus.declined });
  });

  it('is empty for an empty journal', () => {
    const report = reportOn(new Desk(folder));
    expect(reportObject(report)).toMatchObject({ bundles: 0, first: null, outcomes: [], days: [], losses: [] });
  });

  it('says to whom bundles were lost, and by how much', () => {
    const desk = new Desk(folder);
    const loss = (account: string | undefined, lateMs: number) => ({
      ...{ winner: 'txid_rival', winnerAccount: account, winnerTip: '0.01', ourTip: '0.002', lateMs },
      wouldHaveWon: 'being earlier',
    });
    const lose = (name: string, story: object): void => {
      const bundle = { ...bundleOf([name], desk.now), details: { ...bundleStoryOf(), loss: story } };
      const expected = { reward: XRD, fee: XRD / 2n, profit: XRD / 2n };
      desk.journal.receiveEnded(bundle, { outcome: 'lost', winner: 'txid_rival', expected });
    };
    lose('a', loss('account_x', 120));
    lose('b', loss('account_x', -40));
    lose('c', loss(undefined, 5));
    expect((reportObject(reportOn(desk)) as any).losses).toEqual([
      {
        ...{ winner: 'account_x', bundles: 2, value: '1', lateMsMax: 120, sentEarlier: 1, tipsKnown: 2 },
        ...{ lateMsP50: 120, winnerTips: '0.02', ourTips: '0.004' },
      },
      expect.objectContaining({ winner: 'unknown', bundles: 1, lateMsMax: 5 }),
    ]);
  });

  it('counts tokens that were kept beside the profit, at the price they had', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a');
    const promised = { ...attemptOf('txid_t', [id]).bundles[0]!, profit: XRD / 10n };
    desk.journal.planAttempt({ ...attemptOf('txid_t', [id]), bundles: [promised] });
    desk.journal.recordAttemptState('txid_t', success);
    const { actual } = reportOn(desk).total;
    expect(actual.profit).toBe(success.xrdChange);
    expect(actual.tokens).toBe(promised.profit + promised.fee - success.xrdChange - success.fee);
  });

  it('survives details that are not what they should be', () => {
    const desk = new Desk(folder);
    for (const [index, details] of [7, 'x', [], { orders: 'none' }, { orders: [{}], loss: {} }].entries()) {
      desk.journal.receive({ ...bundleOf([`w${index}`]), details });
    }
    expect(reportOn(desk).total.byStatus.queued).toBe(5);
  });
});
