import { SolverError } from '../base/error.js';

/** What keeps the market maker from working as told. */
export class MakerError extends SolverError {
  declare readonly code:
    | 'bad-pricing'
    | 'store-foreign'
    | 'store-locked'
    | 'store-missing'
    | 'store-newer'
    | 'store-of-another-maker'
    | 'known-order'
    | 'unknown-token';
}
