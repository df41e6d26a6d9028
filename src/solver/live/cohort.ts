/** Bundles that may be planned together, and how. Those of different cohorts never share a root. */
export interface Cohort {
  /** Units of the loan to leave unused: roots like these were refused for want of a fee. */
  readonly extraMargin: number;
  /** One of them spoiled a root that they shared, and it is not known which. */
  readonly suspect: boolean;
}

/** What has nothing against it. */
export const OPEN: Cohort = { extraMargin: 0, suspect: false };

/** A cohort of its own each time. */
export function suspects(): Cohort {
  return { extraMargin: 0, suspect: true };
}
