import type { AssumedShapes } from '../assumptions.js';
import { CallRefused, RPC } from './error.js';

export type StartingPointForm = AssumedShapes['startingPoint'];

/**
 * From where on fill execution is told. The documentation's prose shows an object and its example a bare number: the form
 * that is refused gives way to the other, for good.
 */
export class StartingPoint {
  constructor(
    private form: StartingPointForm,
    private readonly onChange: (form: StartingPointForm) => void,
  ) {}

  /** Starts the stream by `call`, which is given the parameters. Rejects with what `call` rejects with. */
  async start(sequence: number, call: (params: unknown) => Promise<unknown>): Promise<void> {
    const { form } = this;
    try {
      await call(parametersOf(form, sequence));
    } catch (error) {
      if (!(error instanceof CallRefused) || error.rpcCode !== RPC.invalidParams) throw error;
      const other = form === 'object' ? 'number' : 'object';
      await call(parametersOf(other, sequence));
      if (this.form !== other) this.onChange(other);
      this.form = other;
    }
  }
}

function parametersOf(form: StartingPointForm, sequence: number) {
  return { enabled: true, historical_starting_point: form === 'object' ? { at_sequence_number: sequence } : sequence };
}
