import type { Step, WorktopStep } from '../check/execution.js';
import { ACCEPTED, DEPOSIT, DEPOSITED, EMPTY_DEPOSITED, LOCK, LOCK_CONTINGENT, PASSED, WITHDRAW } from './account.js';
import { bucketLook } from './bucket.js';
import { drop, look, message, open, readHeap, SIZE, SWITCH, write, CLOSE } from './charge.js';
import type { Meter } from './meter.js';
import { DATABASE_MISS, databaseRead } from './price.js';
import { ZONE, zoneMade, needs } from './recipe.js';
import { USE } from './package.js';
import { COUNTED, DRAIN, DRAINED_BUCKET, ENDED, listRead, PUT, RECEIVED, TAKE, TAKE_ALL, WORKTOP_DROPPED } from './worktop.js';

/** Charges one step of an execution. */
export function chargeStep(step: Step, meter: Meter): void {
  switch (step.op) {
    case 'instruction':
      return;
    case 'put':
    case 'take':
    case 'drain':
    case 'assert-worktop':
      return worktopStep(step, meter);
    case 'count':
      meter.charge(COUNTED, meter.resource(step.resource));
      return meter.lookAtZone(step.intent);
    case 'send':
      // What is owned is looked at before it leaves.
      return meter.add(message(step.bytes) + step.resources.length * bucketLook + SWITCH);
    case 'verify':
      return verifyStep(step, meter);
    case 'drop-worktop':
      return meter.charge(WORKTOP_DROPPED);
    case 'end': {
      const { zone } = meter.intents[step.intent]!;
      const emptied = open(zone) + readHeap(zone) + write(zone) + CLOSE;
      if (step.named.length + step.zone.length > 0) meter.notKnown('proofs left to the end of an intent');
      meter.charge(needs(USE.zone));
      return meter.add(ENDED + emptied + look(SIZE.zone) + drop(SIZE.zone + zone));
    }
    case 'call':
      return callStep(step, meter);
    case 'unknown-call':
      return meter.notKnown(`what ${step.target} costs`);
    default:
      return meter.notKnown(`proofs (${step.op})`);
  }
}

function worktopStep(step: WorktopStep, meter: Meter): void {
  const intent = meter.intents[step.intent]!;
  meter.lookAtZone(step.intent);
  const kinds = intent.resources.length;
  switch (step.op) {
    case 'put': {
      const resource = meter.resource(step.resource);
      if (step.received) meter.add(RECEIVED);
      meter.charge(PUT[step.how], resource);
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
        if (step.how !== 'none') meter.add(listRead(kinds));
        if (step.how === 'part') meter.divisibility(resource);
        if (step.by === 'ids') meter.notKnown('non-fungibles');
      }
      if (step.how !== 'whole') return;
      intent.resources.splice(intent.resources.indexOf(resource), 1);
      return meter.writeList(step.intent);
    }
    case 'drain':
      meter.charge(DRAIN);
      meter.add(listRead(kinds) + kinds * DRAINED_BUCKET);
      intent.resources.length = 0;
      return meter.writeList(step.intent);
    case 'assert-worktop':
      return meter.notKnown('assertions on the worktop');
  }
}

function verifyStep(step: Extract<Step, { op: 'verify' }>, meter: Meter): void {
  const parent = look(meter.intents[step.parent]!.zone);
  const search = step.lookups * (look(ZONE.verify) + parent);
  meter.charge(needs(USE.zone));
  meter.add(3 * SWITCH + zoneMade(ZONE.verify) + search + look(SIZE.zone) + drop(SIZE.zone + ZONE.verify));
  if (step.compared > 0) meter.notKnown('proofs looked at for VERIFY_PARENT');
}

function callStep(step: Extract<Step, { op: 'call' }>, meter: Meter): void {
  const account = meter.account(step.account);
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
    case 'deposit':
    case 'deposit_batch':
    case 'try_deposit_or_abort':
    case 'try_deposit_batch_or_abort': {
      meter.charge(DEPOSIT[step.method]!, undefined, account);
      meter.add(2 * step.bytes + step.assets.length * PASSED);
      if (!owner) for (const { resource } of step.assets) accepted(meter, account, resource);
      for (const { resource, empty } of step.assets) deposited(meter, account, resource, empty);
      return;
    }
    default:
      return meter.notKnown(`what ${step.method} costs`);
  }
}

function accepted(meter: Meter, account: ReturnType<Meter['account']>, id: string): void {
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

function deposited(meter: Meter, account: ReturnType<Meter['account']>, id: string, empty: boolean): void {
  const resource = meter.resource(id);
  const vault = meter.vault(account, resource);
  meter.charge(empty ? EMPTY_DEPOSITED : DEPOSITED, resource, account);
  meter.useVault(vault, !empty);
  meter.depositor(resource);
  meter.event('vaultDeposit');
  meter.event('accountDeposit');
}
