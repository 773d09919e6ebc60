import type { PriceBreakdown } from '../../contracts/pricing/quote';
import { sumOf } from '../../domain/money';
import { showAmount } from '../show-amount';

/** Formats a price as a receipt: goods, delivery, the discount of each rule, and the rest to pay. */
export function formatReceipt({ lines, rules, total }: PriceBreakdown): string {
  const names = rules.map(({ name, couponCode }) => (couponCode === null ? name : `${name}, coupon ${couponCode}`));
  const width = Math.max(26, ...names.map((name) => name.length + 2));
  const row = (name: string, amount: number) =>
    `  ${name.padEnd(width)}${showAmount(amount, total.currency).padStart(16)}`;
  return [
    row(
      'goods',
      sumOf(lines, ({ list }) => list.amount),
    ),
    row(
      'delivery',
      sumOf(lines, ({ shipping, shippingDiscount }) => shipping.amount + shippingDiscount.amount),
    ),
    ...rules.map(({ amount }, i) => row(names[i] ?? '', -amount.amount)),
    row('to pay', total.amount),
  ].join('\n');
}
