import { InvalidArgumentError, Option } from 'commander';
import type { Curve } from '../transaction/key.js';
import { type Network, parseNetwork } from '../transaction/network.js';

/** Options that several commands share. */

export function jsonOption(): Option {
  return new Option('--json', 'print JSON instead of text');
}

export function networkOption(description: string): Option {
  return new Option('--network <id or name>', description).argParser((text: string): Network => {
    try {
      return parseNetwork(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  });
}

export function curveOption(): Option {
  return new Option('--curve <curve>', 'ed25519 or secp256k1')
    .default('Ed25519', 'ed25519')
    .argParser((text: string): Curve => {
      const curve = (['Ed25519', 'Secp256k1'] as const).find((each) => each.toLowerCase() === text.toLowerCase());
      if (curve === undefined) throw new InvalidArgumentError('expected ed25519 or secp256k1');
      return curve;
    });
}
