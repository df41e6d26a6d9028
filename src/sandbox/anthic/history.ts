/** What `maker.fill_execution.next` tells. */
export interface FillEntry {
  readonly sequence_number: number;
  /** Unix seconds. */
  readonly occurred_at: number;
  readonly order_id: string;
  readonly change: object;
}

/** What became of a maker's fills, numbered from 1 without a gap. All of it is kept, in memory. */
export class FillHistory {
  private readonly entries: FillEntry[] = [];

  /** The number that the next entry gets. */
  get next(): number {
    return this.entries.length + 1;
  }

  add(entry: Omit<FillEntry, 'sequence_number'>): FillEntry {
    const numbered = { sequence_number: this.next, ...entry };
    this.entries.push(numbered);
    return numbered;
  }

  from(sequenceNumber: number): readonly FillEntry[] {
    return this.entries.slice(sequenceNumber - 1);
  }
}
