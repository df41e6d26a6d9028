import type { Verified, WrappedOrder } from '../anthic/wrappedOrder.js';

/** An item of a bundle that was verified. */
export type SettledOrder = WrappedOrder & Verified;
