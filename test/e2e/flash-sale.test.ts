import { seedFlashMall, type FlashMall } from '../../bench/flash-sale/mall';
import { runFlashSale } from '../../bench/flash-sale/run';
import { withoutReplacements } from '../../src/embedded/parts';
import { startTestStack, type TestStack } from '../support/stack';

const SIZE = { buyers: 60, units: 10, orders: 40, atOnce: 20 };
const made: FlashMall[] = [];
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({
    env: { ...withoutReplacements(process.env), PAYMENT_WINDOW_SECONDS: '1', RATE_LIMIT_PER_SECOND: '1000000' },
    seed: async (databaseUrl) => {
      made.push(await seedFlashMall(databaseUrl, { rounds: 1, units: SIZE.units, hot: 8 }));
    },
  });
}, 120_000);
afterAll(() => stack.destroy(), 60_000);

test('a flash sale sells exactly its stock, charges nobody without stock, and leaves nothing stuck', async () => {
  const report = await runFlashSale(stack, made[0] as FlashMall, SIZE, () => undefined);
  expect(report.broken).toEqual([]);
  expect(report.sales[0]?.sold).toHaveLength(SIZE.units);
  expect(report.sales[0]?.refused).toBeGreaterThanOrEqual(SIZE.atOnce);
  expect(report.hot.placed).toBe(SIZE.orders);
  expect(report.verdict.audits).toBeGreaterThan(40);
}, 180_000);
