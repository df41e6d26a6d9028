import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../src/base/amount.js';
import { recordingLine } from '../../src/solver/recorder.js';
import { factsOf, factsOfAll, parseRecording } from '../../src/solver/recording.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { token } from '../support/bundles.js';

const ACCOUNT = `51${'07'.repeat(29)}`;
const OTHER = `51${'08'.repeat(29)}`;
const line = { receivedAt: '2024-12-13T21:40:43.123Z', network: 242, epoch: 3, proposerTimestamp: 17, frame: '{}' };
const parse = (changes: object = {}) => parseRecording(JSON.stringify({ ...line, ...changes }));

describe('parseRecording', () => {
  it('reads time, network and frame, and ignores what it does not know', () => {
    expect(parse({ scenario: 'pair' })).toEqual({
      receivedAt: Date.parse(line.receivedAt),
      network: 242,
      epoch: 3n,
      timestamp: 17n,
      frame: '{}',
      vaults: new Map(),
      balances: new Map(),
      held: new Map(),
      accounts: new Map(),
      tokens: new Map(),
    });
  });

  it('reads which vaults exist', () => {
    const vaults = { [formatAddress(ACCOUNT, 242)]: { [formatAddress(token(1), 242)]: false } };
    const facts = factsOf(parse({ vaults }), ACCOUNT);
    expect(facts.holdsVault(ACCOUNT, token(1))).toBe(false);
    expect(facts.holdsVault(ACCOUNT, token(2))).toBeUndefined();
    expect(facts.holdsVault(token(3), XRD)).toBeUndefined();
    // The fee is locked from it, so it exists.
    expect(facts.holdsVault(ACCOUNT, XRD)).toBe(true);
    expect(parse({ vaults: null }).vaults.size).toBe(0);
  });

  it('reads what a solver knew', () => {
    const address = formatAddress(ACCOUNT, 242);
    const [a, b] = [formatAddress(token(1), 242), formatAddress(token(2), 242)];
    const recording = parse({
      held: { [address]: { [a]: '1.5', [b]: '0+' } },
      accounts: { [address]: { exists: false }, [formatAddress(OTHER, 242)]: { ownerIsUsual: true } },
      tokens: { [a]: { features: ['mint'] }, [b]: { likely: [] } },
    });
    expect(recording.held.get(ACCOUNT)).toEqual(
      new Map([
        [token(1), { atLeast: parseAmount('1.5'), isAll: true }],
        [token(2), { atLeast: 0n, isAll: false }],
      ]),
    );
    const facts = factsOf(recording, '');
    expect([facts.exists!(ACCOUNT), facts.exists!(OTHER)]).toEqual([false, undefined]);
    expect([facts.ownerIsUsual!(ACCOUNT), facts.ownerIsUsual!(OTHER)]).toEqual([undefined, true]);
    expect([facts.features!(token(1)), facts.likelyFeatures!(token(1))]).toEqual([['mint'], undefined]);
    expect([facts.features!(token(2)), facts.likelyFeatures!(token(2))]).toEqual([undefined, []]);
    const line = JSON.parse(recordingLine(recording));
    expect(parse(line)).toEqual(recording);
  });

  it('counts the newest of what recordings tell', () => {
    const address = formatAddress(ACCOUNT, 242);
    const [a, b] = [formatAddress(token(1), 242), formatAddress(token(2), 242)];
    const newer = parse({ vaults: { [address]: { [a]: true } }, tokens: { [a]: { features: ['burn', 'mint'] } } });
    const older = parse({
      vaults: { [address]: { [a]: false, [b]: false } },
      accounts: { [address]: { exists: true, ownerIsUsual: true } },
      tokens: { [a]: { features: [] }, [b]: { likely: ['mint'] } },
    });
    const facts = factsOfAll([newer, older], '');
    expect([token(1), token(2), token(3)].map((each) => facts.holdsVault(ACCOUNT, each))).toEqual([
      true,
      false,
      undefined,
    ]);
    expect([facts.exists!(ACCOUNT), facts.ownerIsUsual!(ACCOUNT)]).toEqual([true, true]);
    expect(facts.features!(token(1))).toEqual(['burn', 'mint']);
    expect(facts.likelyFeatures!(token(2))).toEqual(['mint']);
  });

  const known = (field: string, value: unknown): [string, object] => {
    const [address, resource] = [formatAddress(ACCOUNT, 242), formatAddress(token(1), 242)];
    if (field === 'held') return [`held.${address}.${resource}`, { held: { [address]: { [resource]: value } } }];
    const key = field === 'tokens' ? resource : address;
    return [`${field}.${key}`, { [field]: { [key]: value } }];
  };

  it.each<[string, object]>([
    known('held', 5),
    known('held', '-1'),
    known('held', '1++'),
    known('held', '+'),
    known('accounts', true),
    known('accounts', { exists: 'yes' }),
    known('accounts', { ownerIsUsual: 1 }),
    known('tokens', ['mint']),
    known('tokens', {}),
    known('tokens', { features: ['mints'] }),
    known('tokens', { features: [], likely: [] }),
    known('tokens', { likely: 'mint' }),
    ['accounts', { accounts: { [formatAddress(ACCOUNT, 1)]: {} } }],
    ['tokens', { tokens: [] }],
  ])('names what is wrong of it: %s', (path, changes) => {
    expect(() => parse(changes)).toThrow(expect.objectContaining({ code: 'bad-recording', path }));
  });

  it.each([
    ['receivedAt', { receivedAt: 'yesterday' }],
    ['receivedAt', { receivedAt: 5 }],
    ['receivedAt', { receivedAt: '1' }],
    ['receivedAt', { receivedAt: '2024-12-13T21:40:43' }],
    ['receivedAt', { receivedAt: '2024-13-13T21:40:43Z' }],
    ['network', { network: 256 }],
    ['network', { network: '2' }],
    ['epoch', { epoch: -1 }],
    ['epoch', { epoch: 1.5 }],
    ['proposerTimestamp', { proposerTimestamp: null }],
    ['frame', { frame: { method: 'x' } }],
    ['vaults', { vaults: [] }],
    ['vaults.x', { vaults: { x: 1 } }],
    ['vaults', { vaults: { [formatAddress(ACCOUNT, 1)]: {} } }],
    ['vaults', { vaults: { account_sim1nonsense: {} } }],
    [`vaults.${formatAddress(ACCOUNT, 242)}.x`, { vaults: { [formatAddress(ACCOUNT, 242)]: { x: 'yes' } } }],
  ])('names the field that is wrong: %s', (path, changes) => {
    expect(() => parse(changes)).toThrow(expect.objectContaining({ code: 'bad-recording', path }));
  });

  it.each(['2024-12-13T21:40:43Z', '2024-12-13T22:40:43.000+01:00'])('reads a time with its zone: %s', (receivedAt) => {
    expect(parseRecording(JSON.stringify({ ...line, receivedAt })).receivedAt).toBe(Date.UTC(2024, 11, 13, 21, 40, 43));
  });

  it.each(['', 'null', '[]', '{"receivedAt"', '7'])('refuses what is no object: %s', (text) => {
    expect(() => parseRecording(text)).toThrow(expect.objectContaining({ code: 'bad-recording' }));
  });
});
