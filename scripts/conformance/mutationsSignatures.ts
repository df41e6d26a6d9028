import type { PublicKey, SignatureWithPublicKey } from '../../src/transaction/key.js';
import { LIMITS } from '../../src/transaction/limits.js';
import { arbitraryBytes } from '../../test/support/arbitraryLeaf.js';
import type { TransactionPlan } from '../../test/support/arbitraryPlan.js';
import { arbitraryKey, distinctTestKeys } from '../../test/support/arbitraryTree.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { pickIntent } from './generateDisturbed.js';
import { ED25519_FORGERIES, SECP256K1_DAMAGES, SMALL_ORDER } from './generateSignature.js';
import { type Mutation, SIGNED, WITH_HEADER } from './mutationsTable.js';

/** Signatures (docs/protocol.md §5.5, §10.4): how many, by whom, and damaged ones of both curves. */

type Lists = SignatureWithPublicKey[][];

/** Changes the signatures once they are made; several mutations of one payload act one behind the other. */
function edit(plan: TransactionPlan, change: (lists: Lists, hashes: readonly Uint8Array[]) => void): void {
  const before = plan.editSignatures;
  plan.editSignatures = ({ lists, hashes }) => {
    before?.({ lists, hashes });
    change(lists, hashes);
  };
}

function ensureSigner(chance: Chance, plan: TransactionPlan, type?: PublicKey['type']): void {
  const intent = pickIntent(chance, plan);
  const [key] = distinctTestKeys(chance, 40).filter(
    (each) => (type === undefined || each.publicKey.type === type) && !intent.signers.includes(each),
  );
  if (
    intent.signers.length < LIMITS.signaturesPerIntent &&
    !intent.signers.some(({ publicKey }) => publicKey.type === type)
  ) {
    if (key !== plan.notary) intent.signers.push(key!);
  }
}

/** One signature in place, picked among those of a curve. */
function place(chance: Chance, lists: Lists, type?: PublicKey['type']): [list: number, at: number] | undefined {
  const places = lists.flatMap((list, i) =>
    list.flatMap((each, at): [number, number][] => (type === undefined || each.type === type ? [[i, at]] : [])),
  );
  return places.length === 0 ? undefined : chance.pick(places);
}

function copyOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

const forgeries = Object.entries(ED25519_FORGERIES).flatMap(([name, forge]): Mutation[] => [
  {
    name: `Ed25519: ${name}`,
    kinds: SIGNED,
    apply: (chance, { plan }) => {
      const where = chance.below(plan.listed.length + 1);
      edit(plan, (lists, hashes) => {
        const list = lists[where];
        if (list === undefined) return;
        const { key, sign } = forge(chance);
        const signature = { bytes: sign(hashes[where]!) };
        list.splice(chance.below(list.length + 1), 0, { type: 'Ed25519', publicKey: key, signature });
      });
    },
  },
  {
    name: `Ed25519 notary: ${name}`,
    kinds: ['NotarizedTransactionV2'],
    apply: (chance, { plan }) => {
      const { key, sign } = forge(chance);
      plan.notaryPublicKey = { type: 'Ed25519', key };
      plan.editNotary = (_, hash) => ({ type: 'Ed25519', signature: { bytes: sign(hash) } });
    },
  },
]);

const damages = Object.entries(SECP256K1_DAMAGES).flatMap(([name, damage]): Mutation[] => [
  {
    name: `Secp256k1: ${name}`,
    kinds: SIGNED,
    apply: (chance, { plan }) => {
      ensureSigner(chance, plan, 'Secp256k1');
      edit(plan, (lists) => {
        const at = place(chance, lists, 'Secp256k1');
        if (at === undefined) return;
        const bytes = copyOf(lists[at[0]]![at[1]]!.signature.bytes);
        damage(chance, bytes);
        lists[at[0]]![at[1]] = { type: 'Secp256k1', signature: { bytes } };
      });
    },
  },
  {
    name: `Secp256k1 notary: ${name}`,
    kinds: ['NotarizedTransactionV2'],
    apply: (chance, { plan }) => {
      while (plan.notary.publicKey.type !== 'Secp256k1') plan.notary = arbitraryKey(chance);
      plan.editNotary = (signature) => {
        const bytes = copyOf(signature.signature.bytes);
        damage(chance, bytes);
        return { type: 'Secp256k1', signature: { bytes } };
      };
    },
  },
]);

export const SIGNATURE_MUTATIONS: readonly Mutation[] = [
  ...forgeries,
  ...damages,
  {
    name: 'a bit of a signature or key',
    kinds: SIGNED,
    apply: (chance, { plan }) => {
      ensureSigner(chance, plan);
      edit(plan, (lists) => {
        const at = place(chance, lists);
        if (at === undefined) return;
        const signature = lists[at[0]]![at[1]]!;
        const [bytes, publicKey] = [
          copyOf(signature.signature.bytes),
          copyOf(signature.type === 'Ed25519' ? signature.publicKey : arbitraryBytes(chance, 32)),
        ];
        const target = chance.often(0.3) ? publicKey : bytes;
        target[chance.below(target.length)]! ^= 1 << chance.below(8);
        lists[at[0]]![at[1]] =
          signature.type === 'Ed25519'
            ? { type: 'Ed25519', publicKey, signature: { bytes } }
            : { type: 'Secp256k1', signature: { bytes } };
      });
    },
  },
  {
    name: 'signatures of another intent',
    kinds: SIGNED,
    subintents: 1,
    apply: (chance, { plan }) => {
      ensureSigner(chance, plan);
      edit(plan, (lists) => {
        const [a, b] = [chance.below(lists.length), chance.below(lists.length)];
        [lists[a], lists[b]] = [lists[b]!, lists[a]!];
      });
    },
  },
  {
    name: 'two signatures swapped between keys',
    kinds: SIGNED,
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const keys = distinctTestKeys(chance, 40).filter(
        (each) => each !== plan.notary && each.publicKey.type === 'Ed25519',
      );
      intent.signers = keys.slice(0, 2);
      edit(plan, (lists) => {
        for (const list of lists) {
          const [a, b] = list;
          if (a?.type !== 'Ed25519' || b?.type !== 'Ed25519') continue;
          [list[0], list[1]] = [
            { ...a, signature: b.signature },
            { ...b, signature: a.signature },
          ];
        }
      });
    },
  },
  {
    name: 'a signer twice',
    kinds: SIGNED,
    apply: (chance, { plan }) => {
      ensureSigner(chance, plan);
      edit(plan, (lists) => {
        const at = place(chance, lists);
        if (at === undefined) return;
        const list = lists[at[0]]!;
        const again = list[at[1]]!;
        const bytes = copyOf(again.signature.bytes);
        // A second valid signature of the same key is the same signer too.
        if (again.type === 'Secp256k1' && chance.often(0.7)) SECP256K1_DAMAGES['high s']!(chance, bytes);
        list.splice(chance.below(list.length + 1), 0, { ...again, signature: { bytes } });
      });
    },
  },
  {
    name: 'signatures of an intent at their limit',
    apply: (chance, { plan }) => {
      const keys = distinctTestKeys(chance, 40).filter((each) => each !== plan.notary);
      pickIntent(chance, plan).signers = keys.slice(0, LIMITS.signaturesPerIntent + chance.below(3) - 1);
    },
  },
  {
    name: 'signatures in all at their limit',
    subintents: 4,
    apply: (chance, { plan }) => {
      let missing = LIMITS.signatureValidations + chance.below(4) - 2;
      for (const intent of [plan.root, ...plan.listed]) {
        const keys = distinctTestKeys(chance, 40).filter((each) => each !== plan.notary);
        intent.signers = keys.slice(0, Math.min(missing, LIMITS.signaturesPerIntent));
        missing -= intent.signers.length;
      }
    },
  },
  {
    name: 'more or fewer lists of signatures',
    apply: (chance, { plan }) => {
      const change = (lists: unknown[][]) => {
        const times = chance.often(0.2) ? LIMITS.subintents + chance.below(3) - lists.length : 1;
        if (chance.often(0.4) && lists.length > 1) lists.pop();
        else for (let i = 0; i < times; i++) lists.push([]);
      };
      edit(plan, change);
      plan.editKeys = change;
    },
  },
  {
    name: 'keys of a preview repeated',
    kinds: ['PreviewTransactionV2'],
    apply: (chance, { plan }) => {
      ensureSigner(chance, plan);
      plan.editKeys = (keys) => {
        const list = chance.pick(keys);
        if (list.length > 0) list.push(chance.pick(list));
      };
    },
  },
  {
    name: 'the notary signs the root too',
    kinds: WITH_HEADER,
    apply: (chance, { plan }) => {
      plan.notaryIsSignatory = chance.often(0.7);
      const others = plan.root.signers.filter((key) => key !== plan.notary).slice(0, 15);
      plan.root.signers = chance.shuffle([...others, plan.notary]);
    },
  },
  {
    name: 'a notary of another key or curve',
    kinds: ['NotarizedTransactionV2'],
    apply: (chance, { plan }) => {
      const other = arbitraryKey(chance);
      plan.editNotary = (_, hash) => other.sign(hash);
    },
  },
  {
    name: 'a notary whose key is no point',
    kinds: WITH_HEADER,
    apply: (chance, { plan }) => {
      const secp256k1 = chance.often(0.5);
      const key = secp256k1
        ? Buffer.concat([Buffer.from([chance.pick([0, 2, 3, 4, 5])]), arbitraryBytes(chance, 32)])
        : chance.pick([arbitraryBytes(chance, 32), ...SMALL_ORDER]);
      plan.notaryPublicKey = { type: secp256k1 ? 'Secp256k1' : 'Ed25519', key };
    },
  },
  {
    name: 'a bit of the notary signature',
    kinds: ['NotarizedTransactionV2'],
    apply: (chance, { plan }) => {
      plan.editNotary = (signature) => {
        const bytes = copyOf(signature.signature.bytes);
        bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
        return { type: signature.type, signature: { bytes } };
      };
    },
  },
];
