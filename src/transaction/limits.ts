/** Limits of the ledger since Cuttlefish (docs/protocol.md §5.1). */
export const LIMITS = {
  notarizedPayloadBytes: 1_048_576,
  blobsPerIntent: 64,
  childrenPerIntent: 32,
  subintents: 32,
  depthBelowTransaction: 3,
  depthBelowSubintent: 2,
  signaturesPerIntent: 16,
  signatureValidations: 64,
  references: 512,
  instructionsPerIntent: 1000,
  epochRange: 8640n,
  tipBasisPoints: 1_000_000,
  plaintextMessageBytes: 2048,
  mimeTypeBytes: 128,
  encryptedMessageBytes: 2076,
  decryptors: 20,
} as const;
