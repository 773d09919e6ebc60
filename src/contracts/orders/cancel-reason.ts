/** Names why somebody cancels an order. */
export const CancelReason = {
  customerRequest: 'customer_request',
  fraudSuspected: 'fraud_suspected',
  merchantRequest: 'merchant_request',
  operatorDecision: 'operator_decision',
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];
