import { isFungible } from '../../transaction/address.js';
import type { Evidence, Proof } from '../check/asset.js';
import type { CallStep, ZoneStep } from '../check/execution.js';
import { ARGS } from './charge.js';
import { idsArgs, type LockChange } from './container.js';
import type { Meter } from './meter.js';
import {
  bucketProof,
  cloned,
  composed,
  evidenceBytes,
  kindOf,
  popped,
  proofDropped,
  proofLook,
  proofOfAmount,
  proofOfIds,
  pushed,
  searched,
  zoneCleared,
} from './proof.js';
import type { AccountState } from './state.js';

const UNKNOWN_IDS = 'which non-fungibles a proof shows';

/** Changes the locks of every container that stands behind a proof. */
function changes(proof: Proof, meter: Meter, how: 'lock' | 'unlock'): LockChange[] {
  if (proof.evidence.length === 0) meter.notKnown('proofs that a call brought');
  const ofIds = !isFungible(proof.resource);
  return proof.evidence.map(({ account, bucket, amount, ids }) => {
    if (account === undefined) {
      meter.resource(proof.resource).lockedBuckets += how === 'lock' ? 1 : -1;
      return meter.locksOf(bucket!)[how](amount);
    }
    const vault = meter.vault(meter.call(account), meter.resource(proof.resource));
    if (!ofIds) return vault.amounts[how](amount);
    if (ids === undefined) meter.notKnown(UNKNOWN_IDS);
    return vault.ids[how](ids ?? []);
  });
}

/** An account's own method: the proof of an amount, or of ids. */
export function chargeAccountProof(account: AccountState, step: Extract<CallStep, { op: 'call' }>, meter: Meter): void {
  const { resource: id, amount } = step.assets[0]!;
  const resource = meter.resource(id);
  const vault = meter.vault(account, resource);
  if (step.ids !== undefined) {
    const change = vault.ids.lock(step.ids);
    const evidence = evidenceBytes({ resource: id, ids: step.ids, evidence: [{ amount, ids: step.ids }] });
    meter.charge(proofOfIds(change, step.bytes, evidence), resource, account);
    meter.useVault(vault, true);
    return meter.useEntries(change.entries);
  }
  if (!isFungible(id)) meter.notKnown(UNKNOWN_IDS);
  const change = vault.amounts.lock(amount);
  meter.charge(proofOfAmount(change), resource, account);
  meter.useVault(vault, change.balance);
  meter.divisibility(resource);
}

export function dropProof(proof: Proof, by: 'intent' | 'zone', meter: Meter): void {
  meter.charge(proofDropped(kindOf(proof), by, evidenceBytes(proof), changes(proof, meter, 'unlock')));
}

/** Whether it matters which of some proofs is dropped first: they lock different parts of one container. */
export function differ(proofs: readonly Proof[]): boolean {
  if (proofs.length < 2) return false;
  const parts = proofs.flatMap(({ evidence }) => evidence);
  return parts.some((a) => parts.some((b) => a.bucket === b.bucket && a.vault === b.vault && !isSame(a, b)));
}

function isSame(a: Evidence, b: Evidence): boolean {
  return a.amount === b.amount && [...(a.ids ?? [])].sort().join() === [...(b.ids ?? [])].sort().join();
}

export function chargeProofStep(step: ZoneStep, meter: Meter): void {
  const intent = meter.intents[step.intent]!;
  switch (step.op) {
    case 'push':
      // One that a call brought is looked at before it goes to the zone.
      if (step.received) meter.add(proofLook(step.proof));
      zoneLook(step.intent, meter);
      return meter.charge(pushed(kindOf(step.proof), intent.change([...intent.proofs, step.proof])));
    case 'pop':
      if (step.proof.evidence.length === 0) meter.notKnown('proofs that a call brought');
      zoneLook(step.intent, meter);
      return meter.charge(popped(kindOf(step.proof), intent.change(intent.proofs.slice(0, -1))));
    case 'clone': {
      const { proof } = step;
      meter.lookAtZone(step.intent);
      const change = changes(proof, meter, 'lock');
      return meter.charge(cloned(kindOf(proof), evidenceBytes(proof), change), meter.resource(proof.resource));
    }
    case 'drop':
      return dropProof(step.proof, 'intent', meter);
    case 'compose':
      return composeStep(step, meter);
    case 'bucket-proof': {
      const { proof, by } = step;
      const resource = meter.resource(proof.resource);
      if (!isFungible(proof.resource)) meter.notKnown('proofs of buckets of non-fungibles');
      meter.lookAtZone(step.intent);
      meter.divisibility(resource);
      const [change] = changes(proof, meter, 'lock');
      return meter.charge(bucketProof(by === 'all' ? 'all' : 'amount', change!), resource);
    }
    case 'drop-zone': {
      meter.lookAtZone(step.intent);
      if (!step.signatures) readBadges(step.intent, meter);
      const which = step.proofs === undefined ? 'signatures' : step.signatures ? 'all' : 'regular';
      const done = [];
      if (step.signatures) done.push(intent.change(intent.proofs, []));
      if (step.proofs !== undefined) done.push(intent.change([]));
      meter.charge(zoneCleared(which, done));
      for (const proof of step.proofs ?? []) dropProof(proof, 'zone', meter);
      return;
    }
    case 'drain-zone':
      zoneLook(step.intent, meter);
      intent.change([]);
      return meter.notKnown('proofs passed to a call');
  }
}

function composeStep(step: Extract<ZoneStep, { op: 'compose' }>, meter: Meter): void {
  const { by, proof, opened } = step;
  const intent = meter.intents[step.intent]!;
  zoneLook(step.intent, meter);
  const resource = meter.resource(proof.resource);
  // By its divisibility, or by the type of its ids.
  meter.divisibility(resource);
  // Of several that show non-fungibles, who shows which is not followed closely enough.
  if (!isFungible(proof.resource) && step.same > 1) meter.notKnown('proofs composed of non-fungibles');
  const kind = kindOf(proof);
  const args =
    by === 'ids'
      ? ARGS.resource - ARGS.none + idsArgs(proof.ids ?? [])
      : ARGS[by === 'all' ? 'resource' : 'resourceAmount'];
  const composition = {
    by,
    kind,
    args,
    searched: searched(intent.proofs, proof, opened),
    evidence: evidenceBytes(proof),
  };
  meter.charge(composed(composition, intent.change(intent.proofs), changes(proof, meter, 'lock')), resource);
}

/** A call of the intent's auth zone: it looks at itself, and writing it looks up the badges' resources. */
function zoneLook(intent: number, meter: Meter): void {
  meter.lookAtZone(intent);
  readBadges(intent, meter);
}

function readBadges(intent: number, meter: Meter): void {
  for (const badge of meter.intents[intent]!.badges) meter.badge(badge);
}
