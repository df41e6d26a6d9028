import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keep } from '../../../src/sbor/codec.js';
import { type Instruction, instructions } from '../../../src/transaction/instruction.js';
import { formatManifest } from '../../../src/transaction/manifest/format.js';
import { parseManifest } from '../../../src/transaction/manifest/parse.js';
import { arbitraryRule, validConstraints } from '../../support/arbitraryRule.js';
import { BADGE, callMethod, FAUCET, makeCore, proofValue, tuple, XRD, yieldToParent } from '../../support/build.js';
import { orderInstructions, token } from '../../support/bundles.js';
import { Chance } from '../../support/randomBundles.js';

const SIMULATOR = 242;
const answer = new URL('../../../fixtures/anthic/trade/compose-answer.json', import.meta.url);
const DOCUMENTED: string = JSON.parse(readFileSync(answer, 'utf8')).manifest;

function formatted(list: readonly Instruction[], network = SIMULATOR): string {
  return formatManifest({ ...makeCore({ network }), instructions: keep(instructions, list) });
}

describe('manifest text', () => {
  it('of the documentation reads as an order, whatever its buckets are called', () => {
    const read = parseManifest(DOCUMENTED, 2);
    expect(read.map(({ type }) => type)).toEqual([
      'VERIFY_PARENT',
      'CALL_METHOD',
      'TAKE_FROM_WORKTOP',
      'ASSERT_NEXT_CALL_RETURNS_ONLY',
      'YIELD_TO_PARENT',
      'TAKE_FROM_WORKTOP',
      'TAKE_FROM_WORKTOP',
      'YIELD_TO_PARENT',
      'CALL_METHOD',
      'YIELD_TO_PARENT',
    ]);
    expect(parseManifest(formatted(read, 2), 2)).toEqual(read);
    expect(parseManifest(DOCUMENTED.replaceAll('anthic-fee', 'x').replace(/\n/g, ' # a note\n\t'), 2)).toEqual(read);
  });

  it('reads back as the instructions that it was made of', () => {
    for (let seed = 0; seed < 200; seed++) {
      const chance = new Chance(seed);
      const list: Instruction[] = [
        { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] },
        { type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints: validConstraints(chance) },
        ...orderInstructions({
          sell: { resource: XRD, amount: BigInt(chance.below(1e9)) },
          buy: { resource: token(seed), amount: BigInt(chance.below(1e9)) },
          rule: arbitraryRule(chance),
          prefix: [
            callMethod(FAUCET, 'create_proof', { kind: 'Address', value: BADGE }),
            { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource: BADGE, ids: ['#1#', '<a>', '[00ff]'] },
            callMethod(FAUCET, 'mint', proofValue(0), { kind: 'Bytes', value: Buffer.from([1, 2]) }),
            { type: 'TAKE_ALL_FROM_WORKTOP', resource: XRD },
            { type: 'RETURN_TO_WORKTOP', bucket: 0 },
          ],
        }),
      ];
      expect(parseManifest(formatted(list), SIMULATOR)).toEqual(list);
    }
  });

  it('reads every simple value', () => {
    const call = callMethod(
      FAUCET,
      'say "hello"\n',
      { kind: 'Bool', value: true },
      { kind: 'Bool', value: false },
      { kind: 'I8', value: -128 },
      { kind: 'U32', value: 4_294_967_295 },
      { kind: 'I64', value: -1n },
      { kind: 'U128', value: 2n ** 128n - 1n },
      { kind: 'Array', elementKind: 'String', elements: [{ kind: 'String', value: 'é' }] },
      { kind: 'Map', keyKind: 'U8', valueKind: 'Tuple', entries: [[{ kind: 'U8', value: 1 }, tuple()]] },
      { kind: 'Enum', discriminator: 3, fields: [] },
      { kind: 'Expression', value: 'ENTIRE_AUTH_ZONE' },
    );
    expect(parseManifest(formatted([call, yieldToParent()]), SIMULATOR)).toEqual([call, yieldToParent()]);
  });

  const account = /Address\("account[^)]+\)/.exec(DOCUMENTED)![0];
  it.each([
    ['a character that begins nothing', 'YIELD_TO_PARENT\n ?;', 'line 2', 'a word or a literal, got "?"'],
    ['a string without end', 'CALL_METHOD "abc', 'line 1', 'got "\\""'],
    ['an escape that is none', 'YIELD_TO_PARENT "\\x";', 'line 1', 'escapes'],
    ['a torn end', 'YIELD_TO_PARENT', 'line 1', 'a value, got the end'],
    ['another instruction', 'YIELD_TO_PARENT;\nDROP_ALL_PROOFS;', 'line 2', 'got DROP_ALL_PROOFS'],
    ['no instruction', '"text";', 'line 1', 'an instruction, got text'],
    ['a name of all objects', 'constructor;', 'line 1', 'got constructor'],
    ['an unknown bucket', 'YIELD_TO_PARENT Bucket("b");', 'line 1', 'made before'],
    ['an unknown kind', 'YIELD_TO_PARENT Blob("00");', 'line 1', 'got Blob'],
    ['an unknown element', 'YIELD_TO_PARENT Array<Thing>();', 'line 1', 'got Thing'],
    ['a number too large', 'YIELD_TO_PARENT 256u8;', 'line 1', 'got 256u8'],
    ['a number of no type', 'YIELD_TO_PARENT 1u7;', 'line 1', 'got 1u7'],
    ['a discriminator too wide', 'YIELD_TO_PARENT Enum<2u16>();', 'line 1', 'such as 2u8'],
    ['a named discriminator', 'YIELD_TO_PARENT Enum<AccessRule>();', 'line 1', 'a number, got AccessRule'],
    ['an amount that is none', 'YIELD_TO_PARENT Decimal("1e5");', 'line 1', 'Decimal of such a text'],
    ['an address of another network', `YIELD_TO_PARENT ${account.replace('tdx_2_', 'rdx')};`, 'line 1', 'Address'],
    ['an id that is none', 'YIELD_TO_PARENT NonFungibleLocalId("[0]");', 'line 1', 'local id'],
    [
      'an integer id beyond 64 bits',
      `YIELD_TO_PARENT NonFungibleLocalId("#${'9'.repeat(20)}#");`,
      'line 1',
      'local id',
    ],
    ['an expression that is none', 'YIELD_TO_PARENT Expression("ALL");', 'line 1', 'ENTIRE_WORKTOP'],
    ['a comma at the end', 'YIELD_TO_PARENT Tuple(1u8,);', 'line 1', 'a value, got )'],
    ['values of the wrong kind', 'VERIFY_PARENT "x";', 'line 1', 'the values of VERIFY_PARENT'],
    ['mixed elements', 'YIELD_TO_PARENT Array<U8>("x");', 'line 1', 'expected U8, got String'],
    ['a name twice', twice(DOCUMENTED), 'line 36', 'a new name'],
    ['the wrong thing made', DOCUMENTED.replace('Bucket("sell")', 'Proof("sell")'), 'line 21', 'a new Bucket'],
    ['too deep', `YIELD_TO_PARENT ${'Tuple('.repeat(30)}`, 'line 1', 'levels'],
    ['too long', ' '.repeat(300_000), 'line 1', 'characters'],
  ])('refuses %s', (_, text, path, message) => {
    expect(() => parseManifest(text, 2)).toThrow(
      expect.objectContaining({ code: 'bad-manifest', path, message: expect.stringContaining(message) }),
    );
  });
});

function twice(text: string): string {
  return text.replace('Bucket("anthic-fee")', 'Bucket("sell")');
}
