import { each, type Buyer } from './buyer';

const LINES = { least: 2, most: 5 } as const;

/** Reports the orders of several hot SKUs. */
export interface HotReport {
  readonly placed: number;
  readonly failed: readonly string[];
  readonly seconds: number;
}

/** Places orders of two to five hot SKUs, with their lines in random order: locks in that order would deadlock. */
export async function placeHotOrders(
  buyer: Buyer,
  skuIds: readonly string[],
  orders: number,
  atOnce: number,
  random: () => number,
): Promise<HotReport> {
  const began = Date.now();
  const failed: string[] = [];
  let placed = 0;
  await each(Array.from({ length: orders }), atOnce, async () => {
    const shuffled = [...skuIds].map((skuId) => ({ skuId, at: random() })).sort((a, b) => a.at - b.at);
    const lines = shuffled
      .slice(0, LINES.least + Math.floor(random() * (LINES.most - LINES.least + 1)))
      .map(({ skuId }) => ({ skuId, quantity: 1 }));
    const { orderId, outcome } = await buyer.buy({ lines, token: 'tok_ok' });
    if (outcome === 'bought') placed += 1;
    else failed.push(`${orderId ?? 'no order'}: ${outcome}`);
  });
  return { placed, failed, seconds: (Date.now() - began) / 1000 };
}
