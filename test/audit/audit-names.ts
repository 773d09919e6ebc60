/** Names the audits of our own books, which `audit.test.ts` turns false. */
export const BOOK_AUDITS = {
  reserved: 'What is reserved of each SKU is the sum of its live reservations',
  allocated: 'What is allocated of each lot is the sum of its live allocations',
  boundToLots: 'Every reservation that reached a parcel is bound to lots for all its units',
  onHand: 'What is on hand of each SKU is the sum of its lots',
  lotMovements: 'What each lot has on hand is what came in less what went out',
  parcelMovements: 'What went out with each parcel, and came back with it, is what was reserved for it',
  endedHoldsNothing: 'No order that has ended holds stock',
  lines: 'The lines of each order add up to its total',
  reservations: 'The reservations of each order carry its whole total',
  fulfillments: 'The parts of each order add up to its total',
  fulfillmentValue: 'Each part is worth what its reservations carry',
  cancelledFulfillments: 'Every part of a cancelled order is cancelled',
  noTasks: 'Nobody works on a part of an order that has ended or is cancelled',
  paymentTotal: "Every payment is of its order's total, in its currency",
  paymentStatus: 'The status of every payment fits its amounts',
  moneyBalances:
    'Authorized = captured + voided + open for the payments of each order, by the payments as by the ledger',
  shares: "Captured = merchants' shares + commission + refunded, less what the mall paid of discounts, for each order",
  discounts: 'The discounts of each line, and who pays for them, are those that its promotions gave',
  explainedTotal: "Each order's total is the one that its price explains",
  explainedTax: "The tax of each line is the one that its order's price explains last",
  mallShare: "What the mall pays of each order's discounts is in its reservations and parts",
  promotionUses: 'The uses counted of each promotion are those of orders that live, and within its limit',
  freedCoupons: 'No order that was rejected or cancelled holds a coupon, and every other keeps what it used',
  customerUses: 'The uses counted of each customer are those of its orders',
  nothingOpen: 'Nothing is open of a payment whose order has ended',
  paidInFull: 'Every order that went to the warehouses is paid for in full',
  capturedAndRefunded: 'Of an order that has ended, what was delivered is captured and what came back refunded',
  ledgerBalances: 'Every ledger transaction balances in each currency',
  ledgerBooked: 'Every effect on money is booked in the ledger, once, and nothing else is',
  ledgerAmount: "Every ledger transaction moves the amount of its effect, in the order's currency",
  noEventMissing: 'No event is missing from a timeline',
  hashChain: 'The hash chain of every timeline holds',
  lastEvent: 'The last event of every timeline agrees with the status of its order',
  effectsAnswered: 'No effect on the outside waits for its answer for long',
  signalsSent: 'No signal waits to be sent for long',
  workflowAgrees: 'Every order and its workflow agree on where the order stands',
} as const;

/** Names the audits of gateway, carrier and Temporal, which `outside-audits.test.ts` turns false. */
export const OUTSIDE_AUDITS = {
  atGateway: 'Every effect on money in our books is at the gateway, once, for the same amount',
  ofGateway: 'Every effect on money at the gateway is in our books',
  gatewayAgrees: 'The gateway and our books agree on what became of every effect on money',
  bookingHasShipment: 'Every booking in our books has its shipment, and every shipment its booking',
  labelledHasShipment: 'Every part that is labelled, or further, has its shipment',
  noLiveLabel: 'No part that was cancelled has a live label',
  atCarrier: 'Every shipment in our books is at its carrier, once',
  carrierAgrees: 'Every label is live at the carrier, or voided, as in our books',
  ofCarrier: 'Every booking at the carrier is in our books',
  running: 'Every open order has its workflow running',
  endedNotRunning: 'No workflow of an order that has ended is running',
  knownOrder: 'Every running workflow of an order is of an order in our books',
} as const;

/** Names the audits of sourcing and replenishment, which `inventory/stock-audits.test.ts` turns false. */
export const STOCK_AUDITS = {
  decided: 'What is reserved for each order is what its sourcing decided',
  safety: 'No sourcing promised any of the safety stock',
  keeps: 'Every lot that is bound to an order keeps until the order needs it to',
  available: 'What is held for orders without lots is there, and keeps for each of them',
  bookedIn: 'What was received for each replenishment was booked in',
  complete: 'Every replenishment that was received has what was confirmed, or asked for',
  answered: 'What each replenishment says its supplier sends is what was answered last',
  atSupplier: 'Every purchase order in our books is at its supplier, once, for the same quantity',
  ofSupplier: 'Every purchase order at a supplier is in our books',
  agrees: 'What suppliers confirmed is what our books say they send',
  running: 'Every open replenishment has its workflow running',
} as const;

/** Names the audits of backorders, which `inventory/backorder-audits.test.ts` turns false. */
export const BACKORDER_AUDITS = {
  owed: 'What is owed of each SKU is what live orders wait for',
  whole: 'What each waiting order holds and is owed is what was ordered',
  turn: 'Nobody was given goods in the turn of one who still waits for them',
  unpromised: 'No goods lie unpromised while somebody waits for them',
} as const;
