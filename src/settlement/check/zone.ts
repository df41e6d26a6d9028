import { units } from '../../base/amount.js';
import { ENTITY, type LocalId, type NodeId } from '../../sbor/custom.js';
import { isFungible } from '../../transaction/address.js';
import { keyNames, type PublicKey, SIGNATURE_BADGE } from '../../transaction/key.js';
import { type Bucket, type Evidence, Proof } from './asset.js';
import { CheckError } from './error.js';

/** A signature badge: resource, and the hash that stands in its local id and in the key's account. */
export interface Badge {
  readonly resource: NodeId;
  /** Entity byte of the account that the key owns. */
  readonly entity: number;
  readonly hash: string;
  readonly localId: LocalId;
}

const ACCOUNT_ENTITY = {
  Ed25519: ENTITY.GlobalPreallocatedEd25519Account,
  Secp256k1: ENTITY.GlobalPreallocatedSecp256k1Account,
} as const;

/** The badge of a key. */
export function badgeOf(key: PublicKey): Badge {
  const { hash, localId } = keyNames(key.key);
  return { resource: SIGNATURE_BADGE[key.type], entity: ACCOUNT_ENTITY[key.type], hash, localId };
}

/** An intent's auth zone: the badges of its signers and the proofs its calls and instructions put there. */
export class AuthZone {
  readonly proofs: Proof[] = [];
  /** Whether a call that nobody can follow may have put proofs here. */
  open = false;

  constructor(public badges: readonly Badge[]) {}

  /**
   * A new proof out of those in the zone: what each container shows at most, container by container until `amount` is
   * reached. Without an amount all of it.
   */
  composeAmount(resource: NodeId, amount: bigint | undefined): Composed {
    const quotas = this.quotas(resource);
    const total = amount ?? quotas.reduce((sum, quota) => sum + quota.amount, 0n);
    const evidence: Evidence[] = [];
    let left = total;
    let opened = 0;
    search: for (const proof of this.proofs) {
      // A proof is opened before it shows whether it is needed.
      opened++;
      sameKind(proof, resource);
      for (const shown of proof.evidence) {
        if (left === 0n) break search;
        const at = quotas.findIndex((quota) => sameContainer(quota, shown));
        const [quota] = at < 0 ? [] : quotas.splice(at, 1);
        if (quota === undefined) continue;
        const part = quota.amount < left ? quota.amount : left;
        evidence.push({ ...quota, amount: part, ids: part === quota.amount ? quota.ids : undefined });
        left -= part;
      }
    }
    if (left > 0n || total <= 0n) throw insufficient(resource);
    const ids = evidence.every((each) => each.ids !== undefined) ? evidence.flatMap((each) => each.ids!) : undefined;
    return { proof: new Proof(resource, total, ids, evidence), opened };
  }

  /** What the proofs of a resource show at most of each container. */
  private quotas(resource: NodeId): Quota[] {
    const quotas: Quota[] = [];
    for (const proof of this.proofs) {
      if (proof.resource !== resource) continue;
      for (const evidence of proof.evidence) {
        const quota = quotas.find((each) => sameContainer(each, evidence));
        if (quota === undefined) quotas.push({ ...evidence, ids: evidence.ids && [...evidence.ids] });
        else if (!isFungible(resource)) quota.amount = addIds(quota, evidence);
        else if (evidence.amount > quota.amount) quota.amount = evidence.amount;
      }
    }
    return quotas;
  }

  composeIds(resource: NodeId, ids: readonly LocalId[]): Composed {
    const left = new Set(ids);
    const evidence: Evidence[] = [];
    let opened = 0;
    search: for (const proof of this.proofs) {
      opened++;
      sameKind(proof, resource);
      for (const each of proof.evidence) {
        if (left.size === 0) break search;
        if (proof.resource !== resource) continue;
        // Of a proof by number the ids are the vault's choice: assumed to be the wanted ones.
        const part = each.ids === undefined ? [...left] : each.ids.filter((id) => left.has(id));
        for (const id of part) left.delete(id);
        if (part.length > 0) evidence.push({ ...each, amount: units(part.length), ids: part });
      }
    }
    if (left.size > 0 || ids.length === 0) throw insufficient(resource);
    return { proof: new Proof(resource, units(ids.length), ids, evidence), opened };
  }

  /** A proof that a call may have brought: assumed to be what is asked for. */
  assumed(resource: NodeId, amount: bigint, ids: readonly LocalId[] | undefined): Composed {
    return { proof: new Proof(resource, amount, ids, []), opened: this.proofs.length };
  }

  dropProofs(): Proof[] {
    this.open = false;
    const dropped = this.proofs.splice(0);
    for (const proof of dropped) proof.drop();
    return dropped;
  }
}

/** A composed proof, and how many of the zone's proofs were opened for it. */
export interface Composed {
  readonly proof: Proof;
  readonly opened: number;
}

interface Quota {
  readonly bucket?: Bucket;
  readonly account?: NodeId;
  amount: bigint;
  ids: LocalId[] | undefined;
}

type Container = Pick<Evidence, 'bucket' | 'account'>;

function sameContainer(a: Container, b: Container): boolean {
  return a.bucket === b.bucket && a.account === b.account;
}

function addIds(quota: Quota, more: Evidence): bigint {
  if (quota.ids === undefined || more.ids === undefined) {
    quota.ids = undefined;
    return quota.amount > more.amount ? quota.amount : more.amount;
  }
  quota.ids = [...new Set([...quota.ids, ...more.ids])];
  return units(quota.ids.length);
}

/** What is opened is read as a proof of the wanted kind, be it of another resource: if it is of the other kind, that fails. */
function sameKind(proof: Proof, resource: NodeId): void {
  if (isFungible(proof.resource) === isFungible(resource)) return;
  throw new CheckError(
    'ProofInsufficient',
    'expected proofs either of fungibles or of non-fungibles alone before enough is shown',
  );
}

function insufficient(resource: NodeId): CheckError {
  return new CheckError('ProofInsufficient', `expected proofs of enough of ${resource} in the auth zone`);
}
