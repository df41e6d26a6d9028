import { describe, expect, it } from 'vitest';
import { factsOf, parseRecording } from '../../src/solver/recording.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { token } from '../support/bundles.js';

const ACCOUNT = `51${'07'.repeat(29)}`;
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
