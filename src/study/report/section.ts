/** What a column holds decides how each medium prints it. */
export type CellKind = 'text' | 'id' | 'pair' | 'time' | 'count' | 'xrd' | 'ms' | 'micros' | 'ppm';

export interface SectionColumn {
  /** In CSV and JSON. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly kind: CellKind;
}

/** Attos are bigint; times and texts are strings; null is what is not known. */
export type Cell = string | number | bigint | null;

/** A table of a report: the same for a terminal, for CSV and for the page. */
export interface Section {
  readonly name: string;
  readonly title: string;
  /** What one has to know to read it. */
  readonly note?: string | undefined;
  readonly columns: readonly SectionColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

export function column(name: string, kind: CellKind, title = name): SectionColumn {
  return { name, title, kind };
}
