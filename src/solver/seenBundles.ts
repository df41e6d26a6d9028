import { blake2b } from '../transaction/crypto.js';

/** Words of 32 bits of a bundle's hash that are kept: enough that no two bundles share them. */
const WORDS = 3;

/**
 * Remembers which bundles came: a table of their hashes, at most three quarters full, outside the heap. A set of strings
 * would take four times as much.
 */
export class SeenBundles {
  private slots = 1024;
  private table = new Uint32Array(this.slots * WORDS);
  private count = 0;

  /** Whether the bundle was seen before; it has been afterwards. */
  has(id: string): boolean {
    const hash = blake2b(Buffer.from(id, 'latin1'));
    const words = Uint32Array.from({ length: WORDS }, (_, word) => hash.readUInt32LE(4 * word));
    // What is free is all zeros.
    words[0] ||= 1;
    const place = this.placeOf(words);
    if (this.table[place] !== 0) return true;
    this.table.set(words, place);
    if (++this.count * 4 > this.slots * 3) this.grow();
    return false;
  }

  /** Where a hash stands, or would: the first free slot from its own on. */
  private placeOf(words: Uint32Array): number {
    for (let slot = words[0]! % this.slots; ; slot = (slot + 1) % this.slots) {
      const place = slot * WORDS;
      if (this.table[place] === 0 || words.every((word, index) => this.table[place + index] === word)) return place;
    }
  }

  private grow(): void {
    const old = this.table;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * WORDS);
    for (let place = 0; place < old.length; place += WORDS) {
      if (old[place] === 0) continue;
      const words = old.subarray(place, place + WORDS);
      this.table.set(words, this.placeOf(words));
    }
  }
}
