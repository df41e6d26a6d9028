import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scryptoJson } from '../../src/sandbox/gateway/scryptoJson.js';
import { parseAddress } from '../../src/transaction/address.js';
import { SIGNATURE_BADGE } from '../../src/transaction/key.js';
import { networkById } from '../../src/transaction/network.js';
import { decodeAccessRuleScrypto, encodeAccessRuleScrypto } from '../../src/transaction/scryptoRule.js';
import { arbitraryRule } from '../support/arbitraryRule.js';
import { XRD } from '../support/build.js';
import { Chance } from '../support/randomBundles.js';

const info = JSON.parse(readFileSync(new URL('../../fixtures/anthic/trade/info.json', import.meta.url), 'utf8'));
const RECORDED: string = info.verify_parent_access_rule_sbor_hex;

describe('access rules in Scrypto SBOR', () => {
  it('reads the documented one', () => {
    const id = {
      resource: SIGNATURE_BADGE.Ed25519,
      localId: '[e40b09665d6aa3c8c9d4bcb4e4af712d5960b638efe78206591d5c7c19]',
    };
    expect(decodeAccessRuleScrypto(RECORDED)).toEqual({
      type: 'Protected',
      requirement: { type: 'Basic', requirement: { type: 'Require', badge: { type: 'NonFungible', id } } },
    });
  });

  it('writes the documented one as it stands', () => {
    expect(encodeAccessRuleScrypto(decodeAccessRuleScrypto(RECORDED))).toBe(RECORDED);
  });

  it('reads back what it writes, and an independent reader finds every rule well formed', () => {
    const network = networkById(2);
    for (let seed = 0; seed < 300; seed++) {
      const rule = arbitraryRule(new Chance(seed));
      const hex = encodeAccessRuleScrypto(rule);
      expect(decodeAccessRuleScrypto(hex)).toEqual(rule);
      const kinds: Record<string, string> = { AllowAll: '0', DenyAll: '1', Protected: '2' };
      expect(scryptoJson(hex, network)).toMatchObject({ kind: 'Enum', variant_id: kinds[rule.type] });
    }
  });

  it('writes amounts and addresses as Scrypto does', () => {
    const rule = {
      type: 'Protected',
      requirement: { type: 'Basic', requirement: { type: 'AmountOf', amount: 10n ** 18n, resource: XRD } },
    } as const;
    const network = networkById(2);
    const text = JSON.stringify(scryptoJson(encodeAccessRuleScrypto(rule), network));
    expect(text).toContain('{"kind":"Decimal","value":"1"}');
    const [address] = /resource_\w+/.exec(text)!;
    expect(parseAddress(address, network)).toBe(XRD);
  });

  it.each([
    ['another prefix', `4d${RECORDED.slice(2)}`],
    ['nothing', ''],
    ['no hex', 'zz'],
    ['torn', RECORDED.slice(0, -2)],
    ['followed by more', `${RECORDED}00`],
    ['no rule', '5c2100'],
    ['a kind that rules do not have', '5c22020123070700'],
    ['Manifest kinds in it', RECORDED.replace('c0021d', '87021d')],
    ['a component for a resource', RECORDED.replace('809a4c', '80c04c')],
    ['too long', '00'.repeat(40_000)],
    ['too deep', `5c${'220201'.repeat(100)}`],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeAccessRuleScrypto(hex)).toThrow(expect.objectContaining({ code: 'bad-access-rule' }));
  });
});
