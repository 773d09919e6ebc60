import type { Stack } from '../../src/embedded/stack';
import { replayStack } from '../replay/replay-stack';
import { Buyer } from './buyer';
import { placeHotOrders, type HotReport } from './hot-orders';
import type { FlashMall } from './mall';
import { holdSale, type SaleReport } from './sale';
import { checkBooks, type Verdict } from './verdict';

/** Is the share of attempts whose payment is declined. */
const DECLINED = 0.3;
/** Limits how long an order with a declined payment keeps its units in these runs. */
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
  /** The reasons of the failure; empty when the run passed. */
  readonly broken: readonly string[];
}

/** Runs one sale after the other, then places the hot orders, and checks the books and the gateway. */
export async function runFlashSale(
  stack: Stack,
  mall: FlashMall,
  { buyers, units, orders, atOnce }: FlashSize,
  print: (line: string) => void,
): Promise<FlashReport> {
  const buyer = new Buyer(stack.urls.api, mall.storefrontKey);
  const sales: SaleReport[] = [];
  for (const skuId of mall.saleSkuIds) {
    const sale = await holdSale(buyer, { skuId, buyers, units, atOnce, declined: DECLINED, random: Math.random });
    sales.push(sale);
    print(
      `${sale.sold.length} of ${units} units sold to ${buyers} buyers: ` +
        `${sale.attempts} attempts in ${sale.waves} waves, ${sale.declined} payments declined, ` +
        `${sale.refused} refusals for stock, ${sale.seconds.toFixed(1)} s\n`,
    );
  }
  const hot = await placeHotOrders(buyer, mall.hotSkuIds, orders, atOnce, Math.random);
  print(
    `${hot.placed} of ${orders} orders over ${mall.hotSkuIds.length} hot SKUs placed, ${hot.seconds.toFixed(1)} s\n`,
  );
  const verdict = await checkBooks(stack);
  const { replayed, unreplayable } = await replayStack(stack);
  print(`${replayed} histories replayed, ${unreplayable.length} broken\n`);
  const broken = [
    ...unreplayable,
    ...sales.flatMap(({ sold }, round) =>
      sold.length === units ? [] : [`round ${round + 1} sold ${sold.length} of ${units}`],
    ),
    ...mall.saleSkuIds.flatMap((skuId) =>
      verdict.holders.get(skuId) === units
        ? []
        : [`${verdict.holders.get(skuId) ?? 0} units of ${skuId} are reserved, not ${units}`],
    ),
    ...[...buyer.faults].map(([fault, times]) => `${fault}, ${times} times`),
    ...hot.failed,
    ...(hot.placed === orders ? [] : [`${hot.placed} of ${orders} hot orders placed`]),
    ...verdict.chargedWithoutStock.map((orderId) => `${orderId} is charged and has no stock`),
    ...verdict.falseAudits,
    ...(verdict.stuck === 0 ? [] : [`${verdict.stuck} orders are stuck`]),
  ];
  return { sales, hot, verdict, putOff: buyer.putOff, broken };
}
