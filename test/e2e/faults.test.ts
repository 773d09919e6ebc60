import { bookThenKill } from '../../bench/soak/booked-then-killed';
import type { Cut } from '../../bench/soak/cuts';
import type { Kill } from '../../bench/soak/kills';
import { restartAll } from '../../bench/soak/restarts';
import { printRecovery } from '../../bench/soak/print-soak';
import { underFire } from '../../bench/soak/under-fire';
import { startFaultyShop, type FaultyShop } from '../support/faults';

/** So many that a fault meets every step of some; the soak of docs/faults.md has 200. */
const ORDERS = 60;
/** In each round a part is killed and, at another point of orders' lives, a link of another part is cut. */
const ROUNDS: readonly { readonly kill: Kill; readonly cut: Cut }[] = [
  { kill: { part: 'api', point: 'placing' }, cut: { link: 'worker-gateway', way: 'reset', point: 'authorizing' } },
  { kill: { part: 'worker', point: 'authorizing' }, cut: { link: 'api-postgres', way: 'silent', point: 'placing' } },
  { kill: { part: 'postgres', point: 'picking' }, cut: { link: 'worker-carrier', way: 'silent', point: 'booking' } },
  { kill: { part: 'temporal', point: 'packing' }, cut: { link: 'worker-postgres', way: 'reset', point: 'picking' } },
  { kill: { part: 'worker', point: 'booking' }, cut: { link: 'api-temporal', way: 'reset', point: 'placing' } },
  { kill: { part: 'api', point: 'handing_over' }, cut: { link: 'worker-temporal', way: 'slow', point: 'packing' } },
  {
    kill: { part: 'postgres', point: 'capturing' },
    cut: { link: 'worker-gateway', way: 'silent', point: 'capturing' },
  },
  { kill: { part: 'temporal', point: 'scanning' }, cut: { link: 'api-postgres', way: 'reset', point: 'scanning' } },
  { kill: { part: 'worker', point: 'cancelling' }, cut: { link: 'api-temporal', way: 'slow', point: 'cancelling' } },
  {
    kill: { part: 'api', point: 'voiding_label' },
    cut: { link: 'worker-postgres', way: 'silent', point: 'handing_over' },
  },
  {
    kill: { part: 'temporal', point: 'voiding_payment' },
    cut: { link: 'worker-carrier', way: 'reset', point: 'voiding_label' },
  },
  {
    kill: { part: 'postgres', point: 'refunding' },
    cut: { link: 'worker-temporal', way: 'reset', point: 'refunding' },
  },
];

let shop: FaultyShop;
beforeAll(async () => {
  shop = await startFaultyShop();
}, 400_000);
afterAll(() => shop.close(), 60_000);

test(`${ORDERS} orders, ${ROUNDS.length} kills and cuts: all end, effects happen once, histories replay`, async () => {
  const report = await underFire(shop, {
    kills: ROUNDS.map(({ kill }) => kill),
    cuts: ROUNDS.map(({ cut }) => cut),
    orders: ORDERS,
    timeouts: 1,
    run: 'faults',
  });
  process.stdout.write(`${report.orders} orders in ${Math.round(report.seconds)} s\n${printRecovery(report)}`);
  expect(report).toMatchObject({
    lost: [],
    waiting: [],
    doubled: [],
    falseAudits: [],
    unreplayable: [],
    ended: report.orders,
  });
  expect(report.replayed).toBeGreaterThanOrEqual(ORDERS);
  expect(report.inFlight).toBeGreaterThanOrEqual(ORDERS - 1);
  expect(report.kills).toMatchObject(ROUNDS.map(({ kill }) => kill));
  expect(report.cuts).toMatchObject(ROUNDS.map(({ cut }) => cut));
}, 1_800_000);

test('API and worker restart under load: no accepted request is dropped, every order ends', async () => {
  const report = await restartAll(shop, { restarts: 2, measured: 40, run: 'restarts' });
  expect(report).toMatchObject({
    lost: [],
    waiting: [],
    doubled: [],
    falseAudits: [],
    unreplayable: [],
    ended: report.orders,
    requests: { dropped: [] },
  });
  expect(report.restarts).toMatchObject([{ part: 'api' }, { part: 'worker' }]);
  expect(report.requests.answered).toBeGreaterThan(report.orders);
}, 400_000);

test('the worker is killed between bookings at the carrier and their saving: one live label each', async () => {
  const report = await bookThenKill(shop, { bookings: 5, batch: 5, run: 'booked' });
  expect(report).toMatchObject({
    cut: 5,
    kills: 1,
    ended: 5,
    lost: [],
    waiting: [],
    doubled: [],
    falseAudits: [],
    unreplayable: [],
  });
}, 400_000);
