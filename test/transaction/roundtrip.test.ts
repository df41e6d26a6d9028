import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.js';
import { type Codec, decodePayload, encodeBody, encodePayload, type Kept } from '../../src/sbor/codec.js';
import { value } from '../../src/sbor/value.js';
import { accessRule } from '../../src/transaction/accessRule.js';
import { resourceConstraint, resourceConstraints } from '../../src/transaction/constraint.js';
import { instructions } from '../../src/transaction/instruction.js';
import { message } from '../../src/transaction/message.js';
import { type IntentCore, intentHeader } from '../../src/transaction/model.js';
import { decodeTransaction, encodeTransaction, payloadKind } from '../../src/transaction/payload.js';
import { arbitraryMessage } from '../support/arbitraryMessage.js';
import { buildPayload } from '../support/arbitraryPlan.js';
import { anyConstraint, arbitraryRule, validConstraints } from '../support/arbitraryRule.js';
import { arbitraryPlan } from '../support/arbitraryTree.js';
import { anyIds, arbitraryValue } from '../support/arbitraryValue.js';
import { Chance } from '../support/randomBundles.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((seed) => new Chance(seed));

/** What is written reads back as it was, and is written alike again. */
function roundTrip<T>(codec: Codec<T>, make: (chance: Chance) => T): void {
  fc.assert(
    fc.property(seeds, (chance) => {
      const model = make(chance);
      const bytes = encodePayload(codec, model);
      const read = decodePayload(codec, bytes);
      expect(read).toEqual(model);
      expect(toHex(encodePayload(codec, read))).toBe(toHex(bytes));
    }),
    { numRuns: 300 },
  );
}

describe('decode ∘ encode is the identity', () => {
  it('of any value', () => roundTrip(value, (chance) => arbitraryValue(chance, 6, anyIds(chance))));
  it('of access rules', () => roundTrip(accessRule, arbitraryRule));
  it('of constraints', () => roundTrip(resourceConstraint, anyConstraint));
  it('of maps of constraints', () => roundTrip(resourceConstraints, validConstraints));
  it('of messages', () => roundTrip(message, arbitraryMessage));

  it('of whole payloads of every kind, and of each kept part from its value', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(seeds, (chance) => {
        const bytes = buildPayload(arbitraryPlan(chance));
        const kind = payloadKind(bytes)!;
        kinds.add(kind);
        const model = decodeTransaction(kind, bytes);
        const again = encodeTransaction(kind, model as never);
        // The plain tuple is read too, but only the official form is written.
        expect(toHex(again).slice(8)).toBe(toHex(bytes).slice(bytes[1] === 0x22 ? 8 : 6));
        for (const core of coresOf(model)) {
          same(core.header, intentHeader);
          same(core.message, message);
          same(core.instructions, instructions);
        }
      }),
      { numRuns: 400 },
    );
    expect(kinds.size).toBe(7);
  });
});

function same<T>(kept: Kept<T>, codec: Codec<T>): void {
  expect(toHex(encodeBody(codec, kept.value))).toBe(toHex(kept.body));
}

/** Every intent core that a model holds, however deep. */
function coresOf(model: unknown, found: IntentCore[] = []): IntentCore[] {
  if (typeof model !== 'object' || model === null || model instanceof Uint8Array) return found;
  if ('instructions' in model && 'header' in model) found.push(model as IntentCore);
  else for (const part of Object.values(model)) coresOf(part, found);
  return found;
}
