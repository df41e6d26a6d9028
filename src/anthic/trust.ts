import { units } from '../base/amount.js';
import { ENTITY, entityOf } from '../sbor/custom.js';
import type { Value } from '../sbor/value.js';
import { type AuthZone, meetsRule, type Proof } from '../transaction/authorization.js';
import type { Instruction } from '../transaction/instruction.js';
import { type PublicKey, preallocatedAccount, publicKeyHex, signatureBadge } from '../transaction/key.js';
import type { Subintent } from '../transaction/model.js';
import { OrderError } from './error.js';
import type { LimitOrder } from './limitOrder.js';

/** Who signed what, and what follows from it. */
export interface Trust {
  /** The order's account is not one that a key owns by its address, so nobody can tell beforehand whether its owner signed. */
  readonly ownerUnproven: boolean;
  /** The order admits its parent only for a proof that the ledger has yet to grant. */
  readonly assumed: boolean;
}

/**
 * Decides without the ledger whether an order will admit its wrapper and whether its owner signed it. Errors:
 * `parent-rule-not-met`, `owner-did-not-sign`, and, where `pinned` keys are given, `unknown-wrapper-signer`.
 */
export function checkTrust(
  wrapper: Subintent,
  order: LimitOrder,
  signers: { readonly wrapper: readonly PublicKey[]; readonly order: readonly PublicKey[] },
  pinned: ReadonlySet<string> | undefined,
): Trust {
  if (pinned !== undefined && !signers.wrapper.some((key) => pinned.has(publicKeyHex(key)))) {
    throw new OrderError('unknown-wrapper-signer', 'expected a signature of a configured wrapper key', {
      path: 'wrapper',
    });
  }
  return { assumed: checkParentRule(wrapper, order, signers.wrapper), ownerUnproven: checkOwner(order, signers.order) };
}

/** Whether the rule is met by the wrapper's signers (false) or only with proofs its instructions make (true). */
function checkParentRule(wrapper: Subintent, order: LimitOrder, signers: readonly PublicKey[]): boolean {
  const zone = zoneAtFirstCall(wrapper.value.intentCore.instructions.value, signers);
  if (meetsRule(order.parentRule, { badges: zone.badges, proofs: [] })) return false;
  if (meetsRule(order.parentRule, zone)) return true;
  throw new OrderError('parent-rule-not-met', "expected the wrapper to meet the order's VERIFY_PARENT rule", {
    path: 'wrapper',
  });
}

/** The wrapper's auth zone when it calls its order for the first time, which is when the order looks. */
function zoneAtFirstCall(instructions: readonly Instruction[], signers: readonly PublicKey[]): AuthZone {
  let badges = signers.map(signatureBadge);
  let proofs: Proof[] = [];
  const named: (Proof | undefined)[] = [];
  const make = (proof: Proof | undefined) => void named.push(proof);
  for (const instruction of instructions) {
    switch (instruction.type) {
      case 'YIELD_TO_CHILD':
        return { badges, proofs };
      case 'CALL_METHOD': {
        const proof = proofOfCall(instruction.method, instruction.args);
        if (proof !== undefined) proofs.push(proof);
        break;
      }
      case 'POP_FROM_AUTH_ZONE':
        make(proofs.pop());
        break;
      case 'PUSH_TO_AUTH_ZONE': {
        const proof = named[instruction.proof];
        if (proof !== undefined) proofs.push(proof);
        break;
      }
      case 'CLONE_PROOF':
        make(named[instruction.proof]);
        break;
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT':
        make({ resource: instruction.resource, amount: instruction.amount, ids: [] });
        break;
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES':
        make({ resource: instruction.resource, amount: units(instruction.ids.length), ids: instruction.ids });
        break;
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL':
        make(proofs.find((proof) => proof.resource === instruction.resource));
        break;
      case 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT':
      case 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES':
      case 'CREATE_PROOF_FROM_BUCKET_OF_ALL':
        make(undefined); // of a bucket filled before the first call: nothing an order could rest on
        break;
      case 'DROP_AUTH_ZONE_PROOFS':
      case 'DROP_ALL_PROOFS':
        [badges, proofs] = [[], []];
        break;
      case 'DROP_AUTH_ZONE_REGULAR_PROOFS':
        proofs = [];
        break;
      case 'DROP_AUTH_ZONE_SIGNATURE_PROOFS':
        badges = [];
        break;
    }
  }
  return { badges, proofs };
}

/** The proof that an account's method puts into the auth zone, if the account grants it. */
function proofOfCall(method: string, args: Value): Proof | undefined {
  const [resource, what] = args.kind === 'Tuple' ? args.fields : [];
  if (resource?.kind !== 'Address' || typeof resource.value !== 'string') return undefined;
  if (method === 'create_proof_of_amount' && what?.kind === 'Decimal') {
    return { resource: resource.value, amount: what.value, ids: [] };
  }
  if (method === 'create_proof_of_non_fungibles' && what?.kind === 'Array') {
    const ids = what.elements.flatMap((id) => (id.kind === 'NonFungibleLocalId' ? [id.value] : []));
    return { resource: resource.value, amount: units(ids.length), ids };
  }
  return undefined;
}

/** Whether the owner cannot be told from the address. Error: `owner-did-not-sign`. */
export function checkOwner(order: LimitOrder, signers: readonly PublicKey[]): boolean {
  if (entityOf(order.account) === ENTITY.GlobalAccount) return true;
  if (signers.some((key) => preallocatedAccount(key) === order.account)) return false;
  throw new OrderError('owner-did-not-sign', "expected the order to be signed by its account's key", { path: 'order' });
}
