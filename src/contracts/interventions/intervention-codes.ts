/** Who acts, for the audit trail: `role:id`. An id of ours, never a name. */
export const ACTOR = /^[a-z_]+:[\w.@:-]{1,120}$/;

export const CARRIER_CODE = /^[\w-]{1,40}$/;

/**
 * Why somebody of the mall steps in. Codes, as they are kept for good in the order's timeline and its Event History.
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
} as const;
export type InterventionReason = (typeof InterventionReason)[keyof typeof InterventionReason];

/** What the person that an order is handed to should mind. */
export const AttendNote = {
  askCustomer: 'ask_customer',
  askMerchant: 'ask_merchant',
  askProvider: 'ask_provider',
  checkParcel: 'check_parcel',
  checkPayment: 'check_payment',
  mendData: 'mend_data',
} as const;
export type AttendNote = (typeof AttendNote)[keyof typeof AttendNote];

/** The verbs by which staff move an order that is stuck: names of Updates. */
export const InterventionVerb = {
  retryNow: 'retryNow',
  chooseCarrier: 'chooseCarrier',
  cancelOrder: 'cancelOrder',
  handToPerson: 'handToPerson',
} as const;
export type InterventionVerb = (typeof InterventionVerb)[keyof typeof InterventionVerb];
