import { type Bytes, toHex } from '../../base/bytes.js';
import { MAX_DEPTH } from '../../sbor/kind.js';
import type { Value } from '../../sbor/value.js';
import { blake2b } from '../crypto.js';
import { broken } from './error.js';
import type { ManifestIds } from './ids.js';

/** The arguments of an intent's calls and yields (docs/protocol.md §10.4): they use up the ids that they hand over. */
export class Arguments {
  private blobHashes: ReadonlySet<string> | undefined;
  private yielding = false;

  constructor(
    private readonly ids: ManifestIds,
    private readonly blobs: readonly Bytes[],
  ) {}

  pass(args: Value, yielding: boolean): void {
    checkDepth(args, 1);
    this.yielding = yielding;
    this.walk(args);
  }

  /** Depth first, left to right: the order in which ids are used up. */
  private walk(value: Value): void {
    switch (value.kind) {
      case 'Tuple':
      case 'Enum':
        for (let i = 0; i < value.fields.length; i++) this.walk(value.fields[i]!);
        break;
      case 'Array':
        for (let i = 0; i < value.elements.length; i++) this.walk(value.elements[i]!);
        break;
      case 'Map':
        for (let i = 0; i < value.entries.length; i++) {
          this.walk(value.entries[i]![0]);
          this.walk(value.entries[i]![1]);
        }
        break;
      case 'Address':
        this.ids.checkAddress(value.value);
        break;
      case 'Bucket':
        this.ids.useBucket(value.value);
        break;
      case 'Proof':
        // A proof stays in the intent that made it: tested before the proof itself is looked at.
        if (this.yielding) {
          throw broken('ProofCannotBePassedToAnotherIntent', `expected no proof in a yield, got proof ${value.value}`);
        }
        this.ids.useProof(value.value);
        break;
      case 'AddressReservation':
        this.ids.useReservation(value.value);
        break;
      case 'Blob':
        this.checkBlob(value.value);
    }
  }

  private checkBlob(hash: string): void {
    this.blobHashes ??= new Set(this.blobs.map((blob) => toHex(blake2b(blob))));
    if (!this.blobHashes.has(hash)) {
      throw broken('BlobNotRegistered', `expected the hash of one of ${this.blobHashes.size} blobs, got ${hash}`);
    }
  }
}

/**
 * Officially arguments are encoded on their own before they are looked at (`ArgsEncodeError`). What was decoded inside a
 * payload nests less deep than the payload, so that only arguments made here can fail.
 */
function checkDepth(value: Value, depth: number): void {
  if (depth > MAX_DEPTH) throw tooDeep();
  switch (value.kind) {
    case 'Tuple':
    case 'Enum':
      for (let i = 0; i < value.fields.length; i++) checkDepth(value.fields[i]!, depth + 1);
      break;
    case 'Array':
      for (let i = 0; i < value.elements.length; i++) checkDepth(value.elements[i]!, depth + 1);
      break;
    case 'Bytes':
      if (depth === MAX_DEPTH && value.value.length > 0) throw tooDeep();
      break;
    case 'Map':
      for (let i = 0; i < value.entries.length; i++) {
        checkDepth(value.entries[i]![0], depth + 1);
        checkDepth(value.entries[i]![1], depth + 1);
      }
  }
}

function tooDeep(): Error {
  return broken('MaxDepthExceeded', `expected arguments of at most ${MAX_DEPTH} levels, got more`);
}
