interface Entry {
  readonly at: number;
  readonly act: (now: number) => void;
}

/** What happens when, in the order of time; of one moment in the order in which it was put down. */
export class Agenda {
  private readonly entries: Entry[] = [];

  put(at: number, act: (now: number) => void): void {
    let place = this.entries.length;
    while (place > 0 && this.entries[place - 1]!.at > at) place--;
    this.entries.splice(place, 0, { at, act });
  }

  /** Does all that is due before a time, what it brings about included. */
  doBefore(time: number): void {
    while (this.entries.length > 0 && this.entries[0]!.at < time) {
      const { at, act } = this.entries.shift()!;
      act(at);
    }
  }
}
