import { describe, expect, it } from 'vitest';
import { parseAnthicSettings } from '../../../src/sandbox/anthic/settings.js';
import { accountOf, SIM_XRD, USER } from './support.js';

const least = {
  tokens: [
    { symbol: 'XRD', divisibility: 18 },
    { symbol: 'xUSDC', divisibility: 6 },
  ],
  pairs: [{ base: 'XRD', quote: 'xUSDC' }],
};

describe('settings', () => {
  it('have defaults for all but what is traded', () => {
    const settings = parseAnthicSettings(least);
    expect(settings).toMatchObject({
      network: { id: 242 },
      levels: [{ takerFee: 10n ** 15n, makerFee: 0n }],
      reward: 5n * 10n ** 17n,
      makers: [],
      checkBalances: true,
      timing: { minExpiryMs: 15_000, maxExpiryMs: 60_000, fillWindowMs: 10_000 },
      ports: { host: '127.0.0.1', trade: 0 },
      faults: { seed: 1, drop: 0 },
    });
    expect(parseAnthicSettings({ ...least, network: 'stokenet' }).network.id).toBe(2);
    expect(parseAnthicSettings({ ...least, network: 2 }).network.name).toBe('stokenet');
  });

  const maker = { name: 'm', apiKey: 'k' };
  it.each<[string, object]>([
    ['tokens', { tokens: undefined }],
    ['tokens[1].symbol', { tokens: [least.tokens[0], least.tokens[0]] }],
    ['tokens[0].divisibility', { tokens: [{ symbol: 'A', divisibility: 19 }, least.tokens[1]] }],
    ['tokens[0].resource', { tokens: [{ ...least.tokens[0], resource: 'resource_rdx1' }, least.tokens[1]] }],
    ['tokens[0].rebate', { tokens: [{ ...least.tokens[0], rebate: '1' }, least.tokens[1]] }],
    ['tokens[0].solverFee', { tokens: [{ ...least.tokens[0], solverFee: 1 }, least.tokens[1]] }],
    ['pairs[0].base', { pairs: [{ base: 'xDOGE', quote: 'XRD' }] }],
    ['pairs[0].quote', { pairs: [{ base: 'XRD', quote: 'XRD' }] }],
    ['network', { network: 'moonnet' }],
    ['reward', { reward: '0' }],
    ['levels[0].takerFee', { levels: [{ takerFee: '-1', makerFee: '0' }] }],
    [`accountLevels.${accountOf(USER)}`, { accountLevels: { [accountOf(USER)]: 1 } }],
    ['accountLevels.account_sim1', { accountLevels: { account_sim1: 0 } }],
    ['makers[1].apiKey', { makers: [maker, { ...maker, name: 'n' }] }],
    ['makers[1].name', { makers: [maker, { ...maker, apiKey: 'l' }] }],
    ['timing.maxExpiryMs', { timing: { minExpiryMs: 10, maxExpiryMs: 5 } }],
    ['faults.drop', { faults: { drop: 1.5 } }],
    ['timing.fillWindow', { timing: { fillWindow: 5 } }],
    ['rewards', { rewards: '1' }],
  ])('are refused at %s', (path, change) => {
    expect(() => parseAnthicSettings({ ...least, ...change })).toThrow(
      expect.objectContaining({ code: 'bad-field', path }),
    );
  });

  it('take the resource of a token as it is', () => {
    const tokens = [{ ...least.tokens[0], resource: SIM_XRD }, least.tokens[1]];
    expect(parseAnthicSettings({ ...least, tokens }).tokens[0]!.resource).toBe(SIM_XRD);
  });
});
