import { KIND } from '../../src/sbor/kind.js';
import type { Value } from '../../src/sbor/value.js';
import type { InstructionType } from '../../src/transaction/instruction.js';
import type { Payload, PayloadKind } from '../../src/transaction/payload.js';

/** Complete because the compiler says so. */
const KINDS: Readonly<Record<PayloadKind, true>> = {
  TransactionIntentV2: true,
  SignedTransactionIntentV2: true,
  SubintentV2: true,
  NotarizedTransactionV2: true,
  PartialTransactionV2: true,
  SignedPartialTransactionV2: true,
  PreviewTransactionV2: true,
};

const INSTRUCTIONS: Readonly<Record<InstructionType, true>> = {
  TAKE_FROM_WORKTOP: true,
  TAKE_NON_FUNGIBLES_FROM_WORKTOP: true,
  TAKE_ALL_FROM_WORKTOP: true,
  RETURN_TO_WORKTOP: true,
  ASSERT_WORKTOP_CONTAINS: true,
  ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES: true,
  ASSERT_WORKTOP_CONTAINS_ANY: true,
  ASSERT_WORKTOP_RESOURCES_ONLY: true,
  ASSERT_WORKTOP_RESOURCES_INCLUDE: true,
  ASSERT_NEXT_CALL_RETURNS_ONLY: true,
  ASSERT_NEXT_CALL_RETURNS_INCLUDE: true,
  ASSERT_BUCKET_CONTENTS: true,
  POP_FROM_AUTH_ZONE: true,
  PUSH_TO_AUTH_ZONE: true,
  DROP_AUTH_ZONE_PROOFS: true,
  DROP_AUTH_ZONE_REGULAR_PROOFS: true,
  CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT: true,
  CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES: true,
  CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL: true,
  DROP_AUTH_ZONE_SIGNATURE_PROOFS: true,
  CREATE_PROOF_FROM_BUCKET_OF_AMOUNT: true,
  CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES: true,
  CREATE_PROOF_FROM_BUCKET_OF_ALL: true,
  BURN_RESOURCE: true,
  CLONE_PROOF: true,
  DROP_PROOF: true,
  CALL_FUNCTION: true,
  CALL_METHOD: true,
  CALL_ROYALTY_METHOD: true,
  CALL_METADATA_METHOD: true,
  CALL_ROLE_ASSIGNMENT_METHOD: true,
  CALL_DIRECT_VAULT_METHOD: true,
  DROP_ALL_PROOFS: true,
  ALLOCATE_GLOBAL_ADDRESS: true,
  DROP_NAMED_PROOFS: true,
  YIELD_TO_PARENT: true,
  YIELD_TO_CHILD: true,
  VERIFY_PARENT: true,
};

/** `field type`, as the models name them: every variant of every enum that is no instruction. */
const VARIANTS = [
  ...['None', 'Plaintext', 'Encrypted'].map((type) => `message ${type}`),
  ...['String', 'Bytes'].map((type) => `content ${type}`),
  ...['Ed25519', 'Secp256k1'].flatMap((curve) => [
    `decryptorsByCurve ${curve}`,
    `notaryPublicKey ${curve}`,
    `notarySignature ${curve}`,
    `transactionIntentSignatures ${curve}`,
    `rootSubintentSignatures ${curve}`,
    `nonRootSubintentSignatures ${curve}`,
    `rootSignerPublicKeys ${curve}`,
    `nonRootSubintentSignerPublicKeys ${curve}`,
  ]),
  ...['NonZeroAmount', 'ExactAmount', 'AtLeastAmount', 'ExactNonFungibles', 'AtLeastNonFungibles', 'General'].flatMap(
    (type) => [`constraints ${type}`, `constraint ${type}`],
  ),
  ...['NonZero', 'Inclusive'].map((type) => `lowerBound ${type}`),
  ...['Inclusive', 'Unbounded'].map((type) => `upperBound ${type}`),
  ...['Allowlist', 'Any'].map((type) => `allowedIds ${type}`),
  ...['AllowAll', 'DenyAll', 'Protected'].map((type) => `rule ${type}`),
  ...['Basic', 'AnyOf', 'AllOf'].flatMap((type) => [`requirement ${type}`, `rules ${type}`]),
  ...['Require', 'AmountOf', 'CountOf', 'AllOf', 'AnyOf'].map((type) => `requirement ${type}`),
  ...['NonFungible', 'Resource'].flatMap((type) => [`badge ${type}`, `badges ${type}`]),
];

const REQUIRED: readonly string[] = [
  ...Object.keys(KINDS),
  ...Object.keys(INSTRUCTIONS).map((type) => `instructions ${type}`),
  ...Object.keys(KIND).map((kind) => `value ${kind}`),
  ...VARIANTS,
];

/** Keeps account of what the generated payloads held, so that "every instruction" is a fact and not a hope. */
export class Seen {
  private readonly names = new Set<string>();

  payload({ kind, value }: Payload): void {
    this.names.add(kind);
    this.walk('', value);
  }

  value(tree: Value): void {
    this.walk('', tree);
  }

  missing(): string[] {
    return [...new Set(REQUIRED)].filter((name) => !this.names.has(name));
  }

  /** A list's items, and what is kept with its bytes, go by the name of the field they stand in. */
  private walk(field: string, node: unknown): void {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) {
      for (const item of node) this.walk(field, item);
      return;
    }
    for (const [name, inner] of Object.entries(node)) {
      if (name === 'type') this.names.add(`${field} ${inner}`);
      if (name === 'kind') this.names.add(`value ${inner === 'Bytes' ? 'Array' : inner}`);
      this.walk(name === 'value' ? field : name, inner);
    }
  }
}
