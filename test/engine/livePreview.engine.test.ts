import { afterEach, expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { leftOut, previewHex } from '../../src/solver/live/preview.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { validateNotarized } from '../../src/transaction/validate.js';
import { recordedExecutions, recordedSandbox } from '../support/engine.js';
import { sdk } from '../support/gateway.js';

/** What the live solver asks of a preview, and what it makes of the answer, on the real engine. */

let sandbox: Sandbox;
afterEach(() => sandbox.close());

it.each(['pair', 'secp', '2xpair', '4xpair'])(
  'a preview of %s, with what it leaves out, costs to the atto what the transaction did',
  async (scenario) => {
    sandbox = await recordedSandbox(scenario);
    const executed = recordedExecutions.find(
      (each) =>
        each.scenario === scenario && each.receipt.status === 'CommittedSuccess' && each.composition === 'chain',
    )!;
    const notarized = decodeTransaction('NotarizedTransactionV2', fromHex(executed.transaction));
    const [root, ...others] = validateNotarized(notarized, 242).signers;
    expect(root).toEqual([]);
    const orders = others.flatMap((wrapper, index) =>
      index % 2 === 0 ? [{ signers: { wrapper, order: others[index + 1]! } }] : [],
    );
    const signed = notarized.signedTransactionIntent;
    const wants = { core_api_receipt: true };
    const { receipt } = await sdk(sandbox.gateway.url).preview(previewHex({ signed, orders }), {}, wants);
    const { status, fee_summary } = receipt as any;
    expect(status).toBe('Succeeded');
    const billed = Object.entries(fee_summary as Record<string, string>)
      .filter(([name]) => name.startsWith('xrd_total'))
      .reduce((sum, [, amount]) => sum + parseAmount(amount), 0n);
    expect(formatAmount(billed + leftOut({ signed }))).toBe(executed.receipt.fee.total);
  },
);
