import { isFungible } from '../../transaction/address.js';
import type { AssetFact, ZoneStep } from '../check/execution.js';
import type { Meter } from './meter.js';
import {
  accountProof,
  cloned,
  composed,
  type LockChange,
  PROOF_RECEIVED,
  popped,
  proofDropped,
  pushed,
  zoneCleared,
} from './proof.js';
import type { AccountState, VaultState } from './state.js';

type Proof = Extract<ZoneStep, { op: 'push' }>['proof'];

/** About what it costs to make and drop a proof of a bucket, beyond what is modelled; such a fee is not called known. */
const BUCKET_PROOF = 100_000;

/** What a proof adds to what a vault locks: the greatest amount any one shows. */
function lock(vault: VaultState, amount: bigint): LockChange {
  const first = !vault.lockedBefore;
  const before = new Set(vault.locks).size;
  const balance = vault.locks.every((locked) => locked < amount);
  vault.locks.push(amount);
  vault.lockedBefore = true;
  return { before, after: new Set(vault.locks).size, balance, first };
}

function unlock(vault: VaultState, amount: bigint): LockChange {
  const before = new Set(vault.locks).size;
  vault.locks.splice(vault.locks.indexOf(amount), 1);
  const balance = vault.locks.every((locked) => locked < amount);
  return { before, after: new Set(vault.locks).size, balance, first: false };
}

/** Changes the locks of every vault that stands behind a proof. */
function changes(proof: Proof, meter: Meter, change: typeof lock): LockChange[] {
  return proof.evidence.map(({ account, amount }) => {
    if (account === undefined) {
      meter.notKnown('proofs of buckets');
      return { before: 1, after: 1, balance: false, first: false };
    }
    return change(meter.vault(meter.call(account), meter.resource(proof.resource)), amount);
  });
}

/** An account's own method: the proof of an amount. */
export function chargeAccountProof(account: AccountState, { resource: id, amount }: AssetFact, meter: Meter): void {
  const resource = meter.resource(id);
  const vault = meter.vault(account, resource);
  const change = lock(vault, amount);
  meter.charge(accountProof(change), resource, account);
  meter.useVault(vault, change.balance);
  meter.divisibility(resource);
}

export function dropProof(proof: Proof, by: 'intent' | 'zone', meter: Meter): void {
  meter.charge(proofDropped(by, changes(proof, meter, unlock)));
}

export function chargeProofStep(step: ZoneStep, meter: Meter): void {
  const intent = meter.intents[step.intent]!;
  if ('proof' in step && !isFungible(step.proof.resource)) meter.nonFungible();
  switch (step.op) {
    case 'push':
      if (step.received) meter.add(PROOF_RECEIVED);
      zoneLook(step.intent, meter);
      return meter.charge(pushed(intent.change(1)));
    case 'pop':
      zoneLook(step.intent, meter);
      return meter.charge(popped(intent.change(-1)));
    case 'clone':
      meter.lookAtZone(step.intent);
      return meter.charge(cloned(changes(step.proof, meter, lock)), meter.resource(step.proof.resource));
    case 'drop':
      return dropProof(step.proof, 'intent', meter);
    case 'compose': {
      zoneLook(step.intent, meter);
      const by = step.by === 'all' ? 'all' : 'amount';
      const resource = meter.resource(step.proof.resource);
      if (step.proof.evidence.length === 0) meter.notKnown('proofs that a call brought');
      meter.divisibility(resource);
      const { proofs, same, opened } = step;
      const made = composed(by, intent.change(0), { proofs, same, opened }, changes(step.proof, meter, lock));
      return meter.charge(made, resource);
    }
    case 'bucket-proof':
      meter.notKnown('proofs of buckets');
      return meter.add(BUCKET_PROOF);
    case 'drop-zone': {
      meter.lookAtZone(step.intent);
      if (!step.signatures) readBadges(step.intent, meter);
      const which = step.proofs === undefined ? 'signatures' : step.signatures ? 'all' : 'regular';
      const done = [];
      if (step.signatures) done.push(intent.change(0, []));
      if (step.proofs !== undefined) done.push(intent.change(-step.proofs.length));
      meter.charge(zoneCleared(which, done));
      for (const proof of step.proofs ?? []) dropProof(proof, 'zone', meter);
      return;
    }
    case 'drain-zone':
      zoneLook(step.intent, meter);
      intent.change(-step.proofs.length);
      return meter.notKnown('proofs passed to a call');
  }
}

/** A call of the intent's auth zone: it looks at itself, and writing it looks up the badges' resources. */
function zoneLook(intent: number, meter: Meter): void {
  meter.lookAtZone(intent);
  readBadges(intent, meter);
}

function readBadges(intent: number, meter: Meter): void {
  for (const badge of meter.intents[intent]!.badges) meter.badge(badge);
}
