import { blake2b } from '../transaction/crypto.js';

/** Remembers which bundles came, in 16 bytes each. */
export class SeenBundles {
  private readonly seen = new Set<string>();

  /** Whether the bundle was seen before; it has been afterwards. */
  has(id: string): boolean {
    const key = blake2b(Buffer.from(id, 'latin1')).toString('latin1', 0, 16);
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }
}
