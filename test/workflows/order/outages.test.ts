import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import { seedMall, type TestMall } from '../../support/mall';
import { People, callerFor, granted, intent } from '../../support/people';
import { startWorld, type World } from '../../support/world';
import { until } from '../../sandboxes/sandboxes';

let world: World;
let mall: TestMall;
let people: People;
const PLATFORM = callerFor('platform');

beforeAll(async () => {
  world = await startWorld();
  mall = await seedMall(world.transactions);
  people = new People(world, mall);
}, 60_000);
afterAll(() => world.close());
afterEach(async () => {
  await world.carrier.call('DELETE', '/sandbox/faults');
  await world.gateway.call('DELETE', '/sandbox/faults');
});

/** Lists what the sandboxes' own journals hold of an order's effects, by kind. */
async function effects(order: OrderResource): Promise<string[]> {
  const own = (key: string) => key.startsWith(order.id) || order.fulfillments.some((part) => key.startsWith(part.id));
  const seen: string[] = [];
  for await (const entry of world.payments.journal()) if (own(entry.key)) seen.push(`${entry.kind} ${entry.status}`);
  for await (const entry of world.carriers.journal()) if (own(entry.key)) seen.push(`label ${entry.status}`);
  return seen.sort();
}

/** Completes every open task of an order without waiting for the label. */
async function work(orderId: string): Promise<void> {
  for (const kind of ['pick', 'recheck', 'pack'] as const) {
    const { items } = granted(await world.tasks.list(PLATFORM, { status: 'open', kind, orderId, limit: 10 }));
    for (const task of items) granted(await world.tasks.complete(PLATFORM, intent(), task.id, {}));
  }
}

/** Waits until staff are asked to look for a reason. */
const attentionOf = (orderId: string, reason: string): Promise<void> =>
  until(async () => (await people.read(orderId)).attention === reason, 30_000);

test.each([
  ['answers nothing after it executed', 'tok_timeout_once'],
  ['fails after it executed', 'tok_error_after'],
  ['fails before it executes', 'tok_error_once'],
])(
  'a gateway that %s authorizes once',
  async (_what, token) => {
    const order = await people.place({ payment: { method: 'card', token } }, [mall.skus.cup]);
    expect(order.status).toBe('in_fulfillment');
    expect(await effects(order)).toEqual(['authorize authorized']);
  },
  30_000,
);

test('a carrier and a gateway that execute and then time out leave one label and one capture', async () => {
  const { id } = await people.place({}, [mall.skus.cup]);
  await world.carrier.fault({ mode: 'execute_then_timeout', times: 1, operation: 'book' });
  await world.gateway.fault({ mode: 'execute_then_timeout', times: 1, operation: 'capture' });
  await people.pack(id);
  await people.handOver(id);
  await until(async () => (await people.read(id)).payments[0]?.status === 'settled');
  expect(await effects(await people.read(id))).toEqual(['authorize authorized', 'capture succeeded', 'label booked']);
}, 40_000);

test('a cancellation finds the label whose booking was never answered, and voids it', async () => {
  const { id } = await people.place({}, [mall.skus.cup]);
  await world.carrier.fault({ mode: 'error_after', times: 3, operation: 'book' });
  await work(id);
  const cancelled = granted(
    await world.orders.cancel(people.storefront, intent(), id, { reason: 'customer_request' }),
  ).body;
  expect(cancelled.status).toBe('cancelled');
  expect(await effects(cancelled)).toEqual(['authorize authorized', 'label voided', 'void succeeded']);
}, 40_000);

test('a carrier that refuses the parcel is followed by the next; when all refuse, staff see it and can cancel', async () => {
  const address = { country: 'BR', region: 'RS', city: 'Passo Fundo', line1: 'Rua 1', postcode: '99999-999' };
  const { id } = await people.place({ recipient: { name: 'N', phone: '+5511912345678', address } }, [mall.skus.cup]);
  await work(id);
  await attentionOf(id, 'carrier_unavailable');
  const cancelled = granted(await world.orders.cancel(PLATFORM, intent(), id, { reason: 'operator_decision' })).body;
  expect(cancelled).toMatchObject({ status: 'cancelled', attention: null });
}, 40_000);

test('a carrier that is down is seen by staff, and the order goes on when it is back', async () => {
  const order = await people.place({}, [mall.skus.cup]);
  await world.carrier.fault({ mode: 'down', times: 1_000 });
  await work(order.id);
  await attentionOf(order.id, 'carrier_unavailable');
  await world.carrier.call('DELETE', '/sandbox/faults');
  await people.pack(order.id);
  await until(async () => (await people.read(order.id)).attention === null);
}, 60_000);

test('a step that can never succeed waits for a person, who cancels', async () => {
  const { id } = await people.place({ customer: { reference: 'to-be-erased' } }, [mall.skus.cup]);
  await world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('customer')
      .set({ wrappedKey: null })
      .where('id', 'in', tx.selectFrom('orders').select('customerId').where('id', '=', id))
      .execute(),
  );
  await work(id);
  await attentionOf(id, 'needs_operator');
  const cancelled = granted(await world.orders.cancel(PLATFORM, intent(), id, { reason: 'operator_decision' })).body;
  expect(cancelled).toMatchObject({ status: 'cancelled', attention: null });
  expect(await effects(cancelled)).toEqual(['authorize authorized', 'void succeeded']);
}, 30_000);
