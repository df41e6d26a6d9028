import { LIMITS } from '../../src/transaction/limits.js';
import { arbitraryBytes } from '../../test/support/arbitraryLeaf.js';
import { type DecryptorEntry, decryptorsOf, encryptedMessage } from '../../test/support/arbitraryMessage.js';
import type { IntentPlan } from '../../test/support/arbitraryPlan.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { pickIntent } from './generateDisturbed.js';
import { type Mutation, WITH_HEADER } from './mutationsTable.js';

/** Headers and messages (docs/protocol.md §5.1, §5.4): every limit from both sides. */

const MAX_U64 = 2n ** 64n - 1n;
const MIN_I64 = -(2n ** 63n);
const MAX_I64 = 2n ** 63n - 1n;

/** Just inside, or by one outside. */
function around(chance: Chance, limit: number): number {
  return limit + chance.below(3) - 1;
}

function epochs(intent: IntentPlan, start: bigint, end: bigint): void {
  const most = (epoch: bigint) => (epoch > MAX_U64 ? MAX_U64 : epoch);
  intent.header.startEpochInclusive = most(start);
  intent.header.endEpochExclusive = most(end);
}

function plaintext(intent: IntentPlan, mimeType: string, content: string | Buffer): void {
  intent.message = {
    type: 'Plaintext',
    message: {
      mimeType,
      content: typeof content === 'string' ? { type: 'String', text: content } : { type: 'Bytes', bytes: content },
    },
  };
}

/** Text of so many bytes, in characters of one byte or mostly of two. */
function textOf(chance: Chance, length: number): string {
  if (chance.often(0.5)) return 'a'.repeat(length);
  return 'é'.repeat(length >> 1) + 'a'.repeat(length & 1);
}

/** Two different intents, in payload order. */
function pair(chance: Chance, intents: readonly IntentPlan[]): [IntentPlan, IntentPlan] {
  const first = chance.below(intents.length - 1);
  return [intents[first]!, intents[first + 1 + chance.below(intents.length - 1 - first)]!];
}

export const HEADER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'tip at its limit',
    kinds: WITH_HEADER,
    apply: (chance, { plan }) => {
      plan.tipBasisPoints = chance.often(0.2) ? 2 ** 32 - 1 : around(chance, LIMITS.tipBasisPoints);
    },
  },
  {
    name: 'an intent of another network',
    apply: (chance, { plan }) => {
      pickIntent(chance, plan).header.networkId ^= 1 + chance.below(255);
    },
  },
  {
    name: 'judged for another network',
    apply: (chance, target) => {
      target.network ^= 1 + chance.below(255);
    },
  },
  {
    name: 'epochs of no length',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const { startEpochInclusive: start } = intent.header;
      epochs(intent, start, chance.often(0.3) ? start / 2n : start + BigInt(chance.below(2)));
    },
  },
  {
    name: 'epochs of most length',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const { startEpochInclusive: start } = intent.header;
      epochs(intent, start, start + LIMITS.epochRange + BigInt(chance.below(3) - 1));
    },
  },
  {
    name: 'the last epochs',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const start = MAX_U64 - LIMITS.epochRange + BigInt(chance.below(5) - 2);
      epochs(intent, start, chance.pick([start + 1n, MAX_U64 - 1n, MAX_U64]));
    },
  },
  {
    name: 'epochs that meet or miss',
    subintents: 1,
    apply: (chance, { plan }) => {
      const [a, b] = pair(chance, [plan.root, ...plan.listed]);
      const start = a.header.endEpochExclusive - BigInt(chance.below(2));
      epochs(b, start, start + 1n + BigInt(chance.below(10)));
    },
  },
  {
    name: 'timestamps of little length',
    apply: (chance, { plan }) => {
      const { header } = pickIntent(chance, plan);
      const min = chance.often(0.3) ? chance.pick([MIN_I64, 0n, MAX_I64 - 1n]) : 1_700_000_000n;
      header.minProposerTimestampInclusive = min;
      const max = min + BigInt(chance.below(4) - 1);
      header.maxProposerTimestampExclusive = max < MIN_I64 ? MIN_I64 : max > MAX_I64 ? MAX_I64 : max;
    },
  },
  {
    name: 'timestamps that meet or miss',
    subintents: 1,
    apply: (chance, { plan }) => {
      const [a, b] = pair(chance, [plan.root, ...plan.listed]);
      const at = BigInt(chance.below(1000));
      const [first, second] = chance.often(0.5) ? [a, b] : [b, a];
      first.header.minProposerTimestampInclusive = undefined;
      first.header.maxProposerTimestampExclusive = at;
      second.header.minProposerTimestampInclusive = at - BigInt(chance.below(2));
      second.header.maxProposerTimestampExclusive = undefined;
    },
  },
  {
    name: 'MIME type at its limit',
    apply: (chance, { plan }) =>
      plaintext(pickIntent(chance, plan), textOf(chance, around(chance, LIMITS.mimeTypeBytes)), 'text'),
  },
  {
    name: 'plain message at its limit',
    apply: (chance, { plan }) => {
      const length = around(chance, LIMITS.plaintextMessageBytes);
      const mime = chance.often(0.1) ? textOf(chance, LIMITS.mimeTypeBytes + 1) : 'text/plain';
      plaintext(
        pickIntent(chance, plan),
        mime,
        chance.often(0.5) ? textOf(chance, length) : arbitraryBytes(chance, length),
      );
    },
  },
  {
    name: 'encrypted message at its limit',
    apply: (chance, { plan }) => {
      const length = around(chance, LIMITS.encryptedMessageBytes);
      pickIntent(chance, plan).message = encryptedMessage(chance, length, chance.below(2), chance.below(2));
    },
  },
  {
    name: 'decryptors at their limit',
    apply: (chance, { plan }) => {
      const total = around(chance, LIMITS.decryptors);
      const ed25519 = chance.below(total + 1);
      pickIntent(chance, plan).message = encryptedMessage(chance, 20, ed25519, total - ed25519);
    },
  },
  {
    name: 'decryptors that are none, or of another curve',
    apply: (chance, { plan }) => {
      const curve = () => chance.pick(['Ed25519', 'Secp256k1'] as const);
      const entry = (type: 'Ed25519' | 'Secp256k1'): DecryptorEntry => [
        { type } as DecryptorEntry[0],
        decryptorsOf(chance, chance.often(0.6) ? type : curve(), chance.below(3)),
      ];
      const curves = chance.shuffle(['Ed25519', 'Secp256k1'] as const).slice(0, chance.below(3));
      const message = { encrypted: arbitraryBytes(chance, 30), decryptorsByCurve: curves.map(entry) };
      pickIntent(chance, plan).message = { type: 'Encrypted', message };
    },
  },
  {
    name: 'the same decryptor or curve twice',
    apply: (chance, { plan }) => {
      const { ephemeralPublicKey, decryptors } = decryptorsOf(chance, 'Ed25519', 2);
      const twice = { type: 'Ed25519', ephemeralPublicKey, decryptors: [...decryptors, decryptors[0]!] } as const;
      const once = decryptorsOf(chance, 'Ed25519', 1);
      const type = { type: 'Ed25519' } as const;
      const decryptorsByCurve: DecryptorEntry[] = chance.often(0.5)
        ? [[type, twice]]
        : [
            [type, once],
            [type, once],
          ];
      pickIntent(chance, plan).message = {
        type: 'Encrypted',
        message: { encrypted: Buffer.alloc(1), decryptorsByCurve },
      };
    },
  },
];
