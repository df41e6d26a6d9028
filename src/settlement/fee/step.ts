import { isFungible } from '../../transaction/address.js';
import type { Step, WorktopStep } from '../check/execution.js';
import { ACCEPTED, DEPOSIT, DEPOSITED, FIRST_DEPOSITED, LOCK, LOCK_CONTINGENT, PASSED, WITHDRAW } from './account.js';
import { BURN, bucketLook } from './bucket.js';
import { CLOSE, drop, look, message, open, readHeap, SIZE, SWITCH, write } from './charge.js';
import type { Meter } from './meter.js';
import { USE } from './package.js';
import { DATABASE_MISS, databaseRead } from './price.js';
import { AMOUNT_PROOF_LOOK, isOneAmount, PROOF_AMOUNT } from './proof.js';
import { chargeAccountProof, chargeProofStep, differ, dropProof } from './proofStep.js';
import { needs, ZONE, zoneMade } from './recipe.js';
import type { AccountState } from './state.js';
import {
  ASSERT,
  ASSERTED_BUCKET,
  COUNTED,
  DRAIN,
  DRAINED_BUCKET,
  ENDED,
  listBytes,
  listRead,
  PUT,
  RECEIVED,
  TAKE,
  TAKE_ALL,
  WORKTOP_DROPPED,
} from './worktop.js';

/** Charges one step of an execution. */
export function chargeStep(step: Exclude<Step, { op: 'instruction' }>, meter: Meter): void {
  switch (step.op) {
    case 'put':
    case 'take':
    case 'drain':
    case 'assert-worktop':
      return worktopStep(step, meter);
    case 'count':
      return counted(step.resource, step.intent, meter);
    case 'send':
      // What is owned is looked at before it leaves.
      return meter.add(message(step.bytes) + step.resources.length * bucketLook + SWITCH);
    case 'verify':
      return verifyStep(step, meter);
    case 'drop-worktop':
      return meter.charge(WORKTOP_DROPPED);
    case 'end': {
      const intent = meter.intents[step.intent]!;
      const { before, after } = intent.change([]);
      const emptied = open(before) + readHeap(before) + write(after) + CLOSE;
      // The engine's order of what an intent owns depends on all that it ever owned.
      if (differ(step.named)) meter.notKnown('in which order proofs are dropped');
      for (const proof of step.named) dropProof(proof, 'intent', meter);
      for (const proof of step.zone) dropProof(proof, 'intent', meter);
      meter.charge(needs(USE.zone));
      return meter.add(ENDED + emptied + look(SIZE.zone) + drop(SIZE.zone + after));
    }
    case 'call':
      return callStep(step, meter);
    case 'unknown-call':
      return unknownCall(step.target, meter);
    case 'assert-bucket':
      meter.add(bucketLook);
      return counted(step.resource, step.intent, meter);
    case 'burn': {
      const resource = meter.resource(step.resource);
      if (!isFungible(step.resource)) meter.nonFungible();
      meter.charge(BURN, resource);
      meter.burner(resource);
      return meter.event('burn');
    }
    default:
      return chargeProofStep(step, meter);
  }
}

/** The intent asks a bucket for its amount. */
function counted(id: string, intent: number, meter: Meter): void {
  const resource = meter.resource(id);
  meter.charge(COUNTED, resource);
  meter.measured(resource);
  meter.lookAtZone(intent);
}

function worktopStep(step: WorktopStep, meter: Meter): void {
  const intent = meter.intents[step.intent]!;
  meter.lookAtZone(step.intent);
  const kinds = intent.resources.length;
  switch (step.op) {
    case 'put': {
      const resource = meter.resource(step.resource);
      if (step.received) meter.add(RECEIVED);
      if (!isFungible(resource.id)) meter.nonFungible();
      meter.charge(PUT[step.how], resource);
      meter.measured(resource);
      if (step.how === 'dropped') return;
      meter.add(listRead(kinds));
      if (step.how === 'merged') return;
      intent.resources.push(resource);
      return meter.writeList(step.intent);
    }
    case 'take': {
      const resource = meter.resource(step.resource);
      if (step.by === 'all') {
        meter.charge(step.how === 'none' ? TAKE_ALL.none : TAKE_ALL.whole, resource);
        meter.add(listRead(kinds));
      } else {
        meter.charge(TAKE[step.how], resource);
        meter.measured(resource);
        if (step.how !== 'none') meter.add(listRead(kinds));
        if (step.how === 'part') meter.divisibility(resource);
      }
      if (!isFungible(resource.id)) meter.nonFungible();
      if (step.how !== 'whole') return;
      intent.resources.splice(intent.resources.indexOf(resource), 1);
      return meter.writeList(step.intent);
    }
    case 'drain':
      meter.charge(DRAIN);
      meter.add(listRead(kinds) + kinds * DRAINED_BUCKET);
      intent.resources.length = 0;
      return meter.writeList(step.intent);
    case 'assert-worktop': {
      if (step.by === 'ids') return meter.nonFungible();
      meter.charge(ASSERT[step.by]);
      meter.add(2 * step.bytes + look(listBytes(kinds)));
      for (const named of step.named) meter.add(meter.resource(named).look);
      for (const looked of step.resources) {
        const resource = meter.resource(looked);
        meter.charge(ASSERTED_BUCKET, resource);
        meter.measured(resource);
      }
    }
  }
}

function verifyStep(step: Extract<Step, { op: 'verify' }>, meter: Meter): void {
  const { zone, proofs } = meter.intents[step.parent]!;
  const parent = look(zone);
  // Which of its proofs were compared and read is not told.
  if (step.compared > 0 && !proofs.every(isOneAmount)) meter.notKnown('proofs that a parent shows');
  const search = step.lookups * (look(ZONE.verify) + parent);
  meter.charge(needs(USE.zone));
  const compared = step.compared * AMOUNT_PROOF_LOOK;
  meter.add(3 * SWITCH + zoneMade(ZONE.verify) + search + compared + look(SIZE.zone) + drop(SIZE.zone + ZONE.verify));
  for (let i = 0; i < step.read; i++) {
    meter.charge(PROOF_AMOUNT);
    meter.add(parent);
  }
}

type CallStep = Extract<Step, { op: 'call' }>;

function callStep(step: CallStep, meter: Meter): void {
  const account = meter.call(step.account);
  const owner = !step.method.startsWith('try_');
  if (owner) {
    meter.lookAtZone(step.intent);
    meter.owner(account);
  }
  switch (step.method) {
    case 'withdraw': {
      const resource = meter.resource(step.assets[0]!.resource);
      const vault = meter.vault(account, resource);
      if (!vault.exists) meter.notKnown(`account ${account.id} has no vault to withdraw from`);
      meter.charge(WITHDRAW, resource, account);
      meter.useVault(vault, true);
      meter.notFrozen(vault, resource);
      meter.withdrawer(resource);
      meter.divisibility(resource);
      meter.event('vaultWithdraw');
      return meter.event('accountWithdraw');
    }
    case 'lock_fee':
    case 'lock_contingent_fee': {
      const resource = meter.resource(step.assets[0]!.resource);
      meter.charge(step.method === 'lock_fee' ? LOCK : LOCK_CONTINGENT, resource, account);
      meter.useVault(meter.vault(account, resource), true);
      meter.withdrawer(resource);
      meter.divisibility(resource);
      return meter.event('lockFee');
    }
    case 'create_proof_of_amount':
    case 'create_proof_of_non_fungibles':
      return chargeAccountProof(account, step, meter);
    case 'withdraw_non_fungibles':
      return withdrawIds(step, account, meter);
    default: {
      meter.charge(DEPOSIT[step.method], undefined, account);
      meter.add(2 * step.bytes + step.assets.length * PASSED);
      if (!owner) for (const { resource } of step.assets) accepted(meter, account, resource);
      for (const { resource, amount } of step.assets) deposited(meter, account, resource, amount === 0n);
    }
  }
}

/** A default for a call whose inside nobody can know: about what a small component that mints costs. */
const UNKNOWN_CALL = { execution: 2_200_000, finalization: 300_000, storage: 200 } as const;

function unknownCall(target: string, meter: Meter): void {
  meter.add(UNKNOWN_CALL.execution);
  meter.finalization += UNKNOWN_CALL.finalization;
  meter.archive += UNKNOWN_CALL.storage;
  meter.notKnown(`what ${target} costs`);
}

/** Buckets of non-fungibles are priced like those of amounts and something more the first time, and not called known. */
function withdrawIds(step: CallStep, account: AccountState, meter: Meter): void {
  meter.nonFungible();
  const resource = meter.resource(step.assets[0]!.resource);
  meter.charge(WITHDRAW, resource, account);
  meter.useVault(meter.vault(account, resource), true);
  meter.event('vaultWithdraw');
  meter.event('accountWithdraw');
}

function accepted(meter: Meter, account: AccountState, id: string): void {
  meter.charge(ACCEPTED, meter.resource(id), account);
  if (!account.preferences.has(id)) {
    account.preferences.add(id);
    meter.add(DATABASE_MISS);
  }
  if (!account.depositRuleRead) {
    account.depositRuleRead = true;
    meter.add(databaseRead(SIZE.depositRule));
  }
}

function deposited(meter: Meter, account: AccountState, id: string, empty: boolean): void {
  const resource = meter.resource(id);
  const vault = meter.vault(account, resource);
  if (!vault.exists) {
    meter.charge(FIRST_DEPOSITED[empty ? 'empty' : 'full'], resource, account);
    meter.createVault(vault, resource);
  } else {
    meter.charge(DEPOSITED[empty ? 'empty' : 'full'], resource, account);
    meter.useVault(vault, !empty);
  }
  meter.notFrozen(vault, resource);
  meter.depositor(resource);
  meter.event('vaultDeposit');
  meter.event('accountDeposit');
}
