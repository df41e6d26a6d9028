import { bytes, fixedBytes, type Infer, map, string, struct, variants } from '../sbor/codec.js';

/** MessageV2 (docs/protocol.md §2.3). CurveType numbers the curves the other way round than keys do. */
// biome-ignore format: a table reads better aligned
const curveType = variants({
  Ed25519:   [0, {}],
  Secp256k1: [1, {}],
});

const wrappedKeys = map(fixedBytes(8), fixedBytes(40));

// biome-ignore format: a table reads better aligned
const decryptors = variants({
  Ed25519:   [0, { ephemeralPublicKey: fixedBytes(32), decryptors: wrappedKeys }],
  Secp256k1: [1, { ephemeralPublicKey: fixedBytes(33), decryptors: wrappedKeys }],
});

// biome-ignore format: a table reads better aligned
const plaintextContent = variants({
  String: [0, { text: string }],
  Bytes:  [1, { bytes }],
});

// biome-ignore format: a table reads better aligned
export const message = variants({
  None:      [0, {}],
  Plaintext: [1, { message: struct({ mimeType: string, content: plaintextContent }) }],
  Encrypted: [2, { message: struct({ encrypted: bytes, decryptorsByCurve: map(curveType, decryptors) }) }],
});
export type Message = Infer<typeof message>;
