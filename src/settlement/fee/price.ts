import type { Attos } from '../../base/amount.js';

/** Prices and limits of the ledger (docs/protocol.md §7.1), in attos. */
export const PRICE = {
  executionUnit: 50_000_000_000n,
  finalizationUnit: 50_000_000_000n,
  storageByte: 95_367_430_000_000n,
} as const;

/** What the engine lends before a fee is locked (docs/protocol.md §7.4). */
export const LOAN_UNITS = 4_000_000;

/** Charged for the transaction as a whole, before its first instruction (docs/protocol.md §7.2). */
export const CHECK = {
  payloadByte: 40,
  signature: 7_000,
  intent: 160_000,
  timestamp: 40_000,
} as const;

/** A read from the database, on the first touch of a substate only (docs/protocol.md §12.1). */
export function databaseRead(bytes: number): number {
  return 40_000 + Math.floor(bytes / 10);
}

/** A read that finds nothing. */
export const DATABASE_MISS = 160_000;

/** Charged at the end of a success (docs/protocol.md §7.3). */
export const COMMIT = {
  intent: 100_000,
  substate: (bytes: number): number => 100_000 + Math.floor(bytes / 4),
  event: (bytes: number): number => 5_000 + Math.floor(bytes / 4),
} as const;

/** The whole fee, the tip cut after each product (docs/protocol.md §12.5). */
export function price(execution: number, finalization: number, storageBytes: number, tipBasisPoints: number): Attos {
  const running = BigInt(execution) * PRICE.executionUnit;
  const final = BigInt(finalization) * PRICE.finalizationUnit;
  const tip = BigInt(tipBasisPoints);
  const tipped = (running * tip) / 10_000n + (final * tip) / 10_000n;
  return running + final + tipped + BigInt(storageBytes) * PRICE.storageByte;
}
