import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Of file systems that are no disk: tmpfs and ramfs. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** A new folder on the disk of the checkout: what is written in memory only would tell nothing of a journal. */
export function folderOnDisk(): string {
  const parent = resolve('node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  if (IN_MEMORY.has(statfsSync(parent).type)) throw new Error(`${parent} is in memory: run this on a local disk`);
  return mkdtempSync(join(parent, 'soak-'));
}
