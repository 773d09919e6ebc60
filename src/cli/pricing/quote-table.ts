import type { Money } from '../../contracts/money';
import type { PriceBreakdown } from '../../contracts/pricing/quote';
import { showAmount } from '../show-amount';

const shown = ({ amount, currency }: Money): string => showAmount(amount, currency);

/** Formats rows in columns, those in `right` aligned to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number): string =>
    right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return [head, ...rows].map((row) => `  ${row.map(padded).join('  ')}`.trimEnd());
}

/**
 * Formats a price for people. Shows its lines, the discounts of each rule and who pays them, why other rules did not
 * apply, and the sums.
 */
export function formatBreakdown({
  lines,
  rules,
  notApplied,
  unknownCodes,
  goods,
  shipping,
  discount,
  total,
  tax,
}: PriceBreakdown): string {
  const applied = rules.flatMap(({ name, promotionId, version, kind, couponCode, amount, discounts }) => [
    [
      name,
      `${promotionId} v${version}`,
      couponCode === null ? kind : `${kind}, coupon ${couponCode}`,
      `-${shown(amount)}`,
      '',
      '',
    ],
    ...discounts.map((discounted) => [
      '',
      `  line ${discounted.line + 1}`,
      discounted.on === 'goods' ? 'goods' : 'delivery',
      `-${shown(discounted.amount)}`,
      shown(discounted.paidByMall),
      shown(discounted.paidByMerchant),
    ]),
  ]);
  return [
    'Lines',
    ...table(
      ['', 'SKU', 'units', 'unit price', 'list', 'off', 'goods', 'delivery', 'tax inside'],
      lines.map((line, i) => [
        String(i + 1),
        line.skuId,
        String(line.quantity),
        shown(line.unitPrice),
        shown(line.list),
        `-${shown(line.discount)}`,
        shown(line.goods),
        shown(line.shipping),
        line.tax ? `${shown(line.tax.amount)} (${line.tax.rate / 100} %)` : '?',
      ]),
      [2, 3, 4, 5, 6, 7, 8],
    ),
    '',
    'Rules that applied, in their order',
    ...(applied.length > 0
      ? table(['', 'rule', 'what', 'off', 'mall pays', 'merchant pays'], applied, [3, 4, 5])
      : ['  none']),
    '',
    'Rules that did not',
    ...(notApplied.length > 0
      ? table(
          ['', 'rule', 'code', 'reason'],
          notApplied.map((rule) => [rule.name, `${rule.promotionId} v${rule.version}`, rule.code, rule.reason]),
          [],
        )
      : ['  none']),
    ...(unknownCodes.length > 0 ? ['', `No rule knows the coupon ${unknownCodes.join(', ')}.`] : []),
    '',
    ...table(
      ['goods', 'delivery', 'to pay', 'taken off', 'tax inside'],
      [[goods, shipping, total, discount, tax].map((sum) => (sum ? shown(sum) : '?'))],
      [0, 1, 2, 3, 4],
    ),
    '',
  ].join('\n');
}
