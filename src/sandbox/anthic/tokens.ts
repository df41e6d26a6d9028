import { type Attos, formatAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { smallestUnit } from '../../base/rounding.js';
import type { NodeId } from '../../sbor/custom.js';
import { parseAddress } from '../../transaction/address.js';
import { RefusedError } from './error.js';
import type { AnthicSettings } from './settings.js';

export interface Token {
  readonly symbol: string;
  readonly resource: NodeId;
  /** As text, for the wire. */
  readonly address: string;
  readonly divisibility: number;
  /** The smallest amount there is of it. */
  readonly unit: Attos;
  readonly solverFee: Attos;
  readonly executionFee: Attos;
  readonly rebate: Attos;
}

/** What is traded: tokens by symbol and by resource, and the pairs that have a book. */
export class Tokens {
  readonly all: readonly Token[];
  readonly pairs: AnthicSettings['pairs'];
  private readonly bySymbol = new Map<string, Token>();
  private readonly byResource = new Map<NodeId, Token>();

  constructor({ tokens, pairs, network }: AnthicSettings) {
    this.pairs = pairs;
    this.all = tokens.map(({ resource, ...of }, index) => {
      if (resource === undefined) {
        throw new SolverError('bad-field', 'expected a resource', { path: `tokens[${index}].resource` });
      }
      const unit = smallestUnit(of.divisibility);
      return { ...of, unit, address: resource, resource: parseAddress(resource, network) };
    });
    for (const token of this.all) {
      this.bySymbol.set(token.symbol, token);
      this.byResource.set(token.resource, token);
    }
  }

  /** Error: `not-found`. */
  named(symbol: string, path: string): Token {
    const token = this.bySymbol.get(symbol);
    if (token !== undefined) return token;
    throw new RefusedError('not-found', `expected a symbol of /trade/tokens, got ${JSON.stringify(symbol)}`, { path });
  }

  of(resource: NodeId): Token | undefined {
    return this.byResource.get(resource);
  }

  /** Whether there is a book for the two, and which of them is its base. */
  pairOf(a: Token, b: Token): { readonly base: Token; readonly quote: Token } | undefined {
    for (const { base, quote } of this.pairs) {
      if (base === a.symbol && quote === b.symbol) return { base: a, quote: b };
      if (base === b.symbol && quote === a.symbol) return { base: b, quote: a };
    }
    return undefined;
  }
}

/** How an amount of a token is written for others. */
export interface Quantity {
  readonly symbol: string;
  readonly amount: string;
}

export function quantity({ symbol }: Token, amount: Attos): Quantity {
  return { symbol, amount: formatAmount(amount) };
}
