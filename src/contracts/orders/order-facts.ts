import type { CancellationReason } from './place-order';
import type { ReleasedFulfillment } from './order';
import type { FulfillmentStatus, OrderStatus, PaymentStatus, ShipmentStatus, Stage } from '../statuses';

/** Holds what the books know of an order, as far as its workflow is rebuilt from it. References and codes only. */
export interface OrderFacts {
  readonly status: OrderStatus;
  readonly stage: Stage;
  /** Until when it may be paid for, or its address corrected; null after that. */
  readonly payUntil: string | null;
  readonly agreedOn: string | null;
  /** Why it is being cancelled; null when it is not. */
  readonly cancellation: CancellationReason | null;
  /** Its attempts to pay, in their order. */
  readonly payments: readonly { readonly paymentId: string; readonly status: PaymentStatus }[];
  readonly fulfillments: readonly FulfillmentFact[];
  /** The open task of the person to whom it was handed. */
  readonly attendTask: string | null;
  /** Whether it was on hold for its address, which was corrected. */
  readonly corrected: boolean;
}

/** Holds what the books know of one fulfillment. */
export interface FulfillmentFact extends ReleasedFulfillment {
  readonly status: FulfillmentStatus;
  readonly carrierCode: string | null;
  /** Of its shipment; null before it is booked. */
  readonly shipment: ShipmentStatus | null;
  /** Bookings that were abandoned for another carrier, and are not voided yet. */
  readonly abandoned: readonly number[];
}
