import type { ErrorRule } from './error-rule';

/** Lists the codes of refusals by the rules of the mall: prices, stock, addresses, payments, tasks, shipments. */
export const BUSINESS_ERRORS = {
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
      'Leave out the coupons named in `errors`, or correct what their `reason` names, and order again. ' +
      'Nothing was charged.',
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
      'Correct the fields named in `errors`; take a `suggestion` where there is one. ' +
      'The order stays on hold until its deadline.',
  },
  address_not_awaited: {
    status: 409,
    title: 'The order does not wait for an address',
    retryable: false,
    advice: 'Read the order: its address was corrected, its deadline passed, or it was cancelled.',
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
  payments_undecided: {
    status: 409,
    title: 'Too many payment attempts of the order are undecided',
    retryable: true,
    advice: 'Wait until one of them is decided, then send the same request again.',
  },
  order_not_cancellable: {
    status: 409,
    title: 'The order can no longer be cancelled',
    retryable: false,
    advice:
      'A parcel was handed over or picked up, or the order has ended: ' +
      'wait for delivery, or let the recipient refuse it.',
  },
  nothing_to_retry: {
    status: 409,
    title: 'No step of the order waits to be tried again',
    retryable: false,
    advice: 'Read the order: what it waited for has come, or it waits for people.',
  },
  workflow_running: {
    status: 409,
    title: "The order's workflow is running and healthy",
    retryable: false,
    advice: 'Read what the order waits for. Send `evenIfRunning` when its history is known not to replay.',
  },
  label_not_awaited: {
    status: 409,
    title: 'The part does not wait for a label',
    retryable: false,
    advice: 'Read the order: the fulfillment is not packed, has its label, or was cancelled.',
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
    advice: 'Hand it over once its status is `labelled`. Keep a parcel that is `cancelling` or `cancelled`.',
  },
  webhook_signature_invalid: {
    status: 401,
    title: "The webhook's signature does not hold",
    retryable: false,
    advice: 'Sign as Standard Webhooks says, with the secret agreed on, within five minutes of sending.',
  },
} as const satisfies Record<string, ErrorRule>;
