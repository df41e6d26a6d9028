import { LIMITS } from '../../src/transaction/limits.js';
import type { PayloadKind } from '../../src/transaction/payload.js';
import { arbitraryBytes, arbitraryUnsigned } from './arbitraryLeaf.js';
import { arbitraryManifest } from './arbitraryManifest.js';
import { arbitraryMessage } from './arbitraryMessage.js';
import type { IntentPlan, TransactionPlan } from './arbitraryPlan.js';
import { ed25519Key, SIMULATOR, secp256k1Key, type TestKey } from './build.js';
import type { Chance } from './randomBundles.js';

const KEYS: readonly TestKey[] = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0 ? ed25519Key(1 + i) : secp256k1Key(1 + i),
);

export function arbitraryKey(chance: Chance): TestKey {
  return chance.pick(KEYS);
}

export function distinctTestKeys(chance: Chance, count: number): TestKey[] {
  return chance.shuffle(KEYS).slice(0, count);
}

/** How many levels arguments may nest in a root and in another subintent, by payload (docs/protocol.md §1.4). */
// biome-ignore format: a table reads better aligned
export const ARGUMENT_LEVELS: Readonly<Record<PayloadKind, readonly [root: number, others: number]>> = {
  TransactionIntentV2:        [20, 18],
  SignedTransactionIntentV2:  [19, 17],
  SubintentV2:                [20, 20],
  NotarizedTransactionV2:     [18, 16],
  PartialTransactionV2:       [19, 18],
  SignedPartialTransactionV2: [18, 17],
  PreviewTransactionV2:       [19, 17],
};

// biome-ignore format: a table reads better aligned
const SHARES: readonly (readonly [PayloadKind, number])[] = [
  ['NotarizedTransactionV2',     0.3],
  ['SignedPartialTransactionV2', 0.3],
  ['PreviewTransactionV2',       0.16],
  ['TransactionIntentV2',        0.06],
  ['SignedTransactionIntentV2',  0.06],
  ['SubintentV2',                0.06],
  ['PartialTransactionV2',       0.06],
];

export function arbitraryKind(chance: Chance): PayloadKind {
  let rest = chance.fraction();
  for (const [kind, share] of SHARES) {
    rest -= share;
    if (rest < 0) return kind;
  }
  return 'NotarizedTransactionV2';
}

export function hasSubintentRoot(kind: PayloadKind): boolean {
  return kind === 'SubintentV2' || kind === 'PartialTransactionV2' || kind === 'SignedPartialTransactionV2';
}

const MAX_U64 = 2n ** 64n - 1n;
const NETWORKS = [1, 2, 10, 11, 12, 13, 14, 240, SIMULATOR, SIMULATOR, SIMULATOR];

/** A time that all intents of one transaction allow. */
interface Time {
  readonly network: number;
  readonly epoch: bigint;
  readonly timestamp: bigint;
}

export interface TreeOptions {
  readonly kind?: PayloadKind;
  /** At least so many non-root subintents. */
  readonly subintents?: number;
}

/** A transaction that keeps all rules: structure, yields, manifest ids, windows, signatures. */
export function arbitraryPlan(chance: Chance, options: TreeOptions = {}): TransactionPlan {
  const kind = options.kind ?? arbitraryKind(chance);
  const ofSubintent = hasSubintentRoot(kind);
  const time: Time = {
    network: chance.often(0.1) ? chance.below(256) : chance.pick(NETWORKS),
    epoch: chance.often(0.05) ? 2n ** 64n - 3n : arbitraryUnsigned(chance, 24),
    timestamp: chance.often(0.1) ? BigInt.asIntN(64, arbitraryUnsigned(chance, 64)) / 2n : 1_700_000_000n,
  };
  const depth = ofSubintent ? LIMITS.depthBelowSubintent : LIMITS.depthBelowTransaction;
  const maker = new TreeMaker(chance, kind, time, treeSize(chance, kind, options));
  const yieldsToParent = ofSubintent ? 1 + chance.below(3) : 0;
  const root = maker.intent(depth, yieldsToParent, true);
  const notary = arbitraryKey(chance);
  const notaryIsSignatory = chance.often(0.3);
  if (notaryIsSignatory) root.signers = root.signers.filter((key) => key !== notary);
  return {
    kind,
    root,
    listed: chance.shuffle(maker.made),
    notary,
    notaryPublicKey: undefined,
    notaryIsSignatory,
    tipBasisPoints: chance.often(0.1) ? LIMITS.tipBasisPoints : chance.below(20_000),
    tupleForm: kind === 'SignedPartialTransactionV2' && chance.often(0.3),
  };
}

function treeSize(chance: Chance, kind: PayloadKind, options: TreeOptions): number {
  if (kind === 'SubintentV2') return 0;
  const least = options.subintents ?? 0;
  if (chance.often(0.02)) return LIMITS.subintents;
  return Math.max(least, chance.often(0.3) ? 0 : chance.below(6));
}

class TreeMaker {
  readonly made: IntentPlan[] = [];
  private signatures: number = LIMITS.signatureValidations - 1;

  constructor(
    private readonly chance: Chance,
    private readonly kind: PayloadKind,
    private readonly time: Time,
    private left: number,
  ) {}

  /** An intent with its children below it, which may go `depth` deep. */
  intent(depth: number, yieldsToParent: number, isRoot = false): IntentPlan {
    const { chance } = this;
    const children: IntentPlan[] = [];
    const yieldsToChild: number[] = [];
    while (depth > 0 && this.left > 0 && (isRoot || chance.often(0.4))) {
      this.left--;
      const yields = chance.often(0.7) ? 1 : 1 + chance.below(3);
      const child = this.intent(depth - 1, yields);
      children.push(child);
      this.made.push(child);
      yieldsToChild.push(yields);
    }
    const blobs = this.blobs();
    return {
      header: this.header(),
      blobs,
      message: arbitraryMessage(chance),
      children,
      moreChildren: [],
      instructions: arbitraryManifest(chance, {
        isSubintent: yieldsToParent > 0,
        blobs,
        yieldsToChild,
        yieldsToParent,
        length: chance.often(0.02) ? 100 : chance.below(12),
        levels: ARGUMENT_LEVELS[this.kind][isRoot ? 0 : 1],
      }),
      signers: this.signers(),
    };
  }

  private header(): IntentPlan['header'] {
    const { chance } = this;
    const { network, epoch, timestamp } = this.time;
    const before = BigInt(chance.below(4000));
    const startEpochInclusive = epoch > before ? epoch - before : 0n;
    const length = epoch - startEpochInclusive + 1n + BigInt(chance.below(4000));
    const latest = chance.often(0.1) ? startEpochInclusive + LIMITS.epochRange : startEpochInclusive + length;
    return {
      networkId: network,
      // What would overflow is refused, so the latest epochs have but short windows, and late starts.
      startEpochInclusive: latest > MAX_U64 ? MAX_U64 - LIMITS.epochRange : startEpochInclusive,
      endEpochExclusive: latest > MAX_U64 ? MAX_U64 : latest,
      minProposerTimestampInclusive: chance.often(0.3) ? timestamp - BigInt(chance.below(10_000)) : undefined,
      maxProposerTimestampExclusive: chance.often(0.3) ? timestamp + 1n + BigInt(chance.below(10_000)) : undefined,
      intentDiscriminator: arbitraryUnsigned(chance, 64),
    };
  }

  private blobs(): Buffer[] {
    const { chance } = this;
    const count = chance.often(0.6) ? 0 : chance.often(0.03) ? LIMITS.blobsPerIntent : chance.below(4);
    const blobs = Array.from({ length: count }, () => arbitraryBytes(chance, chance.below(50)));
    if (count === 2 && chance.often(0.5)) blobs[1] = blobs[0]!; // repeated blobs are legal
    return blobs;
  }

  private signers(): TestKey[] {
    const { chance } = this;
    const most = chance.often(0.05) ? LIMITS.signaturesPerIntent : chance.below(4);
    const keys = distinctTestKeys(chance, Math.min(most, this.signatures));
    this.signatures -= keys.length;
    return keys;
  }
}
