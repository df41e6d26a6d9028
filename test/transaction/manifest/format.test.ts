import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.js';
import type { Value } from '../../../src/sbor/value.js';
import { XRD } from '../../../src/transaction/address.js';
import type { Instruction } from '../../../src/transaction/instruction.js';
import { formatManifest } from '../../../src/transaction/manifest/format.js';
import { decodeTransaction } from '../../../src/transaction/payload.js';
import { makeCore } from '../../support/build.js';

const NO_ARGS: Value = { kind: 'Tuple', fields: [] };
const tuple = (...fields: Value[]): Value => ({ kind: 'Tuple', fields });
const node = (entity: string): string => entity.padEnd(60, '0');
const XRD_TEXT = 'Address("resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3")';

function lines(...list: Instruction[]): string[] {
  return formatManifest(makeCore({ instructions: list })).split('\n');
}

/** The text of one value: the only argument of a yield. */
function text(value: Value): string {
  const [, ...rest] = lines({ type: 'YIELD_TO_PARENT', args: tuple(value) });
  return rest
    .slice(0, -2)
    .map((line) => line.slice(4))
    .join('\n');
}

describe('the official manifests', () => {
  const folder = 'fixtures/vectors/cuttlefish-part2/basic_subintents_part2/';
  const PREFIX: Record<string, string> = {
    Bucket: 'bucket',
    Proof: 'proof',
    AddressReservation: 'reservation',
    NamedAddress: 'address',
    NamedIntent: 'intent',
  };

  /** The scenario's own names are not in the payload: each becomes the one that its place in the text stands for. */
  function anonymous(manifest: string): string {
    const names = new Map<string, string>();
    const counts: Record<string, number> = {};
    return manifest.replace(/(Bucket|Proof|AddressReservation|NamedAddress|NamedIntent)\("[^"]*"\)/g, (whole, kind) => {
      if (!names.has(whole)) {
        counts[kind] = (counts[kind] ?? 0) + 1;
        names.set(whole, `${kind}("${PREFIX[kind]}${counts[kind]}")`);
      }
      return names.get(whole)!;
    });
  }

  const files = readdirSync(folder).filter((file) => file.endsWith('.hex'));
  it.each(files)('%s', (file) => {
    const payload = fromHex(readFileSync(folder + file, 'utf8').trim());
    const { transactionIntent } = decodeTransaction('NotarizedTransactionV2', payload).signedTransactionIntent;
    const name = folder + file.slice(0, -'.hex'.length);
    expect(formatManifest(transactionIntent.rootIntentCore)).toBe(anonymous(readFileSync(`${name}.rtm`, 'utf8')));
    transactionIntent.nonRootSubintents.forEach((subintent, index) => {
      const official = readFileSync(`${name}--sub-${index}.rtm`, 'utf8');
      expect(formatManifest(subintent.value.intentCore, 242)).toBe(anonymous(official));
    });
  });
  it('covers all eight', () => expect(files).toHaveLength(8));
});

describe('values', () => {
  it.each<[Value, string]>([
    [{ kind: 'Bool', value: false }, 'false'],
    [{ kind: 'I8', value: -128 }, '-128i8'],
    [{ kind: 'I16', value: -1 }, '-1i16'],
    [{ kind: 'I32', value: 7 }, '7i32'],
    [{ kind: 'I64', value: -(2n ** 63n) }, '-9223372036854775808i64'],
    [{ kind: 'I128', value: -5n }, '-5i128'],
    [{ kind: 'U8', value: 255 }, '255u8'],
    [{ kind: 'U16', value: 1 }, '1u16'],
    [{ kind: 'U32', value: 0 }, '0u32'],
    [{ kind: 'U64', value: 2n ** 64n - 1n }, '18446744073709551615u64'],
    [{ kind: 'U128', value: 3n }, '3u128'],
    [{ kind: 'String', value: 'a"b' }, '"a\\"b"'],
    [{ kind: 'Bytes', value: fromHex('00ff') }, 'Bytes("00ff")'],
    [{ kind: 'Bytes', value: fromHex('') }, 'Bytes("")'],
    [{ kind: 'Tuple', fields: [] }, 'Tuple()'],
    [{ kind: 'Enum', discriminator: 7, fields: [] }, 'Enum<7u8>()'],
    [{ kind: 'Array', elementKind: 'Map', elements: [] }, 'Array<Map>()'],
    [{ kind: 'Map', keyKind: 'U8', valueKind: 'Tuple', entries: [] }, 'Map<U8, Tuple>()'],
    [{ kind: 'Address', value: XRD }, XRD_TEXT],
    [{ kind: 'Address', value: { namedAddress: 1 } }, 'NamedAddress("address2")'],
    [{ kind: 'Bucket', value: 0 }, 'Bucket("bucket1")'],
    [{ kind: 'Proof', value: 1 }, 'Proof("proof2")'],
    [{ kind: 'AddressReservation', value: 2 }, 'AddressReservation("reservation3")'],
    [{ kind: 'Bucket', value: 0xffffffff }, 'Bucket("bucket4294967296")'],
    [{ kind: 'Expression', value: 'ENTIRE_AUTH_ZONE' }, 'Expression("ENTIRE_AUTH_ZONE")'],
    [{ kind: 'Blob', value: 'ab'.repeat(32) }, `Blob("${'ab'.repeat(32)}")`],
    [{ kind: 'Decimal', value: -500000000000000000n }, 'Decimal("-0.5")'],
    [{ kind: 'PreciseDecimal', value: -(10n ** 36n) - 1n }, `PreciseDecimal("-1.${'1'.padStart(36, '0')}")`],
    [{ kind: 'PreciseDecimal', value: 25n * 10n ** 35n }, 'PreciseDecimal("2.5")'],
    [{ kind: 'PreciseDecimal', value: 0n }, 'PreciseDecimal("0")'],
    [{ kind: 'NonFungibleLocalId', value: '#12#' }, 'NonFungibleLocalId("#12#")'],
    [{ kind: 'NonFungibleLocalId', value: '<a_1>' }, 'NonFungibleLocalId("<a_1>")'],
    [
      tuple({ kind: 'Address', value: XRD }, { kind: 'NonFungibleLocalId', value: '[00]' }),
      `NonFungibleGlobalId(${XRD_TEXT.slice('Address('.length, -2)}:[00]")`,
    ],
  ])('%o', (value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it('indents what is nested', () => {
    const map: Value = {
      kind: 'Map',
      keyKind: 'String',
      valueKind: 'Array',
      entries: [
        [
          { kind: 'String', value: 'a' },
          {
            kind: 'Array',
            elementKind: 'U16',
            elements: [
              { kind: 'U16', value: 1 },
              { kind: 'U16', value: 2 },
            ],
          },
        ],
        [
          { kind: 'String', value: 'b' },
          { kind: 'Array', elementKind: 'U16', elements: [] },
        ],
      ],
    };
    const expected = [
      'Enum<1u8>(',
      '    Map<String, Array>(',
      '        "a" => Array<U16>(',
      '            1u16,',
      '            2u16',
      '        ),',
      '        "b" => Array<U16>()',
      '    ),',
      '    true',
      ')',
    ].join('\n');
    expect(text({ kind: 'Enum', discriminator: 1, fields: [map, { kind: 'Bool', value: true }] })).toBe(expected);
  });

  it('writes a global id only for a resource and a local id', () => {
    const id: Value = { kind: 'NonFungibleLocalId', value: '#1#' };
    for (const address of [node('c1'), { namedAddress: 0 }]) {
      expect(text(tuple({ kind: 'Address', value: address }, id))).toMatch(/^Tuple\(/);
    }
    expect(text(tuple({ kind: 'Address', value: XRD }, { kind: 'Bool', value: true }))).toMatch(/^Tuple\(/);
    expect(text(tuple({ kind: 'Address', value: XRD }, id, id))).toMatch(/^Tuple\(/);
  });
});

describe('instructions', () => {
  it('names what they make, counted from 1 for each kind', () => {
    const made = lines(
      { type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: 10n ** 18n },
      { type: 'TAKE_NON_FUNGIBLES_FROM_WORKTOP', resource: node('9a'), ids: ['#1#'] },
      { type: 'TAKE_ALL_FROM_WORKTOP', resource: XRD },
      { type: 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT', bucket: 0, amount: 1n },
      { type: 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES', bucket: 1, ids: [] },
      { type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket: 2 },
      { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: XRD, amount: 1n },
      { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource: XRD, ids: [] },
      { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: XRD },
      { type: 'POP_FROM_AUTH_ZONE' },
      { type: 'CLONE_PROOF', proof: 6 },
      { type: 'ALLOCATE_GLOBAL_ADDRESS', package: node('0d'), blueprint: 'Thing' },
      { type: 'ALLOCATE_GLOBAL_ADDRESS', package: node('0d'), blueprint: 'Thing' },
    ).filter((_line, index, all) => all[index + 1] === ';');
    const proofs = Array.from({ length: 8 }, (_, index) => `    Proof("proof${index + 1}")`);
    expect(made).toEqual([
      '    Bucket("bucket1")',
      '    Bucket("bucket2")',
      '    Bucket("bucket3")',
      ...proofs,
      '    NamedAddress("address1")',
      '    NamedAddress("address2")',
    ]);
  });

  it('names children, used or not', () => {
    const core = makeCore({
      instructions: [{ type: 'YIELD_TO_CHILD', child: 3, args: NO_ARGS }],
      childHashes: [Buffer.alloc(32), Buffer.alloc(32, 1)],
    });
    const manifest = formatManifest(core, 1);
    expect(manifest).toMatch(/^USE_CHILD\n {4}NamedIntent\("intent1"\)\n {4}Intent\("subtxid_rdx1/);
    expect(manifest).toContain('NamedIntent("intent2")');
    expect(manifest.endsWith('YIELD_TO_CHILD\n    NamedIntent("intent4")\n;\n')).toBe(true);
  });

  it('writes those without fields in one line', () => {
    const types = [
      'DROP_AUTH_ZONE_PROOFS',
      'DROP_AUTH_ZONE_REGULAR_PROOFS',
      'DROP_AUTH_ZONE_SIGNATURE_PROOFS',
      'DROP_ALL_PROOFS',
      'DROP_NAMED_PROOFS',
    ] as const;
    expect(lines(...types.map((type) => ({ type })))).toEqual([...types.map((type) => `${type};`), '']);
  });

  it('calls an assertion of nothing what it is', () => {
    expect(lines({ type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] })[0]).toBe('ASSERT_WORKTOP_IS_EMPTY;');
    expect(lines({ type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints: [] })[1]).toBe('    Map<Address, Enum>()');
  });

  it('marks arguments that are no list', () => {
    const manifest = lines({ type: 'YIELD_TO_PARENT', args: { kind: 'U8', value: 1 } });
    expect(manifest[1]).toMatch(/^ {4}# /);
    expect(manifest[2]).toBe('    1u8');
  });
});

describe('calls with a name of their own', () => {
  const PACKAGE = '0d906318c6318c60f716464c6318c6318cf7bfcad6a3152b46318c6318c6';
  const RESOURCE = '0d906318c6318c61e603c64c6318c6318cf7be913d63aafbc6318c6318c6';
  const ACCOUNT = '0d906318c6318c6ee313598c6318c6318cf7bcaa2e954a9626318c6318c6';
  const IDENTITY = '0d906318c6318c66cd64318c6318c6318cf79e9a7f8f179ca6318c6318c6';
  const CONTROLLER = '0d906318c6318c6c4d63f8cc6318c6318cf7bf553d3ca51686318c6318c6';
  const args = tuple({ kind: 'Bool', value: true });

  it.each([
    [PACKAGE, 'Package', 'publish_wasm', 'PUBLISH_PACKAGE'],
    [PACKAGE, 'Package', 'publish_wasm_advanced', 'PUBLISH_PACKAGE_ADVANCED'],
    [ACCOUNT, 'Account', 'create', 'CREATE_ACCOUNT'],
    [ACCOUNT, 'Account', 'create_advanced', 'CREATE_ACCOUNT_ADVANCED'],
    [IDENTITY, 'Identity', 'create', 'CREATE_IDENTITY'],
    [IDENTITY, 'Identity', 'create_advanced', 'CREATE_IDENTITY_ADVANCED'],
    [CONTROLLER, 'AccessController', 'create', 'CREATE_ACCESS_CONTROLLER'],
    [RESOURCE, 'FungibleResourceManager', 'create', 'CREATE_FUNGIBLE_RESOURCE'],
    [RESOURCE, 'FungibleResourceManager', 'create_with_initial_supply', 'CREATE_FUNGIBLE_RESOURCE_WITH_INITIAL_SUPPLY'],
    [RESOURCE, 'NonFungibleResourceManager', 'create', 'CREATE_NON_FUNGIBLE_RESOURCE'],
    [
      RESOURCE,
      'NonFungibleResourceManager',
      'create_with_initial_supply',
      'CREATE_NON_FUNGIBLE_RESOURCE_WITH_INITIAL_SUPPLY',
    ],
  ])('%s %s %s', (address, blueprint, name, expected) => {
    const call = { type: 'CALL_FUNCTION', package: address, blueprint, function: name, args } as const;
    expect(lines(call)).toEqual([expected, '    true', ';', '']);
    const [plain, first] = lines({ ...call, function: `${name}x` });
    expect(plain).toBe('CALL_FUNCTION');
    expect(first).toMatch(/^ {4}Address\("package_sim1/);
  });

  it.each([
    ['CALL_METHOD', '0d', 'PackageRoyalty_claim_royalties', 'CLAIM_PACKAGE_ROYALTIES'],
    ['CALL_METHOD', '5d', 'mint', 'MINT_FUNGIBLE'],
    ['CALL_METHOD', '9a', 'mint', 'MINT_NON_FUNGIBLE'],
    ['CALL_METHOD', '9a', 'mint_ruid', 'MINT_RUID_NON_FUNGIBLE'],
    ['CALL_ROYALTY_METHOD', 'c0', 'set_royalty', 'SET_COMPONENT_ROYALTY'],
    ['CALL_ROYALTY_METHOD', 'c0', 'lock_royalty', 'LOCK_COMPONENT_ROYALTY'],
    ['CALL_ROYALTY_METHOD', 'c0', 'claim_royalties', 'CLAIM_COMPONENT_ROYALTIES'],
    ['CALL_METADATA_METHOD', 'c0', 'set', 'SET_METADATA'],
    ['CALL_METADATA_METHOD', 'c0', 'remove', 'REMOVE_METADATA'],
    ['CALL_METADATA_METHOD', 'c0', 'lock', 'LOCK_METADATA'],
    ['CALL_ROLE_ASSIGNMENT_METHOD', 'c0', 'set_owner', 'SET_OWNER_ROLE'],
    ['CALL_ROLE_ASSIGNMENT_METHOD', 'c0', 'lock_owner', 'LOCK_OWNER_ROLE'],
    ['CALL_ROLE_ASSIGNMENT_METHOD', 'c0', 'set', 'SET_ROLE'],
    ['CALL_DIRECT_VAULT_METHOD', '58', 'recall', 'RECALL_FROM_VAULT'],
    ['CALL_DIRECT_VAULT_METHOD', '58', 'freeze', 'FREEZE_VAULT'],
    ['CALL_DIRECT_VAULT_METHOD', '58', 'unfreeze', 'UNFREEZE_VAULT'],
    ['CALL_DIRECT_VAULT_METHOD', '98', 'recall_non_fungibles', 'RECALL_NON_FUNGIBLES_FROM_VAULT'],
  ] as const)('%s on %s: %s', (type, entity, method, expected) => {
    const [name, receiver, argument, end] = lines({ type, address: node(entity), method, args });
    expect([name, argument, end]).toEqual([expected, '    true', ';']);
    expect(receiver).toMatch(/^ {4}Address\("/);
    expect(lines({ type, address: node(entity), method: `${method}x`, args })[0]).toBe(type);
  });

  it('drops the receiver where there is but one', () => {
    const call = { type: 'CALL_METHOD', address: node('86'), method: 'create_validator', args } as const;
    expect(lines(call)).toEqual(['CREATE_VALIDATOR', '    true', ';', '']);
  });

  it('knows a method of the main module by its receiver only', () => {
    expect(lines({ type: 'CALL_METHOD', address: node('c0'), method: 'mint', args })[0]).toBe('CALL_METHOD');
    expect(lines({ type: 'CALL_METHOD', address: { namedAddress: 0 }, method: 'mint', args }).slice(0, 3)).toEqual([
      'CALL_METHOD',
      '    NamedAddress("address1")',
      '    "mint"',
    ]);
    const named = {
      type: 'CALL_FUNCTION',
      package: { namedAddress: 0 },
      blueprint: 'Account',
      function: 'create',
    } as const;
    expect(lines({ ...named, args })[0]).toBe('CALL_FUNCTION');
  });
});
