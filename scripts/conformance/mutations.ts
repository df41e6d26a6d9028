import { type Bytes, toHex } from '../../src/base/bytes.js';
import { SolverError } from '../../src/base/error.js';
import { decodePayload, encodePayload } from '../../src/sbor/codec.js';
import { value } from '../../src/sbor/value.js';
import type { PayloadKind } from '../../src/transaction/payload.js';
import { buildPayload } from '../../test/support/arbitraryPlan.js';
import { arbitraryKind, arbitraryPlan } from '../../test/support/arbitraryTree.js';
import { anyIds, arbitraryValue } from '../../test/support/arbitraryValue.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { KnownDifferences } from './compareKnown.js';
import { differences, ENGINE_KIND, judge, type OurVerdict } from './compareVerdict.js';
import type { OfficialVerdict } from './engine.js';
import { mutateBytes, mutateOuter } from './generateBytes.js';
import { chanceOf, inBatches } from './generateCase.js';
import { pickIntent } from './generateDisturbed.js';
import { HEADER_MUTATIONS } from './mutationsHeader.js';
import { LIMIT_MUTATIONS, LONG_PAYLOAD } from './mutationsLimits.js';
import { MANIFEST_MUTATIONS } from './mutationsManifest.js';
import { SIGNATURE_MUTATIONS } from './mutationsSignatures.js';
import { STRUCTURE_MUTATIONS } from './mutationsStructure.js';
import { type Mutation, type Target, VALIDATED } from './mutationsTable.js';
import { Coverage } from './reportCoverage.js';
import type { Suite, SuiteContext, SuiteResult } from './suite.js';

/**
 * Payloads with something wrong: damaged as bytes, damaged as instructions that are then signed as they are, or changed as
 * models and signed anew. Both implementations must refuse the same ones, for the same reason at the same place.
 */
export const mutations: Suite = { name: 'mutations', counts: { full: 50_000, ci: 5_000 }, run };

const SUITE = 2;
const BATCH = 250;

const TABLE: readonly Mutation[] = [
  ...HEADER_MUTATIONS,
  ...LIMIT_MUTATIONS,
  ...MANIFEST_MUTATIONS,
  ...STRUCTURE_MUTATIONS,
  ...SIGNATURE_MUTATIONS,
];

/** Of ten cases three are damaged as bytes, one as what it is, one as instructions, one as a value; four as models. */
const EACH = 10;
const AS_OTHERS = 3;
const AS_INSTRUCTIONS = 4;
const AS_VALUE = 5;
/** One in so many is a payload of a megabyte. */
const LONG_EVERY = 1000;

interface Case {
  readonly index: number;
  readonly label: string;
  readonly kind: PayloadKind;
  readonly network: number;
  readonly hex: string;
  readonly ours: OurVerdict;
}

async function run(context: SuiteContext): Promise<SuiteResult> {
  const runner = new Runner(context);
  await inBatches(context, mutations.name, BATCH, (from, to) => runner.batch(from, to));
  return runner.result();
}

class Runner {
  private readonly coverage = new Coverage();
  private readonly known = KnownDifferences.ofDocument();
  /** The last payloads of each sort, to splice from. */
  private readonly sources: Bytes[] = [Buffer.from('4d2100', 'hex')];
  private compared = 0;
  private differ = 0;
  private named = 0;

  constructor(private readonly context: SuiteContext) {}

  batch(from: number, to: number): Promise<void> {
    const cases: Case[] = [];
    const work: Promise<void>[] = [];
    for (let index = from; index < to; index++) {
      const chance = chanceOf(this.context.seed, SUITE, index);
      if (index % EACH === AS_VALUE) work.push(this.value(index, chance));
      else cases.push(this.make(index, chance));
    }
    return Promise.all([...work, this.check(cases)]).then(() => {});
  }

  private make(index: number, chance: Chance): Case {
    const { label, kind, network, bytes } = this.generate(index, chance);
    const { verdict } = judge(kind, bytes, network);
    return { index, label, kind, network, hex: toHex(bytes), ours: verdict };
  }

  private generate(index: number, chance: Chance): Pick<Case, 'label' | 'kind' | 'network'> & { bytes: Bytes } {
    const place = index % EACH;
    if (place > AS_VALUE) return this.asModel(index, chance);
    const plan = arbitraryPlan(chance);
    const { kind } = plan;
    const network = plan.root.header.networkId;
    if (place === AS_INSTRUCTIONS) {
      pickIntent(chance, plan).editInstructions = (body) => mutateBytes(chance, body, this.sources);
      return { label: 'instructions damaged', kind, network, bytes: buildPayload(plan) };
    }
    const source = buildPayload(plan);
    if (place === AS_OTHERS) {
      const other = chance.often(0.5) ? arbitraryKind(chance) : kind;
      const bytes = chance.often(0.7) ? mutateOuter(chance, source) : source;
      return { label: `${kind} as ${other}`, kind: other, network, bytes };
    }
    // Sources are replaced in turn, so that the same seed always splices the same.
    this.sources[index % 50 < this.sources.length ? index % 50 : this.sources.length] = source;
    return { label: 'bytes damaged', kind, network, bytes: mutateBytes(chance, source, this.sources) };
  }

  /** Each mutation in its turn; every fourth case has another one on top, so that the order of findings shows. */
  private asModel(index: number, chance: Chance) {
    const turn = Math.floor(index / EACH) * (EACH - AS_VALUE - 1) + (index % EACH) - AS_VALUE - 1;
    const first = index % LONG_EVERY === LONG_EVERY - 1 ? LONG_PAYLOAD : TABLE[turn % TABLE.length]!;
    const kinds = first.kinds ?? VALIDATED;
    const kind = chance.pick(kinds);
    const plan = arbitraryPlan(chance, { kind, subintents: first.subintents ?? 0 });
    const target: Target = { plan, network: plan.root.header.networkId };
    first.apply(chance, target);
    let label = first.name;
    while (chance.often(0.25)) {
      const next = chance.pick(TABLE);
      if (!(next.kinds ?? VALIDATED).includes(kind) || plan.listed.length < (next.subintents ?? 0)) continue;
      next.apply(chance, target);
      label += `; ${next.name}`;
    }
    return { label, kind, network: target.network, bytes: buildPayload(plan) };
  }

  private async check(cases: readonly Case[]): Promise<void> {
    const items = cases.map(({ hex, network, kind }) => ({
      hex: officialForm(kind, hex),
      network,
      kind: ENGINE_KIND[kind],
    }));
    const verdicts = await this.context.engine.checkMany(items);
    for (const [i, each] of cases.entries()) this.compare(each, verdicts[i]!);
  }

  private compare({ index, label, kind, network, hex, ours }: Case, official: OfficialVerdict): void {
    this.compared++;
    this.coverage.hit(official.error?.variant ?? 'valid', official.error?.location ?? null);
    const parts = differences(official, ours);
    if (parts.length === 0) return;
    if (this.known.has(official.error?.variant, ours.error?.variant, parts)) {
      this.named++;
      return;
    }
    this.differs(index, `${label}: ${parts}`, kind, network, hex, official, ours);
  }

  private async value(index: number, chance: Chance): Promise<void> {
    const source = encodePayload(value, arbitraryValue(chance, 2 + chance.below(10), anyIds(chance)));
    const bytes = mutateBytes(chance, source, this.sources);
    const hex = toHex(bytes);
    const ours = readValue(bytes);
    const official = await this.context.engine.decodeValue(hex);
    this.compared++;
    this.coverage.hit(official.error?.variant ?? 'valid', null);
    const theirs = official.ok ? 'ok' : official.error!.variant;
    if (theirs === ours && official.reencodes !== false) return;
    if (!official.ok && ours !== 'ok' && this.known.has(theirs, ours, ['variant'])) this.named++;
    else this.differs(index, 'untyped value damaged', 'value', 0, hex, official, ours);
  }

  private differs(
    index: number,
    label: string,
    kind: string,
    network: number,
    hex: string,
    official: unknown,
    ours: unknown,
  ): void {
    this.differ++;
    this.context.report.difference({ suite: mutations.name, index, label, kind, network, hex, official, ours });
  }

  result(): SuiteResult {
    // Fewer cases than in CI prove nothing about what never came.
    const enough = this.context.count >= mutations.counts.ci;
    const missing = enough ? this.coverage.missing() : [];
    const stale = enough ? this.known.stale().map(({ official, ours }) => `${official}/${ours}`) : [];
    const unknown = this.coverage.unknown();
    const notes = this.coverage.table();
    if (this.named > 0) notes.push(`mutations: ${this.named} differ in name only, as docs/conformance.md lists`);
    if (missing.length > 0) notes.push(`mutations: never answered officially: ${missing.join(', ')}`);
    if (unknown.length > 0) notes.push(`mutations: official answers that no list knows: ${unknown.join(', ')}`);
    if (stale.length > 0) notes.push(`mutations: listed as known differences, but never seen: ${stale.join(', ')}`);
    const failed = missing.length + unknown.length + stale.length > 0;
    return { compared: this.compared, differ: this.differ, notes, failed };
  }
}

/**
 * The tuple form of a signed partial is to be judged as the enum form. The engine would first read it by another decoder,
 * which knows no limits and so stops elsewhere; what it is to be judged as it gets as that.
 */
function officialForm(kind: PayloadKind, hex: string): string {
  return kind === 'SignedPartialTransactionV2' && hex.startsWith('4d21') ? `4d220e${hex.slice(4)}` : hex;
}

/** `ok` only where the same bytes come out again. */
function readValue(bytes: Bytes): string {
  try {
    const again = encodePayload(value, decodePayload(value, bytes));
    return toHex(again) === toHex(bytes) ? 'ok' : 'other bytes';
  } catch (error) {
    return error instanceof SolverError ? error.code : `untyped error: ${error}`;
  }
}
