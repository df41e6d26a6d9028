import * as fs from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createKeyFile, readKeyFile } from '../../src/cli/keyFile.js';
import { temporaryFolder } from './support.js';

const broken = vi.hoisted(() => ({ writing: false, reading: false }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const fail = (): never => {
    throw new Error('EIO: i/o error, somewhere');
  };
  return {
    ...real,
    writeSync: (...args: Parameters<typeof real.writeSync>) => (broken.writing ? fail() : real.writeSync(...args)),
    readSync: (...args: Parameters<typeof real.readSync>) => (broken.reading ? fail() : real.readSync(...args)),
  };
});

describe('a disk that fails', () => {
  const folder = temporaryFolder();

  it('leaves no half-written key behind', () => {
    const file = folder.path('half.key');
    broken.writing = true;
    expect(() => createKeyFile(file, 'Ed25519')).toThrow(expect.objectContaining({ code: 'unwritable-file' }));
    broken.writing = false;
    expect(fs.existsSync(file)).toBe(false);
  });

  it('is told apart from a file without a key', () => {
    const file = folder.path('whole.key');
    createKeyFile(file, 'Ed25519').dispose();
    broken.reading = true;
    expect(() => readKeyFile(file)).toThrow(expect.objectContaining({ code: 'unreadable-file', exitStatus: 3 }));
    broken.reading = false;
    expect(readKeyFile(file).publicKey.type).toBe('Ed25519');
  });
});
