import { basisPoints, halfUp } from '../money';

/** The accounts of the mall's double-entry ledger. Debits are positive, credits negative. */
export const Account = {
  /** What customers promised to pay, and the promise's counterpart that captures and voids use up. */
  authorized: 'customer.authorized',
  open: 'payment.open',
  captured: 'payment.captured',
  voided: 'payment.voided',
  /** Money that the gateway collected for us. */
  clearing: 'gateway.clearing',
  merchantPayable: 'merchant.payable',
  commission: 'mall.commission',
  /** What the mall pays of discounts, so that merchants get their share of the price before them. */
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

/** A customer's promise: opens what later captures and voids close. */
export const authorizationEntries = (amount: number): Entry[] =>
  nonZero([entry(Account.open, amount), entry(Account.authorized, -amount)]);

/** A promise given back. */
export const voidEntries = (amount: number): Entry[] =>
  nonZero([entry(Account.voided, amount), entry(Account.open, -amount)]);

/**
 * Money collected for one merchant's part: the merchant's share and the mall's commission. What the mall pays of the
 * part's discounts is the merchant's too: both are shared as if the customer had paid it.
 */
export function captureEntries(amount: number, merchantId: string, commissionBp: number, platformAmount = 0): Entry[] {
  const earned = amount + platformAmount;
  const commission = basisPoints(earned, commissionBp);
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
 * Money given back of one merchant's part, `back` of what was captured of it: the merchant's share, the commission that
 * was booked then, whatever it is today, and what the mall paid of its discounts are taken back in proportion; all at
 * once leaves nothing.
 */
export function refundEntries(
  back: Earned,
  merchantId: string,
  captured: Earned & { readonly commission: number },
): Entry[] {
  const [earned, whole] = [back.amount + back.platformAmount, captured.amount + captured.platformAmount];
  const commission = whole === 0 ? 0 : halfUp(captured.commission, earned, whole);
  return nonZero([
    entry(Account.merchantPayable, earned - commission, merchantId),
    entry(Account.commission, commission),
    entry(Account.promotion, -back.platformAmount),
    entry(Account.clearing, -back.amount),
  ]);
}

/**
 * What a merchant is owed for a part before commission: what the customer paid, and what the mall paid of its
 * discounts.
 */
export interface Earned {
  readonly amount: number;
  readonly platformAmount: number;
}
