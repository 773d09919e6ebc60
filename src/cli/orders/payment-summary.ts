import type { OrderResource } from '../../contracts/orders/order';
import { sumOf } from '../../domain/money';
import { showAmount } from '../show-amount';

/** Sums up the payments of an ended order, in minor units. */
export interface PaymentSummary {
  readonly currency: string;
  readonly authorized: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
  /** The value of the fulfillments that left the warehouse. */
  readonly shipped: number;
  /** The value of the fulfillments that came back. */
  readonly returned: number;
  /** Why the sums do not balance; empty when they do. */
  readonly faults: readonly string[];
}

/**
 * Adds up an ended order's payments and compares them with its fulfillments. They agree when nothing is open, what was
 * shipped is charged, and what came back is refunded.
 */
export function summarizePayments({ payments, fulfillments, total }: OrderResource): PaymentSummary {
  const paid = (of: 'authorized' | 'captured' | 'voided' | 'refunded') =>
    sumOf(payments, (payment) => payment[of].amount);
  const valueOf = (statuses: readonly string[]) =>
    sumOf(
      fulfillments.filter(({ status }) => statuses.includes(status)),
      (fulfillment) => fulfillment.total.amount,
    );
  const sums = {
    currency: total.currency,
    authorized: paid('authorized'),
    captured: paid('captured'),
    voided: paid('voided'),
    refunded: paid('refunded'),
    shipped: valueOf(['handed_over', 'delivered', 'returning', 'returned']),
    returned: valueOf(['returned']),
  };
  const rules: readonly [boolean, string][] = [
    [sums.authorized === sums.captured + sums.voided, 'authorized is not captured + voided'],
    [sums.captured === sums.shipped, 'captured is not what was shipped'],
    [sums.refunded === sums.returned, 'refunded is not what came back'],
  ];
  return { ...sums, faults: rules.flatMap(([holds, fault]) => (holds ? [] : [fault])) };
}

/** Formats a payment summary as a small table. */
export function formatPaymentSummary(summary: PaymentSummary): string {
  const row = (name: string, amount: number) =>
    `  ${name.padEnd(26)}${showAmount(amount, summary.currency).padStart(16)}`;
  const { authorized, captured, voided, refunded, shipped, returned, faults } = summary;
  return [
    row('authorized', authorized),
    row('= captured', captured),
    row('+ voided', voided),
    row('value shipped', shipped),
    row('refunded', refunded),
    row('value returned', returned),
    faults.length === 0 ? '  The books balance.' : `  The books do not balance: ${faults.join('; ')}.`,
  ].join('\n');
}
