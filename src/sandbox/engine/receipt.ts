/** What the engine says of an execution (engine/README.md). Amounts are decimal texts, addresses Bech32m. */
export interface Receipt {
  readonly status: 'CommittedSuccess' | 'CommittedFailure' | 'Rejected' | 'Aborted' | 'Invalid';
  /** The official debug text, and its outermost variant. */
  readonly error: string | null;
  readonly errorVariant: string | null;
  /** Null only for what is invalid; of a rejected transaction it was used up, not charged. */
  readonly fee: Fee | null;
  /** From here on only of what is, or would be, committed. Account → resource → net change, fees included. */
  readonly balanceChanges?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Account (or the vault of another payer) → XRD. */
  readonly feePayments?: Readonly<Record<string, string>>;
  readonly feeDestination?: FeeDestination;
  readonly events?: readonly EngineEvent[];
  readonly newEntities?: NewEntities;
}

export interface Fee {
  readonly total: string;
  readonly execution: string;
  readonly finalization: string;
  readonly storage: string;
  readonly royalty: string;
  readonly tip: string;
  readonly executionCostUnits: number;
  readonly finalizationCostUnits: number;
}

export interface FeeDestination {
  readonly proposer: string;
  readonly validatorSet: string;
  readonly burn: string;
  readonly royalties: Readonly<Record<string, string>>;
}

/** A method's emitter has a module, a function's a blueprint. */
export interface EngineEvent {
  readonly emitter: string;
  readonly module?: string;
  readonly blueprint?: string;
  readonly name: string;
  /** Scrypto SBOR. */
  readonly hex: string;
}

export interface NewEntities {
  readonly packages: readonly string[];
  readonly components: readonly string[];
  readonly resources: readonly string[];
  readonly vaults: readonly string[];
}

/** A preview tells more. */
export interface PreviewReceipt extends Receipt {
  readonly costingParameters?: CostingParameters;
  readonly transactionCostingParameters?: { readonly tipProportion: string; readonly freeCredit: string };
  readonly feeLocks?: { readonly lock: string; readonly contingentLock: string };
  /** Of accounts. */
  readonly newVaults?: readonly { readonly account: string; readonly resource: string; readonly vault: string }[];
  /** By instruction of the root, Scrypto SBOR. */
  readonly outputs?: readonly (string | null)[];
}

export interface CostingParameters {
  readonly executionCostUnitPrice: string;
  readonly executionCostUnitLimit: number;
  readonly executionCostUnitLoan: number;
  readonly finalizationCostUnitPrice: string;
  readonly finalizationCostUnitLimit: number;
  readonly usdPrice: string;
  readonly stateStoragePrice: string;
  readonly archiveStoragePrice: string;
}
