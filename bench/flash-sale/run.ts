import type { Stack } from '../../src/embedded/stack';
import { Buyer } from './buyer';
import { placeHotOrders, type HotReport } from './hot-orders';
import type { FlashMall } from './mall';
import { holdSale, type SaleReport } from './sale';
import { judge, type Verdict } from './verdict';

/** The share of attempts whose payment is declined. */
const DECLINED = 0.3;
/** As long as a declined order keeps its units in these runs. */
export const PAYMENT_WINDOW_SECONDS = 3;

export interface FlashSize {
  readonly buyers: number;
  readonly units: number;
  readonly orders: number;
  readonly atOnce: number;
}

export interface FlashReport {
  readonly sales: readonly SaleReport[];
  readonly hot: HotReport;
  readonly verdict: Verdict;
  readonly putOff: number;
  /** Why it did not hold; empty when it did. */
  readonly broken: readonly string[];
}

/** Holds one sale after the other, then places the hot orders, and judges what is left. */
export async function runFlashSale(
  stack: Stack,
  mall: FlashMall,
  { buyers, units, orders, atOnce }: FlashSize,
  tell: (line: string) => void,
): Promise<FlashReport> {
  const buyer = new Buyer(stack.urls.api, mall.storefrontKey);
  const sales: SaleReport[] = [];
  for (const skuId of mall.saleSkuIds) {
    const sale = await holdSale(buyer, { skuId, buyers, units, atOnce, declined: DECLINED, random: Math.random });
    sales.push(sale);
    tell(
      `${sale.sold.length} of ${units} sold to ${buyers} buyers: ${sale.attempts} attempts in ${sale.waves} waves, ${sale.declined} declined, ${sale.refused} refused for stock, ${sale.seconds.toFixed(1)} s\n`,
    );
  }
  const hot = await placeHotOrders(buyer, mall.hotSkuIds, orders, atOnce, Math.random);
  tell(
    `${hot.placed} of ${orders} orders over ${mall.hotSkuIds.length} hot SKUs placed, ${hot.seconds.toFixed(1)} s\n`,
  );
  const verdict = await judge(stack);
  const broken = [
    ...sales.flatMap(({ sold }, round) =>
      sold.length === units ? [] : [`round ${round + 1} sold ${sold.length} of ${units}`],
    ),
    ...mall.saleSkuIds.flatMap((skuId) =>
      verdict.holders.get(skuId) === units
        ? []
        : [`${verdict.holders.get(skuId) ?? 0} of ${skuId} are held, not ${units}`],
    ),
    ...[...buyer.faults].map(([what, times]) => `${what}, ${times} times`),
    ...hot.failed,
    ...(hot.placed === orders ? [] : [`${hot.placed} of ${orders} hot orders placed`]),
    ...verdict.chargedWithoutStock.map((orderId) => `${orderId} is charged and has no stock`),
    ...verdict.falseAudits,
    ...(verdict.stuck === 0 ? [] : [`${verdict.stuck} orders are stuck`]),
  ];
  return { sales, hot, verdict, putOff: buyer.putOff, broken };
}
