import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress } from '../../transaction/address.js';
import { preallocatedAccount } from '../../transaction/key.js';
import type { Network } from '../../transaction/network.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import { createKeyFile } from '../keyFile.js';

/** Somebody who takes part: a name, a key, and the account that is the key's own. */
export interface Person {
  readonly name: string;
  readonly key: SolverKey;
  readonly keyFile: string;
  readonly account: string;
}

export interface MakerPerson extends Person {
  readonly apiKey: string;
  readonly apiKeyFile: string;
  readonly pricing: string;
  readonly store: string;
}

export interface SolverPerson extends Person {
  readonly journal: string;
}

/** All who take part. Their keys are made anew each time, in files of a folder that is removed in the end. */
export interface Cast {
  readonly anthic: Person;
  readonly users: readonly Person[];
  readonly makers: readonly MakerPerson[];
  readonly solvers: readonly SolverPerson[];
}

export interface CastOptions {
  readonly folder: string;
  readonly network: Network;
  readonly users: readonly string[];
  /** The pricing file of each maker. */
  readonly makers: readonly object[];
  readonly solvers: number;
}

export function makeCast({ folder, network, users, makers, solvers }: CastOptions): Cast {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(folder, name);
  const person = (name: string): Person => {
    const keyFile = file(`${name}.key`);
    const key = createKeyFile(keyFile, 'Ed25519');
    return { name, key, keyFile, account: formatAddress(preallocatedAccount(key.publicKey), network) };
  };
  const write = (name: string, text: string): string => {
    writeFileSync(file(name), text, { mode: 0o600 });
    return file(name);
  };
  return {
    anthic: person('anthic'),
    users: users.map(person),
    makers: makers.map((pricing, index) => {
      const name = `maker-${index + 1}`;
      const apiKey = randomBytes(24).toString('hex');
      return {
        ...person(name),
        apiKey,
        apiKeyFile: write(`${name}.api-key`, `${apiKey}\n`),
        pricing: write(`${name}.pricing.json`, JSON.stringify(pricing)),
        store: file(`${name}.sqlite`),
      };
    }),
    solvers: Array.from({ length: solvers }, (_, index) => {
      const name = solvers === 1 ? 'solver' : `solver-${index + 1}`;
      return { ...person(name), journal: file(`${name}.sqlite`) };
    }),
  };
}

export function everybody({ anthic, users, makers, solvers }: Cast): readonly Person[] {
  return [...users, ...makers, ...solvers, anthic];
}
