import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Engine } from '../../src/sandbox/engine/engine.js';

/** How the engine calls the payloads (engine/README.md). */
export type EngineKind =
  | 'Notarized'
  | 'SignedPartial'
  | 'Preview'
  | 'TransactionIntent'
  | 'SignedTransactionIntent'
  | 'Subintent'
  | 'Partial';

export interface CheckItem {
  readonly hex: string;
  readonly network: number;
  readonly kind: EngineKind;
}

export interface OfficialError {
  readonly debug: string;
  readonly variant: string;
  readonly path: readonly string[];
  readonly location: string | null;
}

export interface OfficialVerdict {
  readonly valid: boolean;
  readonly error: OfficialError | null;
  readonly ids: Readonly<Record<string, string | readonly string[]>> | null;
  readonly effectiveLength: number | null;
  readonly signers: readonly (readonly string[])[] | null;
}

export interface OfficialValue {
  readonly ok: boolean;
  readonly error: OfficialError | null;
  readonly reencodes: boolean | null;
}

interface Methods {
  'payload.checkMany': { params: { items: readonly CheckItem[] }; result: readonly OfficialVerdict[] };
  'payload.decodeValue': { params: { hex: string }; result: OfficialValue };
  'manifest.decompile': {
    params: { hex: string; network: number };
    result: { root: string; subintents: readonly string[] };
  };
}

/** The engine's methods that judge without a world; suites that need a ledger use `raw`. */
export class ConformanceEngine {
  private constructor(readonly raw: Engine) {}

  static async start(env: NodeJS.ProcessEnv): Promise<ConformanceEngine> {
    return new ConformanceEngine(await Engine.start(await engineBinary(env)));
  }

  checkMany(items: readonly CheckItem[]): Promise<readonly OfficialVerdict[]> {
    return this.call('payload.checkMany', { items });
  }

  decodeValue(hex: string): Promise<OfficialValue> {
    return this.call('payload.decodeValue', { hex });
  }

  decompile(hex: string, network: number): Promise<Methods['manifest.decompile']['result']> {
    return this.call('manifest.decompile', { hex, network });
  }

  close(): Promise<void> {
    return this.raw.close();
  }

  /** The client's own table lists what the sandbox calls; these methods stand here, where alone they are called. */
  private call<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    const call = this.raw.call.bind(this.raw) as unknown as (m: M, p: unknown) => Promise<Methods[M]['result']>;
    return call(method, params);
  }
}
