/** Matches an actor of the audit trail: `role:id`, where the id is one of ours, never a person's name. */
export const ACTOR = /^[a-z_]+:[\w.@:-]{1,120}$/;

export const CARRIER_CODE = /^[\w-]{1,40}$/;

/**
 * Names why staff intervene. These are codes, because the order's timeline and its Event History keep them for ever.
 */
export const InterventionReason = {
  providerDown: 'provider_down',
  providerBack: 'provider_back',
  providerRefuses: 'provider_refuses',
  causeRemoved: 'cause_removed',
  customerRequest: 'customer_request',
  merchantRequest: 'merchant_request',
  overdue: 'overdue',
  operatorDecision: 'operator_decision',
  /** A carrier reported what cannot be. */
  carrierContradicts: 'carrier_contradicts',
} as const;
export type InterventionReason = (typeof InterventionReason)[keyof typeof InterventionReason];

/** Names what the person who takes over an order should look into. */
export const AttendNote = {
  askCustomer: 'ask_customer',
  askMerchant: 'ask_merchant',
  askProvider: 'ask_provider',
  checkParcel: 'check_parcel',
  checkPayment: 'check_payment',
  mendData: 'mend_data',
} as const;
export type AttendNote = (typeof AttendNote)[keyof typeof AttendNote];

/** Names the interventions in an order that is stuck. The names of Updates. */
export const InterventionVerb = {
  retryNow: 'retryNow',
  chooseCarrier: 'chooseCarrier',
  cancelOrder: 'cancelOrder',
  handToPerson: 'handToPerson',
} as const;
export type InterventionVerb = (typeof InterventionVerb)[keyof typeof InterventionVerb];
