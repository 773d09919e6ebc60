import type { ErrorCode } from '../errors';

/** Names a SKU with fewer available units than an order requests. */
export interface Shortage {
  readonly skuId: string;
  readonly requested: number;
  readonly available: number;
}

/** Reports the outcome of a placement or payment: answers `awaitVerdict` and `payAgain`. References only. */
export type Verdict =
  | { readonly outcome: 'accepted' }
  /** Held until the customer corrects the address. */
  | { readonly outcome: 'address_held' }
  | { readonly outcome: 'action_required'; readonly paymentId: string }
  | { readonly outcome: 'declined'; readonly paymentId: string; readonly declineCode: string }
  | { readonly outcome: 'rejected'; readonly code: ErrorCode; readonly shortages: readonly Shortage[] };

/**
 * Reports the outcome of a cancellation. `partially_cancelled`: a carrier already has some of the parcels, and the
 * order continues with those.
 */
export type CancellationVerdict =
  | { readonly outcome: 'cancelled' }
  | { readonly outcome: 'partially_cancelled' }
  | { readonly outcome: 'refused'; readonly code: ErrorCode };
