import type { OrderResource } from '../../contracts/orders/order';
import { sumOf } from '../../domain/money';
import { showAmount } from '../show-amount';

/** What became of an order's money, in minor units. */
export interface PaymentSummary {
  readonly currency: string;
  readonly authorized: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
  /** What the parts that left the warehouse are worth. */
  readonly shipped: number;
  /** What the parts that came back are worth. */
  readonly returned: number;
  /** Why it does not add up; empty when it does. */
  readonly faults: readonly string[];
}

/**
 * Adds up an ended order's payments and holds them against its parts: nothing open, charged what was shipped, refunded
 * what came back.
 */
export function summarizePayments({ payments, fulfillments, total }: OrderResource): PaymentSummary {
  const paid = (of: 'authorized' | 'captured' | 'voided' | 'refunded') =>
    sumOf(payments, (payment) => payment[of].amount);
  const worth = (statuses: readonly string[]) =>
    sumOf(
      fulfillments.filter(({ status }) => statuses.includes(status)),
      (part) => part.total.amount,
    );
  const sums = {
    currency: total.currency,
    authorized: paid('authorized'),
    captured: paid('captured'),
    voided: paid('voided'),
    refunded: paid('refunded'),
    shipped: worth(['handed_over', 'delivered', 'returning', 'returned']),
    returned: worth(['returned']),
  };
  const rules: readonly [boolean, string][] = [
    [sums.authorized === sums.captured + sums.voided, 'authorized is not captured + voided'],
    [sums.captured === sums.shipped, 'captured is not what was shipped'],
    [sums.refunded === sums.returned, 'refunded is not what came back'],
  ];
  return { ...sums, faults: rules.flatMap(([holds, fault]) => (holds ? [] : [fault])) };
}

/** Writes a settlement as a small table. */
export function printPaymentSummary(settlement: PaymentSummary): string {
  const row = (name: string, amount: number) =>
    `  ${name.padEnd(26)}${showAmount(amount, settlement.currency).padStart(16)}`;
  const { authorized, captured, voided, refunded, shipped, returned, faults } = settlement;
  return [
    row('authorized', authorized),
    row('= captured', captured),
    row('+ voided', voided),
    row('worth of parts shipped', shipped),
    row('refunded', refunded),
    row('worth of parts returned', returned),
    faults.length === 0 ? '  The books balance.' : `  The books do not balance: ${faults.join('; ')}.`,
  ].join('\n');
}
