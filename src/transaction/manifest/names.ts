/**
 * The names under which manifest text speaks of what an intent makes or refers to by number. A payload carries no names,
 * so they are the ones that the official decompiler gives: counted from 1 per kind and intent.
 */
export type NamedKind = 'Bucket' | 'Proof' | 'AddressReservation' | 'NamedAddress' | 'NamedIntent';

const PREFIX: Readonly<Record<NamedKind, string>> = {
  Bucket: 'bucket',
  Proof: 'proof',
  AddressReservation: 'reservation',
  NamedAddress: 'address',
  NamedIntent: 'intent',
};

/** `Bucket("bucket1")` for bucket 0, and so on. */
export function formatNamed(kind: NamedKind, id: number): string {
  return `${kind}("${PREFIX[kind]}${id + 1}")`;
}
