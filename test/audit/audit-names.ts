/** Names the audits of our own books, which `audit.test.ts` turns false. */
export const BOOK_AUDITS = {
  reserved: 'The reserved units of each SKU equal the sum of its live reservations',
  allocated: 'The allocated units of each lot equal the sum of its live allocations',
  boundToLots: 'Every reservation that reached a parcel is bound to lots for all its units',
  onHand: 'The units on hand of each SKU equal the sum of its lots',
  lotMovements: 'The units on hand of each lot equal the units that came in less those that went out',
  parcelMovements: 'The units that left, and came back, with each parcel equal the units reserved for it',
  endedHoldsNothing: 'No ended order has reserved stock',
  lines: 'The lines of each order add up to its total',
  reservations: 'The reservations of each order carry its whole total',
  fulfillments: 'The fulfillments of each order add up to its total',
  fulfillmentValue: 'The amount of each fulfillment equals the sum of its reservations',
  cancelledFulfillments: 'Every fulfillment of a cancelled order is cancelled',
  noTasks: 'No fulfillment of an ended or cancelled order has an open task',
  paymentTotal: "Every payment is of its order's total, in its currency",
  paymentStatus: 'The status of every payment fits its amounts',
  moneyBalances:
    'Authorized = captured + voided + open for the payments of each order, by the payments as by the ledger',
  shares: "Captured = merchants' shares + commission + refunded, less what the mall paid of discounts, for each order",
  discounts: 'The discounts of each line, and who pays for them, are those that its promotions gave',
  explainedTotal: "Each order's total is the one that its price explains",
  explainedTax: "The tax of each line is the one that its order's price explains last",
  mallShare: "The mall's share of each order's discounts is in its reservations and fulfillments",
  promotionUses: 'The counted uses of each promotion equal those of live orders, and are within its limit',
  freedCoupons: 'No rejected or cancelled order keeps a coupon use reserved, and every other order keeps its uses',
  customerUses: 'The counted uses of each customer equal those of its orders',
  nothingOpen: 'No payment of an ended order has an open amount',
  paidInFull: 'Every order that went to the warehouses is paid for in full',
  capturedAndRefunded: 'In ended orders, delivered goods are captured and returned goods refunded',
  ledgerBalances: 'Every ledger transaction balances in each currency',
  ledgerBooked: 'Every effect on money is booked in the ledger, once, and nothing else is',
  ledgerAmount: "Every ledger transaction moves the amount of its effect, in the order's currency",
  noEventMissing: 'No event is missing from a timeline',
  hashChain: 'The hash chain of every timeline is intact',
  lastEvent: 'The last event of every timeline agrees with the status of its order',
  effectsAnswered: 'No outside effect is unanswered five minutes after its answer was due',
  signalsSent: 'No signal waits to be sent for more than five minutes',
  workflowAgrees: 'Every order and its workflow have the same status',
} as const;

/** Names the audits of gateway, carrier and Temporal, which `outside-audits.test.ts` turns false. */
export const OUTSIDE_AUDITS = {
  atGateway: 'Every effect on money in our books is at the gateway, once, for the same amount',
  ofGateway: 'Every effect on money at the gateway is in our books',
  gatewayAgrees: 'The gateway and our books agree on the outcome of every effect on money',
  bookingHasShipment: 'Every booking in our books has its shipment, and every shipment its booking',
  labelledHasShipment: 'Every fulfillment that is labelled, or further, has its shipment',
  noLiveLabel: 'No cancelled fulfillment has a live label',
  atCarrier: 'Every shipment in our books is at its carrier, once',
  carrierAgrees: 'Every label is live at the carrier, or voided, as in our books',
  ofCarrier: 'Every booking at the carrier is in our books',
  running: 'Every open order has its workflow running',
  endedNotRunning: 'No workflow of an order that has ended is running',
  knownOrder: 'Every running workflow of an order is of an order in our books',
} as const;

/** Names the audits of sourcing and replenishment, which `inventory/stock-audits.test.ts` turns false. */
export const STOCK_AUDITS = {
  decided: 'The units reserved for each order equal those that its sourcing decided',
  safety: 'No sourcing promised any of the safety stock',
  keeps: 'Every lot bound to an order keeps long enough',
  available: 'Stock reserved for orders without lots exists and keeps long enough',
  bookedIn: 'The units received for each replenishment were booked in',
  complete: 'Every received replenishment has the units that were confirmed, or requested',
  answered: "Each replenishment expects what its supplier's last answer says",
  atSupplier: 'Every purchase order in our books is at its supplier, once, for the same quantity',
  ofSupplier: 'Every purchase order at a supplier is in our books',
  agrees: "The suppliers' confirmed quantities equal those in our books",
  running: 'Every open replenishment has its workflow running',
} as const;

/** Names the audits of backorders, which `inventory/backorder-audits.test.ts` turns false. */
export const BACKORDER_AUDITS = {
  owed: 'The backordered units of each SKU equal what open orders wait for',
  whole: "Each waiting order's reserved and backordered units equal its ordered units",
  turn: 'Backorders are filled in the order of promise',
  unpromised: 'No stock is free while a backorder waits for it',
} as const;
