import { type Attos, formatAmount } from '../base/amount.js';
import type { SolverError } from '../base/error.js';
import type { Quote } from './settle.js';

/** Why a bundle ends as it does. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** What a settlement must not fall below or exceed; undefined: anything goes. */
export interface Limits {
  readonly minProfit: Attos | undefined;
  readonly maxFee: Attos | undefined;
}

/** What was configured and is not met. */
export function decline(quote: Quote, { minProfit, maxFee }: Limits): Reason | undefined {
  if (maxFee !== undefined && quote.networkFee > maxFee) {
    return { code: 'max-fee', message: `fee ${formatAmount(quote.networkFee)} is above ${formatAmount(maxFee)}` };
  }
  if (minProfit !== undefined && quote.profit < minProfit) {
    return { code: 'min-profit', message: `profit ${formatAmount(quote.profit)} is below ${formatAmount(minProfit)}` };
  }
  return undefined;
}

/** The path belongs to the message: what went wrong is half known without where. */
export function reasonOf(error: SolverError): Reason {
  return { code: error.code, message: error.path === '' ? error.message : `${error.path}: ${error.message}` };
}
