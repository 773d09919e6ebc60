import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import { withOwner } from '../../../src/embedded/postgres/databases';
import { callerFor, granted, intent } from '../../support/people';
import { until } from '../../sandboxes/sandboxes';
import { startSuite } from '../../support/suite';

const suite = startSuite({ faultsIn: ['carrier', 'gateway'] });
const PLATFORM = callerFor('platform');

/** Lists the effects of an order that the sandboxes' own journals hold. */
async function effects(order: OrderResource): Promise<string[]> {
  const ids = [...order.payments, ...order.fulfillments].map(({ id }) => id);
  const own = (key: string) => ids.some((id) => key.startsWith(`${id}:`));
  const seen: string[] = [];
  for await (const entry of suite.world.payments.journal())
    if (own(entry.key)) seen.push(`${entry.kind} ${entry.status}`);
  for await (const entry of suite.world.carriers.journal()) if (own(entry.key)) seen.push(`label ${entry.status}`);
  return seen.sort();
}

test.each([
  ['answers nothing after it executed', 'tok_timeout_once'],
  ['fails after it executed', 'tok_error_after'],
  ['fails before it executes', 'tok_error_once'],
])(
  'a gateway that %s authorizes once',
  async (_what, token) => {
    const order = await suite.people.place({ payment: { method: 'card', token } }, [suite.mall.skus.cup]);
    expect(order.status).toBe('in_fulfillment');
    expect(await effects(order)).toEqual(['authorize authorized']);
  },
  30_000,
);

test('a carrier and a gateway that execute and then time out leave one label and one capture', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'execute_then_timeout', times: 1, operation: 'book' });
  await suite.world.gateway.fault({ mode: 'execute_then_timeout', times: 1, operation: 'capture' });
  await suite.people.pack(id);
  await suite.people.handOver(id);
  await until(async () => (await suite.people.read(id)).payments[0]?.status === 'settled');
  expect(await effects(await suite.people.read(id))).toEqual([
    'authorize authorized',
    'capture succeeded',
    'label booked',
  ]);
}, 40_000);

test('a cancellation finds the label whose booking was never answered, and voids it', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'error_after', times: 3, operation: 'book' });
  await suite.people.completeTasks(id);
  await until(async () => (await effects(await suite.people.read(id))).includes('label booked'));
  const cancelled = granted(
    await suite.world.orders.cancel(suite.people.storefront, intent(), id, { reason: 'customer_request' }),
  ).body;
  expect(cancelled.status).toBe('cancelled');
  expect(await effects(cancelled)).toEqual(['authorize authorized', 'label voided', 'void succeeded']);
}, 40_000);

test('a refused parcel goes to the next carrier; when all refuse, staff see it and can cancel', async () => {
  const address = { country: 'BR', region: 'RS', city: 'Passo Fundo', line1: 'Rua 1', postcode: '99999-999' };
  const { id } = await suite.people.place({ recipient: { name: 'N', phone: '+5511912345678', address } }, [
    suite.mall.skus.cup,
  ]);
  await suite.people.completeTasks(id);
  await suite.people.untilAttention(id, 'carrier_unavailable');
  const cancelled = granted(
    await suite.world.orders.cancel(PLATFORM, intent(), id, { reason: 'operator_decision' }),
  ).body;
  expect(cancelled).toMatchObject({ status: 'cancelled', attention: null });
}, 40_000);

test('a carrier that is down is seen by staff, and the order goes on when it is back', async () => {
  const order = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
  await suite.people.completeTasks(order.id);
  await suite.people.untilAttention(order.id, 'carrier_unavailable');
  await suite.world.carrier.call('DELETE', '/sandbox/faults');
  await suite.people.pack(order.id);
  await until(async () => (await suite.people.read(order.id)).attention === null);
}, 60_000);

test('a step that can never succeed waits for a person, who cancels', async () => {
  const { id } = await suite.people.place({ customer: { reference: 'to-be-erased' } }, [suite.mall.skus.cup]);
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('customer')
      .set({ wrappedKey: null })
      .where('id', 'in', tx.selectFrom('orders').select('customerId').where('id', '=', id))
      .execute(),
  );
  await suite.people.completeTasks(id);
  await suite.people.untilAttention(id, 'needs_operator');
  const cancelled = granted(
    await suite.world.orders.cancel(PLATFORM, intent(), id, { reason: 'operator_decision' }),
  ).body;
  expect(cancelled).toMatchObject({ status: 'cancelled', attention: null });
  expect(await effects(cancelled)).toEqual(['authorize authorized', 'void succeeded']);
}, 30_000);

test('attention that the books could not take when the outage ended is written and forgotten', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  const database = suite.world.database.ownerUrl;
  const sql = (text: string) => withOwner(database, (client) => client.query(text));
  await sql(`create function no_attention() returns trigger language plpgsql as
    $$ begin if new."attentionOwn" is not null then raise exception 'planted'; end if; return new; end $$`);
  await sql(`create trigger no_attention before update on "orders" for each row execute function no_attention()`);
  const waits = async () => (await suite.workflowOf(id).query<{ waitsFor: string[] }>('getProgress')).waitsFor.join();
  try {
    await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
    await suite.people.completeTasks(id);
    await until(async () => (await waits()).includes('markAttention'), 30_000);
    await suite.endFaults();
    await until(async () => (await suite.people.read(id)).fulfillments[0]?.status === 'labelled', 60_000);
  } finally {
    await sql('drop trigger no_attention on "orders"');
    await sql('drop function no_attention');
  }
  await until(async () => !(await waits()).includes('markAttention'), 60_000);
  expect((await suite.people.read(id)).attention).toBeNull();
}, 120_000);
