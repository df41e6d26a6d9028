import { toHex } from '../../src/base/bytes.js';
import { decodePayload, encodePayload } from '../../src/sbor/codec.js';
import { value } from '../../src/sbor/value.js';
import { formatManifest } from '../../src/transaction/manifest/format.js';
import type { IntentCore } from '../../src/transaction/model.js';
import { encodeTransaction, type Payload, type PayloadKind } from '../../src/transaction/payload.js';
import { buildPayload } from '../../test/support/arbitraryPlan.js';
import { arbitraryPlan } from '../../test/support/arbitraryTree.js';
import { anyIds, arbitraryValue, nestedValue } from '../../test/support/arbitraryValue.js';
import { differences, ENGINE_KIND, judge } from './compareVerdict.js';
import type { OfficialVerdict } from './engine.js';
import { chanceOf, inBatches } from './generateCase.js';
import { disturb } from './generateDisturbed.js';
import { Seen } from './reportSeen.js';
import type { Suite, SuiteContext, SuiteResult } from './suite.js';

/**
 * Payloads of our making: the official code must read the same out of them, and print the same manifests. Every tenth case
 * is an untyped value; in another tenth instructions are out of place, which both must refuse alike.
 */
export const payloads: Suite = { name: 'payloads', counts: { full: 20_000, ci: 2_000 }, run };

const BATCH = 200;
const SUITE = 1;

interface Case {
  readonly index: number;
  readonly label: string;
  readonly kind: PayloadKind;
  readonly network: number;
  readonly hex: string;
  /** Undefined where we cannot read what we made. */
  readonly payload: Payload | undefined;
  readonly ours: ReturnType<typeof judge>['verdict'];
}

async function run(context: SuiteContext): Promise<SuiteResult> {
  const runner = new Runner(context);
  await inBatches(context, payloads.name, BATCH, (from, to) => runner.batch(from, to));
  return runner.result();
}

class Runner {
  private readonly seen = new Seen();
  private compared = 0;
  private differ = 0;
  private valid = 0;
  private texts = 0;
  private withoutText = 0;
  private values = 0;

  constructor(private readonly context: SuiteContext) {}

  batch(from: number, to: number): Promise<void> {
    const cases: Case[] = [];
    const work: Promise<void>[] = [];
    for (let index = from; index < to; index++) {
      if (index % 10 === 9) work.push(this.value(index));
      else cases.push(this.make(index));
    }
    work.push(this.check(cases), ...cases.map((each) => this.text(each)));
    return Promise.all(work).then(() => {});
  }

  private make(index: number): Case {
    const chance = chanceOf(this.context.seed, SUITE, index);
    const plan = arbitraryPlan(chance);
    const disturbed = index % 10 === 5;
    if (disturbed) disturb(chance, plan);
    const bytes = buildPayload(plan);
    const network = plan.root.header.networkId;
    const { verdict, payload } = judge(plan.kind, bytes, network);
    const label = `${plan.kind}${disturbed ? ', disturbed' : ''}`;
    const hex = toHex(bytes);
    if (payload !== undefined) {
      this.seen.payload(payload);
      this.expectSameBytes(index, label, payload, hex);
    }
    return { index, label, kind: plan.kind, network, hex, payload, ours: verdict };
  }

  /** What is read must be written as the same bytes again, but for the outer form: only the enum is written. */
  private expectSameBytes(index: number, label: string, payload: Payload, hex: string): void {
    const again = toHex(encodeTransaction(payload.kind, payload.value as never));
    const same = hex.startsWith('4d21') ? again === `4d220e${hex.slice(4)}` : again === hex;
    if (!same) this.differs(index, `${label}: written again`, payload.kind, 0, hex, null, again);
  }

  private async check(cases: readonly Case[]): Promise<void> {
    const items = cases.map(({ hex, network, kind }) => ({ hex, network, kind: ENGINE_KIND[kind] }));
    const verdicts = await this.context.engine.checkMany(items);
    for (const [i, each] of cases.entries()) this.compare(each, verdicts[i]!);
  }

  private compare({ index, label, kind, network, hex, payload, ours }: Case, official: OfficialVerdict): void {
    this.compared++;
    if (official.valid) this.valid++;
    const parts = differences(official, ours);
    // What we made is of its format, so both failing to read it is no agreement.
    if (payload === undefined) parts.push('unread');
    if (parts.length > 0) this.differs(index, `${label}: ${parts}`, kind, network, hex, official, ours);
  }

  private async text({ index, network, hex, payload }: Case): Promise<void> {
    if (payload === undefined) return;
    let official: { root: string; subintents: readonly string[] };
    try {
      official = await this.context.engine.decompile(hex, network);
    } catch {
      // The official decompiler knows fewer manifests than there are: it refuses ids that do not exist.
      this.withoutText++;
      return;
    }
    this.texts++;
    const [root, ...others] = coresOf(payload).map((core) => formatManifest(core, network));
    if (official.root !== root || official.subintents.join('\f') !== others.join('\f')) {
      this.differs(index, 'manifest text', payload.kind, network, hex, official, { root, subintents: others });
    }
  }

  private async value(index: number): Promise<void> {
    const chance = chanceOf(this.context.seed, SUITE, index);
    const tree = chance.often(0.1)
      ? nestedValue(chance, 24)
      : arbitraryValue(chance, 2 + chance.below(23), anyIds(chance));
    this.seen.value(tree);
    const bytes = encodePayload(value, tree);
    const again = toHex(encodePayload(value, decodePayload(value, bytes)));
    const hex = toHex(bytes);
    const official = await this.context.engine.decodeValue(hex);
    this.compared++;
    this.values++;
    if (!official.ok || official.reencodes !== true || again !== hex) {
      this.differs(index, 'untyped value', 'value', 0, hex, official, { ok: true, reencodes: again === hex });
    }
  }

  private differs(
    index: number,
    label: string,
    kind: string,
    network: number,
    hex: string,
    official: unknown,
    ours: unknown,
  ) {
    this.differ++;
    this.context.report.difference({ suite: payloads.name, index, label, kind, network, hex, official, ours });
  }

  result(): SuiteResult {
    const missing = this.context.count >= payloads.counts.ci ? this.seen.missing() : [];
    const notes = [
      `payloads: ${this.valid} of ${this.compared - this.values} valid; ${this.values} untyped values; ` +
        `${this.texts} manifest texts, ${this.withoutText} payloads that the official decompiler refuses`,
    ];
    if (missing.length > 0) notes.push(`payloads: never made: ${missing.join(', ')}`);
    return { compared: this.compared, differ: this.differ, notes, failed: missing.length > 0 };
  }
}

function coresOf(payload: Payload): IntentCore[] {
  const ofSubintent = (each: { value: { intentCore: IntentCore } }) => each.value.intentCore;
  switch (payload.kind) {
    case 'SubintentV2':
      return [ofSubintent(payload.value)];
    case 'PartialTransactionV2':
      return [payload.value.rootSubintent, ...payload.value.nonRootSubintents].map(ofSubintent);
    case 'SignedPartialTransactionV2': {
      const { rootSubintent, nonRootSubintents } = payload.value.partialTransaction;
      return [rootSubintent, ...nonRootSubintents].map(ofSubintent);
    }
    default: {
      const intent = intentOf(payload);
      return [intent.rootIntentCore, ...intent.nonRootSubintents.map(ofSubintent)];
    }
  }
}

function intentOf(
  payload: Exclude<Payload, { kind: 'SubintentV2' | 'PartialTransactionV2' | 'SignedPartialTransactionV2' }>,
) {
  switch (payload.kind) {
    case 'TransactionIntentV2':
      return payload.value;
    case 'NotarizedTransactionV2':
      return payload.value.signedTransactionIntent.transactionIntent;
    default:
      return payload.value.transactionIntent;
  }
}
