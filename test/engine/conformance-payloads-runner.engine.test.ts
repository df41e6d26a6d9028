import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KnownDifferences, parseKnownDifferences } from '../../scripts/conformance/compareKnown.js';
import { differences, ENGINE_KIND, judge } from '../../scripts/conformance/compareVerdict.js';
import type { CheckItem, ConformanceEngine, OfficialVerdict } from '../../scripts/conformance/engine.js';
import { chanceOf } from '../../scripts/conformance/generateCase.js';
import { mutations } from '../../scripts/conformance/mutations.js';
import { payloads } from '../../scripts/conformance/payloads.js';
import { Report } from '../../scripts/conformance/report.js';
import { Coverage } from '../../scripts/conformance/reportCoverage.js';
import { fromHex } from '../../src/base/bytes.js';
import type { PayloadKind } from '../../src/transaction/payload.js';
import { buildPayload } from '../support/arbitraryPlan.js';
import { arbitraryPlan } from '../support/arbitraryTree.js';

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KIND_OF = Object.fromEntries(Object.entries(ENGINE_KIND).map(([ours, theirs]) => [theirs, ours]));

/** An engine that says what we say, but for what `change` makes of it; it remembers what it was asked. */
function echo(change: (verdict: OfficialVerdict, asked: number) => OfficialVerdict = (verdict) => verdict) {
  const asked: string[] = [];
  const verdictOf = ({ hex, kind, network }: CheckItem): OfficialVerdict => {
    const { verdict } = judge(KIND_OF[kind] as PayloadKind, fromHex(hex), network);
    const error = verdict.error && { ...verdict.error, debug: '', path: [] };
    asked.push(hex);
    return change({ ...verdict, error }, asked.length - 1);
  };
  const engine = {
    checkMany: async (items: readonly CheckItem[]) => items.map(verdictOf),
    decodeValue: async () => ({ ok: true, error: null, reencodes: true }),
    decompile: async () => Promise.reject(new Error('no text')),
  } as unknown as ConformanceEngine;
  return { engine, asked };
}

function context(engine: ConformanceEngine, count: number, seed = 5) {
  const said: string[] = [];
  return { said, context: { count, seed, engine, report: new Report(seed, (line) => said.push(line), folder) } };
}

describe('the generator', () => {
  it('makes payloads that keep all rules', () => {
    for (let index = 0; index < 500; index++) {
      const plan = arbitraryPlan(chanceOf(11, 1, index));
      const { verdict } = judge(plan.kind, buildPayload(plan), plan.root.header.networkId);
      expect(verdict.error, `case ${index}, ${plan.kind}`).toBeNull();
    }
  });

  it('makes the same cases of the same seed', async () => {
    const run = async (seed: number) => {
      const { engine, asked } = echo();
      await mutations.run(context(engine, 60, seed).context);
      return asked;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });
});

describe('the suites', () => {
  it('count nothing where both say the same', async () => {
    const { context: given } = context(echo().engine, 40);
    expect(await payloads.run(given)).toMatchObject({ compared: 40, differ: 0, failed: false });
  });

  it.each<[string, (verdict: OfficialVerdict) => OfficialVerdict]>([
    ['verdict', (verdict) => ({ ...verdict, valid: !verdict.valid })],
    ['ids', (verdict) => ({ ...verdict, ids: { ...verdict.ids, subintents: ['00'] } })],
    ['signers', (verdict) => ({ ...verdict, signers: [['00']] })],
    ['error', (verdict) => ({ ...verdict, error: { debug: '', variant: 'Other', path: [], location: null } })],
  ])('count and write down another %s', async (_, change) => {
    const { engine, asked } = echo((verdict, index) => (index === 3 ? change(verdict) : verdict));
    const { context: given, said } = context(engine, 20);
    expect((await payloads.run(given)).differ).toBe(1);
    expect(said.join('\n')).toContain('payloads 3 ');
    const lines = readFileSync(given.report.path, 'utf8').trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ seed: 5, suite: 'payloads', hex: asked[3] });
    rmSync(given.report.path);
  });

  it('fail a mutation run that leaves an official answer out', async () => {
    const { engine } = echo((verdict) => ({ ...verdict, error: null, valid: true }));
    const coverage = new Coverage();
    coverage.hit('BufferUnderflow', 'NonRootSubintent(3)');
    coverage.hit('BrandNew', null);
    expect(coverage.missing()).not.toContain('BufferUnderflow');
    expect(coverage.missing()).not.toContain('NonRootSubintent');
    expect(coverage.missing()).toContain('DuplicateSigner');
    expect(coverage.unknown()).toEqual(['BrandNew']);
    const { context: given } = context(engine, 30);
    expect((await mutations.run(given)).differ).toBeGreaterThan(0);
    rmSync(given.report.path);
  });
});

describe('known differences', () => {
  const table = (...rows: string[]) =>
    [
      '<!-- known-differences -->',
      '| official | ours | reason |',
      '|---|---|---|',
      ...rows,
      '<!-- /known-differences -->',
    ].join('\n');

  it('are read from the document', () => {
    expect(parseKnownDifferences(table('| `A` | `B` | because |'))).toEqual([{ official: 'A', ours: 'B' }]);
    expect(parseKnownDifferences(readFileSync('docs/conformance.md', 'utf8'))).toEqual([]);
  });

  it('need a reason', () => expect(() => parseKnownDifferences(table('| `A` | `B` | |'))).toThrow('reason'));
  it('need the marks', () => expect(() => parseKnownDifferences('')).toThrow('known-differences'));

  it('are of name only, and none is listed in vain', () => {
    const known = new KnownDifferences([{ official: 'A', ours: 'B' }]);
    expect(known.has('A', 'B', ['valid', 'variant'])).toBe(false);
    expect(known.has('A', 'C', ['variant'])).toBe(false);
    expect(known.stale()).toHaveLength(1);
    expect(known.has('A', 'B', ['variant'])).toBe(true);
    expect(known.stale()).toEqual([]);
  });

  it('tells a name from a place', () => {
    const error = { debug: '', path: [], variant: 'A', location: 'RootSubintent' };
    const verdict = { valid: false, ids: null, effectiveLength: null, signers: null };
    const ours = { ...verdict, error: { ...error, message: '' } };
    const official = (change: object): OfficialVerdict => ({ ...verdict, error: { ...error, ...change } });
    expect(differences(official({}), ours)).toEqual([]);
    expect(differences(official({ variant: 'B' }), ours)).toEqual(['variant']);
    expect(differences(official({ location: 'Unlocatable' }), ours)).toEqual(['location']);
  });
});
