import { afterEach, describe, expect, it } from 'vitest';
import type { EngineLedger } from '../../src/sandbox/ledger/engineLedger.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { networkById } from '../../src/transaction/network.js';
import { makeNotarized } from '../support/build.js';
import { notarizedHex, SIM_XRD, startSandbox } from '../support/engine.js';
import { refusal, sdk } from '../support/gateway.js';

let sandbox: Sandbox;

afterEach(() => sandbox.close());

describe('the engine', () => {
  it('being gone, every call that needs it says so and the others go on', async () => {
    sandbox = await startSandbox();
    const gateway = sdk(sandbox.gateway.url);
    ((sandbox.world.ledger as EngineLedger).engine as any).child.kill('SIGKILL');
    expect(await sandbox.failed).toMatchObject({ code: 'engine-died', message: expect.stringContaining('SIGKILL') });
    expect((await gateway.gatewayStatus()).ledger_state.epoch).toBe(1000);
    const { status, body } = await refusal(gateway.details([SIM_XRD]));
    expect([status, body.details.exception]).toEqual([500, 'BadGatewayException']);
    await expect(sandbox.world.round()).rejects.toMatchObject({ code: 'engine-died' });
  });

  it('may run several times in one process', async () => {
    sandbox = await startSandbox({ epoch: 5 });
    const other = await startSandbox({ epoch: 50, network: networkById(2) });
    try {
      const [a, b] = [await sdk(sandbox.gateway.url).network(), await sdk(other.gateway.url).network()];
      expect([a.network_name, b.network_name]).toEqual(['simulator', 'stokenet']);
      expect(b.well_known_addresses.xrd).toBe('resource_tdx_2_1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxtfd2jc');
      const wrong = notarizedHex(makeNotarized({ startEpoch: 50n, endEpoch: 60n }));
      expect((await refusal(sdk(other.gateway.url).submit(wrong))).body.message).toContain('InvalidNetwork');
    } finally {
      await other.close();
    }
  });
});
