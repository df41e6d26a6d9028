import { describe, expect, it } from 'vitest';
import { previewReceipt, toolkitReceipt } from '../../src/sandbox/gateway/receipt.js';
import { scryptoJson } from '../../src/sandbox/gateway/scryptoJson.js';
import { XRD } from '../support/build.js';
import { SIM, SIM_XRD } from '../support/engine.js';

const json = (hex: string) => scryptoJson(hex, SIM);

describe('programmatic JSON', () => {
  it.each([
    ['5c0101', { kind: 'Bool', value: true }],
    ['5c02ff', { kind: 'I8', value: '-1' }],
    ['5c08ffff', { kind: 'U16', value: '65535' }],
    ['5c0a0100000000000000', { kind: 'U64', value: '1' }],
    [`5c06${'ff'.repeat(16)}`, { kind: 'I128', value: '-1' }],
    ['5c0c03585244', { kind: 'String', value: 'XRD' }],
    ['5c2007020102', { kind: 'Bytes', element_kind: 'U8', hex: '0102' }],
    ['5c20080101 00', { kind: 'Array', element_kind: 'U16', elements: [{ kind: 'U16', value: '1' }] }],
    ['5c2100', { kind: 'Tuple', fields: [] }],
    ['5c2201010101', { kind: 'Enum', variant_id: '1', fields: [{ kind: 'Bool', value: true }] }],
    [`5c80${XRD}`, { kind: 'Reference', value: SIM_XRD }],
    [`5ca0${'000064a7b3b6e00d'}${'00'.repeat(16)}`, { kind: 'Decimal', value: '1' }],
    [`5cb0${'ff'.repeat(32)}`, { kind: 'PreciseDecimal', value: `-0.${'1'.padStart(36, '0')}` }],
    [`5cb0${'00'.repeat(32)}`, { kind: 'PreciseDecimal', value: '0' }],
    ['5cc0010000000000000007', { kind: 'NonFungibleLocalId', value: '#7#' }],
  ])('of %s', (hex, expected) => {
    expect(json(hex.replace(' ', ''))).toEqual(expected);
  });

  it('of a map', () => {
    expect(json('5c230c0701016105')).toEqual({
      kind: 'Map',
      key_kind: 'String',
      value_kind: 'U8',
      entries: [{ key: { kind: 'String', value: 'a' }, value: { kind: 'U8', value: '5' } }],
    });
  });

  it.each([
    ['4d2100', 'UnexpectedPayloadPrefix'],
    ['5c2100ff', 'ExtraTrailingBytes'],
    ['5c81', 'UnknownValueKind'],
    ['5c2101', 'BufferUnderflow'],
    [`5c${'2101'.repeat(40)}`, 'MaxDepthExceeded'],
  ])('refuses %s', (hex, code) => {
    expect(() => json(hex)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a receipt', () => {
  const none = { error: 'Why', errorVariant: 'Why', fee: null } as const;

  it('of a failure says why', () => {
    const failure = { status: 'CommittedFailure', ...none } as const;
    expect(previewReceipt(failure, {}, SIM)).toMatchObject({ status: 'Failed', error_message: 'Why' });
    expect(toolkitReceipt(failure)).toEqual({ kind: 'CommitFailure', reason: 'Why' });
    expect(toolkitReceipt({ status: 'Rejected', ...none })).toEqual({ kind: 'Reject', reason: 'Why' });
  });

  it('has emitters of both kinds, outputs, royalties', () => {
    const receipt = previewReceipt(
      {
        status: 'CommittedSuccess',
        ...none,
        events: [
          { emitter: 'package_sim1x', blueprint: 'Faucet', name: 'A', hex: '5c2100' },
          { emitter: 'internal_vault_sim1x', module: 'Main', name: 'B', hex: '5c2100' },
        ],
        outputs: [null, '5c2100'],
        feeDestination: { proposer: '1', validatorSet: '2', burn: '3', royalties: { someone: '4' } },
      },
      {},
      SIM,
    );
    expect(receipt.events).toMatchObject([
      { type: { emitter: { type: 'Function', package_address: 'package_sim1x', blueprint_name: 'Faucet' } } },
      { type: { emitter: { type: 'Method', entity: { is_global: false }, object_module_id: 'Main' } } },
    ]);
    expect(receipt.output).toHaveLength(1);
    expect(receipt.fee_destination!.to_royalty_recipients).toEqual([{ recipient: 'someone', xrd_amount: '4' }]);
  });
});
