import { GatewayApiClient } from '@radixdlt/babylon-gateway-api-sdk';
import type { z } from 'zod';
import { excerpt } from '../base/excerpt.js';
import {
  type CommittedDetails,
  committedDetailsOf,
  type PreviewOutcome,
  previewOutcomeOf,
  type SubintentStatus,
  subintentStatusOf,
  type TransactionStatus,
  transactionStatusOf,
} from './answer.js';
import type { Backoff } from './backoff.js';
import { classifyFailure } from './classify.js';
import { CoolDown } from './coolDown.js';
import { withDeadline } from './deadline.js';
import { GatewayError } from './error.js';
import type { Surroundings } from './surroundings.js';
import { transport } from './transport.js';
import { parseGatewayUrl } from './url.js';
import { type LedgerState, WIRE } from './wire.js';

export interface EndpointOptions {
  /** Of each call, unless the call has its own. */
  readonly timeoutMs?: number;
  readonly coolDown?: Backoff;
  /** Sent with every call, e.g. an operator's key (T1). Never shown. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly applicationName?: string;
  readonly applicationVersion?: string;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PreviewFlags {
  readonly useFreeCredit?: boolean;
  readonly assumeAllSignatureProofs?: boolean;
}

/** What is told of each call, for metrics: never its contents. */
export interface CallReport {
  readonly endpoint: string;
  readonly call: string;
  readonly tookMs: number;
  readonly error: GatewayError | undefined;
}

/** A Gateway gives its node 4 s for a submission (docs/interfaces.md §1.1, step 6). */
const TIMEOUT_MS = 5_000;
/** Short: one that is back shall be noticed within two seconds. */
const COOL_DOWN: Backoff = { baseMs: 250, capMs: 1_500 };

/**
 * One Gateway. Its SDK makes the requests by its thin methods (T42, T49); time-outs, errors and the reading of answers
 * are ours. Every method throws `GatewayError`, or the reason of the caller's signal.
 */
export class GatewayEndpoint {
  /** Host and path: what logs may show. */
  readonly name: string;
  readonly coolDown: CoolDown;
  /** Hears of every ledger state that an answer carries, and when its question was asked. */
  onLedgerState: (state: LedgerState, askedAt: number, endpoint: string) => void = () => {};
  onCall: (report: CallReport) => void = () => {};
  /** Of each call, unless the call has its own. */
  readonly timeoutMs: number;
  private readonly client: GatewayApiClient;

  constructor(
    url: string,
    private readonly surroundings: Surroundings,
    options: EndpointOptions = {},
  ) {
    const { basePath, name } = parseGatewayUrl(url);
    this.name = name;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.coolDown = new CoolDown(options.coolDown ?? COOL_DOWN, surroundings);
    this.client = GatewayApiClient.initialize({
      basePath,
      applicationName: options.applicationName ?? 'anthic-solver',
      ...(options.applicationVersion === undefined ? {} : { applicationVersion: options.applicationVersion }),
      headers: { ...options.headers },
      fetchApi: transport(name, surroundings),
    });
  }

  /** Not lagging by its own judgement never shows here: compare the time (T4, T6). */
  async gatewayStatus(options?: CallOptions): Promise<LedgerState> {
    const call = (init: RequestInit) => this.client.status.innerClient.gatewayStatusRaw(init);
    return (await this.call('gatewayStatus', WIRE.gatewayStatus, call, options)).ledger_state;
  }

  async networkConfiguration(options?: CallOptions): Promise<{ readonly id: number; readonly xrd: string }> {
    const call = (init: RequestInit) => this.client.status.innerClient.networkConfigurationRaw(init);
    const wire = await this.call('networkConfiguration', WIRE.networkConfiguration, call, options);
    return { id: wire.network_id, xrd: wire.well_known_addresses.xrd };
  }

  /** Success says that the Gateway has read it, and nothing more (T15). */
  async submit(notarizedHex: string, options?: CallOptions): Promise<{ readonly duplicate: boolean }> {
    const transactionSubmitRequest = { notarized_transaction_hex: notarizedHex };
    return this.call(
      'submit',
      WIRE.submit,
      (init) => this.transaction.transactionSubmitRaw({ transactionSubmitRequest }, init),
      options,
    );
  }

  async transactionStatus(id: string, options?: CallOptions): Promise<TransactionStatus> {
    const transactionStatusRequest = { intent_hash: id };
    const call = (init: RequestInit) => this.transaction.transactionStatusRaw({ transactionStatusRequest }, init);
    return transactionStatusOf(await this.call('transactionStatus', WIRE.transactionStatus, call, options));
  }

  async subintentStatus(id: string, options?: CallOptions): Promise<SubintentStatus> {
    const transactionSubintentStatusRequest = { subintent_hash: id };
    const call = (init: RequestInit) =>
      this.transaction.transactionSubintentStatusRaw({ transactionSubintentStatusRequest }, init);
    const wire = await this.call('subintentStatus', WIRE.subintentStatus, call, options);
    return subintentStatusOf(wire) ?? this.badAnswer(`subintent status ${excerpt(wire.subintent_status)}, by nobody`);
  }

  /** Not committed (as of a state version, if given) is `not-found`: here that means later, not wrong (T29). */
  async committedDetails(
    id: string,
    options: CallOptions & { readonly atStateVersion?: number | undefined } = {},
  ): Promise<CommittedDetails> {
    const { atStateVersion } = options;
    const transactionCommittedDetailsRequest = {
      intent_hash: id,
      // No events: they can bring the whole answer down (T32). The output is on unless told otherwise.
      opt_ins: { balance_changes: true, receipt_fee_summary: true, receipt_output: false },
      ...(atStateVersion === undefined ? {} : { at_ledger_state: { state_version: atStateVersion } }),
    };
    const wire = await this.call(
      'committedDetails',
      WIRE.committedDetails,
      (init) => this.transaction.transactionCommittedDetailsRaw({ transactionCommittedDetailsRequest }, init),
      options,
    );
    const { intent_hash } = wire.transaction;
    if (intent_hash !== undefined && intent_hash !== id) this.badAnswer('details of another transaction');
    return committedDetailsOf(id, wire);
  }

  /** One page of what an account holds: resource → amount. A resource without an entry is not held (T34). */
  async fungiblesPage(
    address: string,
    options: CallOptions & { readonly cursor?: string | undefined; readonly atStateVersion?: number | undefined } = {},
  ) {
    const { cursor, atStateVersion } = options;
    const stateEntityFungiblesPageRequest = {
      address,
      ...(cursor === undefined ? {} : { cursor }),
      ...(atStateVersion === undefined ? {} : { at_ledger_state: { state_version: atStateVersion } }),
    };
    const wire = await this.call(
      'fungiblesPage',
      WIRE.fungiblesPage,
      (init) => this.client.state.innerClient.entityFungiblesPageRaw({ stateEntityFungiblesPageRequest }, init),
      options,
    );
    if (wire.address !== address) this.badAnswer('the holdings of another account');
    return { ledger: wire.ledger_state, nextCursor: wire.next_cursor, items: wire.items };
  }

  /**
   * What an account holds of one resource, whatever else it holds: undefined where it has no vault of it. An account has
   * one vault of a resource, so that there is one page. Error `not-found`: account or resource were never used.
   */
  async fungibleVault(
    address: string,
    resource: string,
    options: CallOptions & { readonly atStateVersion?: number | undefined } = {},
  ) {
    const { atStateVersion } = options;
    const stateEntityFungibleResourceVaultsPageRequest = {
      ...{ address, resource_address: resource },
      ...(atStateVersion === undefined ? {} : { at_ledger_state: { state_version: atStateVersion } }),
    };
    const { innerClient } = this.client.state;
    const wire = await this.call(
      'fungibleVault',
      WIRE.fungibleVaults,
      (init) => innerClient.entityFungibleResourceVaultPageRaw({ stateEntityFungibleResourceVaultsPageRequest }, init),
      options,
    );
    if (wire.address !== address || wire.resource_address !== resource) this.badAnswer('another vault');
    return { ledger: wire.ledger_state, amount: wire.items[0]?.amount };
  }

  /** Of at most 20 fungible resources: resource → decimals. One that this Gateway does not know is left out. */
  async divisibilities(resources: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, number>> {
    const stateEntityDetailsRequest = { addresses: [...resources] };
    const { items } = await this.call(
      'entityDetails',
      WIRE.entityDetails,
      (init) => this.client.state.innerClient.stateEntityDetailsRaw({ stateEntityDetailsRequest }, init),
      options,
    );
    const known = new Map<string, number>();
    for (const { address, details } of items) {
      if (details?.divisibility !== undefined) known.set(address, details.divisibility);
    }
    return known;
  }

  /** Of an enum payload of discriminator 15: keys, no signatures. What is expired is rejected here too (T9). */
  async preview(previewHex: string, flags: PreviewFlags = {}, options?: CallOptions): Promise<PreviewOutcome> {
    const transactionPreviewV2Request = {
      preview_transaction: { type: 'Compiled' as const, preview_transaction_hex: previewHex },
      // All of them: the server demands what its schema calls optional (T8). Authorization costs, so it stays on (T10).
      flags: {
        use_free_credit: flags.useFreeCredit ?? false,
        assume_all_signature_proofs: flags.assumeAllSignatureProofs ?? false,
        skip_epoch_check: false,
        disable_auth_checks: false,
      },
      // Said explicitly, or there is no receipt (T11).
      opt_ins: { core_api_receipt: true, radix_engine_toolkit_receipt: false, logs: false },
    };
    const wire = await this.call(
      'preview',
      WIRE.preview,
      (init) => this.transaction.transactionPreviewV2Raw({ transactionPreviewV2Request }, init),
      options,
    );
    return previewOutcomeOf(wire) ?? this.badAnswer('a preview without a receipt');
  }

  private get transaction() {
    return this.client.transaction.innerClient;
  }

  private async call<S extends z.ZodType>(
    name: string,
    schema: S,
    request: (init: RequestInit) => Promise<{ readonly raw: Response }>,
    { timeoutMs = this.timeoutMs, signal }: CallOptions = {},
  ): Promise<z.output<S>> {
    const askedAt = this.surroundings.now();
    const report = (error: GatewayError | undefined) =>
      this.onCall({ endpoint: this.name, call: name, tookMs: this.surroundings.now() - askedAt, error });
    try {
      const work = async (callSignal: AbortSignal) => (await request({ signal: callSignal })).raw.text();
      const value = this.read(schema, await withDeadline(work, timeoutMs, signal, this.surroundings));
      this.coolDown.succeeded();
      report(undefined);
      const state = (value as { ledger_state?: LedgerState }).ledger_state;
      if (state !== undefined) this.onLedgerState(state, askedAt, this.name);
      return value;
    } catch (cause) {
      signal?.throwIfAborted();
      const error = classifyFailure(cause, this.name);
      if (error.retry) this.coolDown.failed(error);
      else this.coolDown.succeeded();
      report(error);
      throw error;
    }
  }

  private read<S extends z.ZodType>(schema: S, body: string): z.output<S> {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      return this.badAnswer('HTTP 200 that is no JSON (T44)');
    }
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    const { path, message } = read.error.issues[0]!;
    return this.badAnswer(`HTTP 200 with ${path.join('.') || 'a body'} that does not fit: ${excerpt(message)}`);
  }

  private badAnswer(message: string): never {
    throw new GatewayError('bad-answer', message, { endpoint: this.name, status: 200, arrived: true });
  }
}
