import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * Every trap of docs/interfaces.md §1 to §3 has a test here whose title begins with its number, or a reason why it is
 * none of this room's.
 */
// biome-ignore format: a table reads better aligned
const ELSEWHERE: Readonly<Record<string, string>> = {
  T12: 'resource changes of previews are not read',
  T50: 'a matter of types: the compiler checks it',
  T72: 'the live solver holds them against the charge (test/solver/livePreview)',
  T56: 'the fee model adds what previews leave out (settlement/fee)',
  T57: 'who makes the preview payload lists the keys (transaction/)',
  T59: 'the tip of a receipt is not read',
  T61: 'the worktop trace is not asked for',
  T62: 'events are not read',
  T64: 'a limit of every preview: said in the documentation of Ledger.preview',
  T67: 'who makes a new attempt changes the discriminator (solver/)',
};

const here = new URL('.', import.meta.url);
const tested = new Map<string, string[]>();
for (const file of readdirSync(here).filter((name) => name.endsWith('.test.ts'))) {
  const text = readFileSync(new URL(file, here), 'utf8');
  for (const [, traps, title] of text.matchAll(/['"]((?:T\d+, )*T\d+): ([^\n]*?)['"][,)]/g)) {
    for (const trap of traps!.split(', ')) tested.set(trap, [...(tested.get(trap) ?? []), `${file}: ${title}`]);
  }
}

const documentation = readFileSync(new URL('../../docs/interfaces.md', here), 'utf8');
const traps = [...documentation.matchAll(/^\| (T\d+) \|/gm)].map(([, trap]) => trap!);

describe('traps', () => {
  it('the documentation numbers them from 1 on', () => {
    expect(traps).toEqual(Array.from({ length: traps.length }, (_, index) => `T${index + 1}`));
    expect(traps.length).toBeGreaterThanOrEqual(71);
  });

  it.each(traps)('%s has a test or a reason', (trap) => {
    expect(tested.has(trap) ? 'tested' : ELSEWHERE[trap]).toBeTypeOf('string');
  });

  it('no reason is given for what is tested, and no test for what is no trap', () => {
    for (const trap of Object.keys(ELSEWHERE)) expect(tested.get(trap)).toBeUndefined();
    for (const trap of tested.keys()) expect(traps).toContain(trap);
  });
});
