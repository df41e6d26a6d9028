import type { Processed } from '../../solver/processFrame.js';

/** A recorded line and what became of it. */
export interface Replayed {
  readonly file: string;
  readonly line: number;
  readonly network: number | undefined;
  readonly processed: Processed;
  /** From the frame to the signed bytes, or to the reason why there are none. */
  readonly micros: number;
}
