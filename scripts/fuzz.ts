import { readFileSync } from 'node:fs';
import { parseFrame } from '../src/anthic/frame.js';
import { readWrappedOrder } from '../src/anthic/wrappedOrder.js';
import { parseAmount } from '../src/base/amount.js';
import { decodeBech32m } from '../src/base/bech32m.js';
import { fromHex, toHex } from '../src/base/bytes.js';
import { SolverError } from '../src/base/error.js';
import { decodePayload, encodePayload } from '../src/sbor/codec.js';
import { value } from '../src/sbor/value.js';
import { processFrame } from '../src/solver/processFrame.js';
import { factsOf, parseRecording } from '../src/solver/recording.js';
import { preallocatedAccount } from '../src/transaction/key.js';
import { decodeTransaction, encodeTransaction, type PayloadKind } from '../src/transaction/payload.js';
import { SolverKey } from '../src/transaction/solverKey.js';
import { validateNotarized, validateSignedPartial } from '../src/transaction/validate.js';
import { Chance } from '../test/support/randomBundles.js';
import { CommandLine } from './process/commandLine.js';

/**
 * Mutates real payloads, frames and recordings and feeds them to every decoder. Nothing may come out but a result or a
 * typed error, what decodes must encode to the same bytes, and none may take long.
 */

const commandLine = new CommandLine(`usage: npm run fuzz -- [--seconds N] [--seed S]
  mutated payloads, frames and recordings over every decoder, for N seconds (30)
exit status 0 only when each was read or refused in good order`);
const { values: options } = commandLine.read({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});

const SLOW_MILLIS = 1000;
const seconds = commandLine.wholeNumber('seconds', options.seconds, 0);
const seed = commandLine.wholeNumber('seed', options.seed, 0);
const chance = new Chance(seed);
const fixture = (path: string) => readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8').trim();

const records = ['documentation', 'settlements'].flatMap((name) => fixture(`recordings/${name}.jsonl`).split('\n'));
const executed = fixture('vectors/settlement/executed.jsonl').split('\n').slice(1, 40);
const notarized = executed.map((line) => fromHex(JSON.parse(line).transaction));
const partials = records.flatMap((line) => (JSON.parse(JSON.parse(line).frame).params as string[]).map(fromHex));
const values = (JSON.parse(fixture('vectors/sbor/manifest_value_decode_cases.json')).cases as { hex: string }[]).map(
  (each) => fromHex(each.hex),
);
const key = SolverKey.generate('Ed25519');
const account = preallocatedAccount(key.publicKey);

/** Bytes that mean something to the format: kinds, discriminators, sizes at their limits. */
const TELLING = [0, 1, 2, 7, 0x20, 0x21, 0x22, 0x23, 0x4d, 0x7f, 0x80, 0x81, 0x85, 0xff];

function mutateBytes(source: Uint8Array, others: readonly Uint8Array[]): Buffer {
  let bytes = Buffer.from(source);
  for (let edits = 1 + chance.below(4); edits > 0 && bytes.length > 0; edits--) {
    const at = chance.below(bytes.length);
    switch (chance.below(7)) {
      case 0:
        bytes[at]! ^= 1 << chance.below(8);
        break;
      case 1:
        bytes[at] = chance.pick(TELLING);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(8))]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([chance.pick(TELLING)]), bytes.subarray(at)]);
        break;
      case 5: {
        const other = chance.pick(others);
        const from = chance.below(other.length);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          other.subarray(from, from + chance.below(64)),
          bytes.subarray(at),
        ]);
        break;
      }
      default:
        // A size of 268 million where there is a small one.
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from('ffffff7f', 'hex'), bytes.subarray(at + 1)]);
    }
  }
  return bytes;
}

function mutateText(source: string): string {
  return mutateBytes(Buffer.from(source), [Buffer.from('[{"params":[null,1e999,"\\ud800"]}]')]).toString('utf8');
}

function reencode(kind: PayloadKind, bytes: Buffer): void {
  const model = decodeTransaction(kind, bytes);
  // A signed partial comes in two outer forms, and only the official one is written.
  if (bytes[1] === 0x22 && toHex(encodeTransaction(kind, model as never)) !== toHex(bytes)) {
    throw new Error('decoded, but encodes to other bytes');
  }
}

const TARGETS: Record<string, () => () => void> = {
  value: () => {
    const bytes = mutateBytes(chance.pick(values), values);
    return () => {
      if (toHex(encodePayload(value, decodePayload(value, bytes))) !== toHex(bytes)) throw new Error('other bytes');
    };
  },
  notarized: () => {
    const bytes = mutateBytes(chance.pick(notarized), notarized);
    return () => {
      reencode('NotarizedTransactionV2', bytes);
      validateNotarized(decodeTransaction('NotarizedTransactionV2', bytes), 242);
    };
  },
  partial: () => {
    const bytes = mutateBytes(chance.pick(partials), partials);
    return () => {
      reencode('SignedPartialTransactionV2', bytes);
      validateSignedPartial(decodeTransaction('SignedPartialTransactionV2', bytes));
    };
  },
  order: () => {
    const bytes = mutateBytes(chance.pick(partials), partials);
    return () => void readWrappedOrder(bytes);
  },
  frame: () => {
    const text = mutateText(JSON.parse(chance.pick(records)).frame);
    return () => void parseFrame(text);
  },
  recording: () => {
    const text = mutateText(chance.pick(records));
    return () => void parseRecording(text);
  },
  settle: () => {
    const record = parseRecording(chance.pick(records));
    const message = JSON.parse(record.frame);
    const index = chance.below(message.params.length);
    message.params[index] = toHex(mutateBytes(fromHex(message.params[index]), partials));
    const frame = JSON.stringify(message);
    return () =>
      void processFrame(frame, {
        network: record.network,
        time: { epoch: record.epoch, timestamp: record.timestamp },
        key,
        account,
        facts: factsOf(record, account),
        composition: chance.often(0.5) ? 'cheapest' : 'template',
        pinned: undefined,
        minProfit: undefined,
        maxFee: undefined,
        isDuplicate: () => false,
      });
  },
  text: () => {
    const text = mutateText('resource_tdx_2_1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxtfd2jc 12.5 0x4d');
    return () => {
      for (const part of text.split(' ')) {
        for (const parse of [parseAmount, decodeBech32m, fromHex]) {
          try {
            parse(part);
          } catch (error) {
            if (!(error instanceof SolverError)) throw error;
          }
        }
      }
    };
  },
};

const names = Object.keys(TARGETS);
const counts = new Map<string, { runs: number; refused: number }>();
let failures = 0;
const end = Date.now() + seconds * 1000;
for (let round = 0; Date.now() < end; round++) {
  const name = names[round % names.length]!;
  const run = TARGETS[name]!();
  const count = counts.get(name) ?? { runs: 0, refused: 0 };
  counts.set(name, count);
  count.runs++;
  const start = performance.now();
  try {
    run();
  } catch (error) {
    count.refused++;
    if (!(error instanceof SolverError) || error.code === '' || error.message === '') {
      failures++;
      console.error(`round ${round} (${name}), seed ${seed}:`, error);
    }
  }
  const millis = performance.now() - start;
  if (millis > SLOW_MILLIS) {
    failures++;
    console.error(`round ${round} (${name}), seed ${seed}: took ${millis.toFixed(0)} ms`);
  }
}
for (const [name, { runs, refused }] of counts) console.log(`${name.padEnd(10)} ${runs} inputs, ${refused} refused`);
const total = [...counts.values()].reduce((sum, { runs }) => sum + runs, 0);
console.log(`${total} inputs, ${failures} failures (seed ${seed})`);
process.exitCode = failures === 0 ? 0 : 1;
