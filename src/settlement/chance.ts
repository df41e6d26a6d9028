/** Parts of a million. Chances are whole numbers, so that the same input decides the same on every machine. */
export type Ppm = number;

/** Certainty. */
export const CERTAIN: Ppm = 1_000_000;
