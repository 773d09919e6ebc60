import { bookThenKill } from '../../bench/soak/booked-then-killed';
import type { Kill } from '../../bench/soak/kills';
import { underFire } from '../../bench/soak/under-fire';
import { startFaultyShop, type FaultyShop } from '../support/faults';

const ORDERS = 30;
/** Each part once. The API first: what it was cut off in stays leased for half a minute. */
const KILLS: readonly Kill[] = [
  { part: 'api', point: 'placing' }, { part: 'postgres', point: 'packing' }, { part: 'temporal', point: 'handing_over' }, { part: 'worker', point: 'booking' },
];

let shop: FaultyShop;
beforeAll(async () => { shop = await startFaultyShop(); }, 120_000);
afterAll(() => shop.close(), 60_000);

test(`with ${ORDERS} orders in flight each part is killed once and calls time out: every order ends, every effect is there once`, async () => {
  const report = await underFire(shop, { kills: KILLS, orders: ORDERS, timeouts: 1, run: 'faults' });
  expect(report).toMatchObject({ lost: [], waiting: [], doubled: [], falseAudits: [], ended: report.orders });
  expect(report.orders).toBeGreaterThanOrEqual(ORDERS);
  expect(report.kills.map(({ part, point }) => ({ part, point }))).toEqual(KILLS);
}, 180_000);

test('the worker is killed between bookings at the carrier and their saving: one live label each', async () => {
  const report = await bookThenKill(shop, { bookings: 5, batch: 5, run: 'booked' });
  expect(report).toMatchObject({ cut: 5, kills: 1, ended: 5, lost: [], waiting: [], doubled: [], falseAudits: [] });
}, 120_000);
