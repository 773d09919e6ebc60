import type { ErrorCode } from '../errors';

/** What a SKU lacks for an order to be taken. */
export interface Shortage {
  readonly skuId: string;
  readonly requested: number;
  readonly available: number;
}

/** What placing an order came to: the answer of the `awaitVerdict` and `payAgain` Updates. References only. */
export type Verdict =
  | { readonly outcome: 'accepted' }
  /** Held until the customer mends the address. */
  | { readonly outcome: 'address_held' }
  | { readonly outcome: 'action_required'; readonly paymentId: string }
  | { readonly outcome: 'declined'; readonly paymentId: string; readonly declineCode: string }
  | { readonly outcome: 'rejected'; readonly code: ErrorCode; readonly shortages: readonly Shortage[] };

/** What cancelling came to: done, or why not. */
export type CancellationVerdict =
  { readonly outcome: 'cancelled' } | { readonly outcome: 'refused'; readonly code: ErrorCode };
