import { basisPointsOf, divideHalfUp } from '../money';

/** Names the accounts of the mall's double-entry ledger. Debits are positive, credits negative. */
export const Account = {
  /** Authorized payments, and their counterpart `open` that captures and voids use up. */
  authorized: 'customer.authorized',
  open: 'payment.open',
  captured: 'payment.captured',
  voided: 'payment.voided',
  /** Money that the payment gateway holds for us. */
  clearing: 'gateway.clearing',
  merchantPayable: 'merchant.payable',
  commission: 'mall.commission',
  /** The mall's share of discounts, which it owes to the merchants. */
  promotion: 'mall.promotion',
} as const;
export type Account = (typeof Account)[keyof typeof Account];

export interface Entry {
  readonly account: Account;
  readonly amount: number;
  readonly merchantId: string | null;
}

const entry = (account: Account, amount: number, merchantId: string | null = null): Entry => ({
  account,
  amount,
  merchantId,
});
const nonZero = (entries: Entry[]): Entry[] => entries.filter(({ amount }) => amount !== 0);

/** Returns the ledger entries of a customer's authorization; later captures and voids close it. */
export const authorizationEntries = (amount: number): Entry[] =>
  nonZero([entry(Account.open, amount), entry(Account.authorized, -amount)]);

/** Returns the ledger entries of an authorization's void. */
export const voidEntries = (amount: number): Entry[] =>
  nonZero([entry(Account.voided, amount), entry(Account.open, -amount)]);

/**
 * Returns the ledger entries that capture one merchant's fulfillment: the merchant's share and the mall's commission.
 * The mall's share of the discounts (`platformAmount`) counts as if the customer had paid it.
 */
export function captureEntries(amount: number, merchantId: string, commissionBp: number, platformAmount = 0): Entry[] {
  const earned = amount + platformAmount;
  const commission = basisPointsOf(earned, commissionBp);
  return nonZero([
    entry(Account.captured, amount),
    entry(Account.open, -amount),
    entry(Account.clearing, amount),
    entry(Account.promotion, platformAmount),
    entry(Account.merchantPayable, -(earned - commission), merchantId),
    entry(Account.commission, -commission),
  ]);
}

/**
 * Returns the ledger entries that refund `back` out of `captured` for one merchant's fulfillment. The merchant's share,
 * the commission that was booked with the capture, and the mall's share of the discounts are taken back in proportion;
 * a full refund leaves nothing.
 */
export function refundEntries(
  back: Earned,
  merchantId: string,
  captured: Earned & { readonly commission: number },
): Entry[] {
  const earned = back.amount + back.platformAmount;
  const whole = captured.amount + captured.platformAmount;
  const commission = whole === 0 ? 0 : divideHalfUp(captured.commission, earned, whole);
  return nonZero([
    entry(Account.merchantPayable, earned - commission, merchantId),
    entry(Account.commission, commission),
    entry(Account.promotion, -back.platformAmount),
    entry(Account.clearing, -back.amount),
  ]);
}

/** Describes a merchant's earnings from a fulfillment before commission. */
export interface Earned {
  /** The customer's payment. */
  readonly amount: number;
  /** The mall's share of the discounts. */
  readonly platformAmount: number;
}
