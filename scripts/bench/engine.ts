import { pathToFileURL } from 'node:url';
import { units } from '../../src/base/amount.js';
import { toHex } from '../../src/base/bytes.js';
import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Engine } from '../../src/sandbox/engine/engine.js';
import { encodePayload } from '../../src/sbor/codec.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { choosePlans } from '../../src/settlement/compose/choose.js';
import { rootInstructions } from '../../src/settlement/compose/manifest.js';
import { openFrame } from '../../src/solver/openFrame.js';
import { instructions } from '../../src/transaction/instruction.js';

interface FrameBench {
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/**
 * Times the official implementation natively on the same bytes: prepare and validate the partials, build the same root
 * from our instruction list, sign it, prepare the result. Undefined where the engine was not built.
 */
export async function benchOfficial(
  frame: string,
  network: number,
  account: NodeId,
  epoch: number,
): Promise<FrameBench | undefined> {
  let binary: string;
  try {
    binary = await engineBinary(process.env, pathToFileURL('scripts/engine-build.mjs'));
  } catch {
    return undefined;
  }
  const { orders } = openFrame(frame, { network, pinned: undefined }, []);
  const [plan] = choosePlans(orders, 'cheapest');
  const list = rootInstructions(plan!, account, { beforeStep: 1, amount: units(1) });
  const engine = await Engine.start(binary);
  try {
    return (await engine.call(
      'bench.frame' as never,
      {
        payloads: JSON.parse(frame).params,
        network,
        rootInstructions: toHex(encodePayload(instructions, list)),
        solverPrivateKey: '01'.repeat(32),
        epochs: { start: epoch, end: epoch + 2 },
        iterations: 3000,
      } as never,
    )) as FrameBench;
  } finally {
    await engine.close();
  }
}
