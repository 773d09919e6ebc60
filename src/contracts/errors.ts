/** What an error code means to the caller: its HTTP status, whether the same call may succeed later, and what to do. */
export interface ErrorRule {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly advice: string;
}

/** Every code a caller can meet. `docs/errors.md` is held against this table by a test. */
export const ERRORS = {
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    retryable: false,
    advice: 'Send one JSON object, encoded as UTF-8.',
  },
  validation_failed: {
    status: 422,
    title: 'The request does not fit its schema',
    retryable: false,
    advice: 'Correct the fields named in `errors` and send again with a new Idempotency-Key.',
  },
  body_too_large: { status: 413, title: 'The body is too large', retryable: false, advice: 'Send at most 256 KiB.' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not JSON',
    retryable: false,
    advice: 'Send `Content-Type: application/json`.',
  },
  unauthenticated: {
    status: 401,
    title: 'The caller is not known',
    retryable: false,
    advice: 'Send `Authorization: Bearer <API key>`.',
  },
  forbidden: {
    status: 403,
    title: "The caller's role may not do this",
    retryable: false,
    advice: 'Use a key of one of the roles that the documentation names for this route.',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing here',
    retryable: false,
    advice: 'Check the id; things of other callers are not visible.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'The Idempotency-Key header is missing',
    retryable: false,
    advice:
      'Send an Idempotency-Key of 1 to 255 printable characters, one per intent, and the same one when you retry.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used with another request',
    retryable: false,
    advice: 'Use a new key for a new request.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
    retryable: true,
    advice: 'Wait as long as Retry-After says and send the same request again.',
  },
  unknown_sku: {
    status: 422,
    title: 'A SKU is not in the catalogue',
    retryable: false,
    advice: 'Use ids from the catalogue; `errors` names the lines.',
  },
  currency_not_sold: {
    status: 422,
    title: 'A SKU is not sold in this currency',
    retryable: false,
    advice: "Order in the currency of the SKU's price.",
  },
  price_changed: {
    status: 409,
    title: 'The price differs from the one the customer saw',
    retryable: false,
    advice: 'Show the customer the price in `errors` and order again with it.',
  },
  coupon_not_applicable: {
    status: 409,
    title: 'A coupon does not apply',
    retryable: false,
    advice:
      'Leave out the coupons named in `errors`, or mend what their `reason` says, and order again. Nothing was charged.',
  },
  promotion_not_ready: {
    status: 409,
    title: 'The promotion does not stand so that this can be done',
    retryable: false,
    advice: 'Read the promotion: publish needs a draft, pause and resume a published version.',
  },
  promotion_code_taken: {
    status: 409,
    title: 'Another promotion has this coupon code',
    retryable: false,
    advice: 'Draft it with another code and publish again.',
  },
  order_too_large: {
    status: 422,
    title: "The order's total is over the limit",
    retryable: false,
    advice: 'Split the order.',
  },
  destination_not_served: {
    status: 422,
    title: 'No carrier delivers there',
    retryable: false,
    advice: 'Deliver to another address. Nothing was charged.',
  },
  parcel_too_heavy: {
    status: 422,
    title: 'No carrier lifts a parcel of the order',
    retryable: false,
    advice: 'Order less at a time: lower the quantities, or place several orders. Nothing was charged.',
  },
  out_of_stock: {
    status: 409,
    title: 'There is not enough stock',
    retryable: false,
    advice: 'Lower the quantities named in `shortages`. Nothing was charged.',
  },
  stock_promised: {
    status: 409,
    title: 'The units are promised to orders',
    retryable: false,
    advice: 'Count again, or cancel orders first: what is promised stays on the shelf until it ships.',
  },
  answer_not_awaited: {
    status: 409,
    title: 'The replenishment awaits no answer of its supplier',
    retryable: false,
    advice: 'Read the replenishment: its purchase order has not reached the supplier yet, or it has ended.',
  },
  card_number_refused: {
    status: 422,
    title: 'A field holds what looks like a card number',
    retryable: false,
    advice: "Send the payment provider's token, never the card.",
  },
  address_incomplete: {
    status: 422,
    title: 'The address cannot be delivered to as it stands',
    retryable: false,
    advice:
      'Correct the fields named in `errors`; take a `suggestion` where there is one. The order stays on hold until its deadline.',
  },
  address_not_awaited: {
    status: 409,
    title: 'The order does not wait for an address',
    retryable: false,
    advice: 'Read the order: its address was mended, its deadline passed, or it was cancelled.',
  },
  address_link_invalid: {
    status: 404,
    title: 'The link is not one of ours',
    retryable: false,
    advice: 'Use the link of the message as it is, or let the storefront send the address.',
  },
  payment_declined: {
    status: 402,
    title: 'The payment was declined',
    retryable: false,
    advice: 'The stock is held until `payUntil`: pay again, or otherwise, with POST /v1/orders/{id}/payments.',
  },
  payment_not_awaited: {
    status: 409,
    title: 'The order does not wait for a payment',
    retryable: false,
    advice: 'Read the order: it is paid for or ended.',
  },
  order_not_cancellable: {
    status: 409,
    title: 'The order can no longer be cancelled',
    retryable: false,
    advice: 'It was handed over or has ended: wait for delivery, or let the recipient refuse it.',
  },
  nothing_to_retry: {
    status: 409,
    title: 'No step of the order waits to be tried again',
    retryable: false,
    advice: 'Read the order: what it waited for has come, or it waits for people.',
  },
  label_not_awaited: {
    status: 409,
    title: 'The part does not wait for a label',
    retryable: false,
    advice: 'Read the order: the part is not packed, has its label, or was cancelled.',
  },
  carrier_not_offered: {
    status: 422,
    title: 'That carrier does not take the parcel',
    retryable: false,
    advice: 'Choose a carrier of the catalogue that reaches the destination and lifts the parcel.',
  },
  already_attended: {
    status: 409,
    title: 'The order is in the hands of a person already',
    retryable: false,
    advice: 'Find its open task with GET /v1/tasks?kind=attend, or wait until it is done.',
  },
  order_closed: {
    status: 409,
    title: 'The order has ended',
    retryable: false,
    advice: 'Nothing can be done to it any more: read how it ended.',
  },
  task_not_open: {
    status: 409,
    title: 'The task is not open',
    retryable: false,
    advice: 'Read the task: it was done, cancelled, or an earlier task of its fulfillment is not done.',
  },
  task_claimed_by_another: {
    status: 409,
    title: 'Another person has claimed the task',
    retryable: false,
    advice: 'Take another task.',
  },
  fulfillment_not_ready: {
    status: 409,
    title: 'The fulfillment is not ready to hand over',
    retryable: true,
    advice: 'Hand it over once its status is `labelled`.',
  },
  webhook_signature_invalid: {
    status: 401,
    title: "The webhook's signature does not hold",
    retryable: false,
    advice: 'Sign as Standard Webhooks says, with the secret agreed on, within five minutes of sending.',
  },
  not_acceptable: {
    status: 406,
    title: 'The resource is not available in that form',
    retryable: false,
    advice: 'Ask for application/json, or text/event-stream where the documentation offers it.',
  },
  starting: {
    status: 503,
    title: 'Mallflow cannot take orders right now',
    retryable: true,
    advice: 'Wait as long as Retry-After says and send the same request with the same Idempotency-Key.',
  },
  overloaded: {
    status: 503,
    title: 'Mallflow has as many orders under way as it can take',
    retryable: true,
    advice:
      'Nothing was written. Wait as long as Retry-After says and send the same request with the same Idempotency-Key.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests with this API key, or from this address without a known one',
    retryable: true,
    advice:
      'Nothing was done. Wait as long as Retry-After says, send the same request again, and send fewer per second.',
  },
  internal: {
    status: 500,
    title: 'Mallflow failed',
    retryable: true,
    advice: 'Send the same request with the same Idempotency-Key; tell us the `instance` if it goes on.',
  },
} as const satisfies Record<string, ErrorRule>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing wrong with a request: where (a JSON pointer into the body, or a header or query name) and what. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
  readonly [extension: string]: unknown;
}

/** A refusal as a value: what domain functions, the books and the client answer when the caller is at fault. */
export interface Refusal {
  readonly refused: ErrorCode;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  /** Further members of the problem document, e.g. `shortages`. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Tells a refusal from a result. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;

/** Builds a refusal. */
export const refuse = (code: ErrorCode, more: Omit<Refusal, 'refused'> = {}): Refusal => ({ refused: code, ...more });
