import type { OrderResource } from '../../../src/contracts/orders/order';
import { isRefusal } from '../../../src/contracts/errors';
import type { OrderStart } from '../../../src/services/orders/order-workflows';
import { cancelOrder } from '../../../workflows/messages';
import { until } from '../../sandboxes/sandboxes';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';

/* A cancellation that was answered takes effect, whatever the order's workflow does meanwhile. */
const suite = startSuite({ policies: { verdictTimeoutSeconds: 1 }, faultsIn: ['gateway', 'carrier'] });
afterEach(() => jest.restoreAllMocks());

const cancel = async (id: string, request = intent()) =>
  granted(await suite.world.orders.cancel(suite.people.storefront, request, id, { reason: 'customer_request' }));

/** Lists what the gateway and the carriers hold of an order, and what the books reserve for it. */
async function leftOf({ id, payments, fulfillments }: OrderResource) {
  const subjects = [...payments, ...fulfillments].map((one) => `${one.id}:`);
  const isOwn = (key: string) => subjects.some((subject) => key.startsWith(subject));
  const outside: string[] = [];
  for await (const { key, kind, status } of suite.world.payments.journal())
    if (isOwn(key)) outside.push(`${kind} ${status}`);
  for await (const { key, status } of suite.world.carriers.journal()) if (isOwn(key)) outside.push(`label ${status}`);
  const reserved = await suite.world.transactions.run(callerFor('system'), (tx) =>
    tx
      .selectFrom('reservation')
      .select('id')
      .where('orderId', '=', id)
      .where('status', 'in', ['held', 'allocated'])
      .execute(),
  );
  return { outside: outside.sort(), reserved: reserved.length };
}

test('a cancellation taken while the gateway is down and no worker runs leaves no money authorized', async () => {
  await suite.world.gateway.fault({ mode: 'down', times: 1_000 });
  const { id } = await suite.people.place();
  await suite.people.untilAttention(id, 'payment_provider_unavailable');
  await suite.world.stopWorkers();
  expect(await cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  await suite.endFaults();
  await suite.world.startWorkers();
  const cancelled = await suite.people.untilStatus(id, 'cancelled');
  const { outside, reserved } = await leftOf(cancelled);
  // The attempt under way may have reached the gateway: then it was voided.
  expect([[], ['authorize authorized', 'void succeeded']]).toContainEqual(outside);
  expect(reserved).toBe(0);
  expect(await suite.people.eventTypes(id)).not.toContain('order.accepted');
}, 60_000);

test('a cancellation taken while the carrier is down voids what was paid, and leaves no label', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
  await suite.people.completeTasks(id);
  await suite.people.untilAttention(id, 'carrier_unavailable');
  await suite.world.stopWorkers();
  expect(await cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  await suite.endFaults();
  await suite.world.startWorkers();
  const { outside, reserved } = await leftOf(await suite.people.untilStatus(id, 'cancelled'));
  expect(outside.filter((effect) => effect !== 'label voided')).toEqual(['authorize authorized', 'void succeeded']);
  expect(reserved).toBe(0);
}, 60_000);

test('an order that is cancelled before its workflow begins is undone by it, and never paid', async () => {
  const begun: OrderStart[] = [];
  jest.spyOn(suite.world.workflows, 'start').mockImplementation((order) => {
    begun.push(order);
    return Promise.resolve('no_answer');
  });
  const { id } = await suite.people.place();
  const request = intent();
  expect(await cancel(id, request)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  await suite.world.workflows.ensureStarted(begun[0] as OrderStart);
  const cancelled = await suite.people.untilStatus(id, 'cancelled');
  expect(await leftOf(cancelled)).toEqual({ outside: [], reserved: 0 });
  expect(await cancel(id, request)).toMatchObject({ body: { status: 'cancelled' } });
}, 60_000);

test('of two cancellations whose steps take turns to fail, both are answered, and the run ends', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.people.untilStatus(id, 'in_fulfillment');
  const run = suite.world.transactions.run.bind(suite.world.transactions);
  let failures = 0;
  let hasBegun = false;
  jest.spyOn(suite.world.transactions, 'run').mockImplementation(async (caller, work) => {
    if (caller.actor === 'support:first' && !hasBegun) {
      failures += 1;
      throw new Error('The database does not answer');
    }
    const result = await run(caller, work);
    hasBegun ||= caller.actor === 'support:second';
    return result;
  });
  const ask = (actor: string) =>
    suite.workflowOf(id).executeUpdate(cancelOrder, { args: [{ reason: 'customer_request', actor }] });
  const first = ask('support:first');
  await until(() => failures >= 4);
  expect([await ask('support:second'), await first]).toEqual([{ outcome: 'cancelled' }, { outcome: 'cancelled' }]);
  await suite.people.untilStatus(id, 'cancelled');
  expect(await suite.workflowOf(id).result()).toBe('cancelled');
}, 30_000);

test('customers who pay again and again while the gateway is down lock nobody else out', async () => {
  const declined = await suite.world.orders.place(
    suite.people.storefront,
    intent(),
    suite.people.cart({ payment: { method: 'card', token: 'tok_declined' } }),
  );
  const id = isRefusal(declined) ? String(declined.extensions?.orderId) : declined.body.id;
  await suite.people.untilStatus(id, 'awaiting_payment');
  await suite.world.gateway.fault({ mode: 'down', times: 1_000 });
  const attempts = Array.from({ length: 12 }, () =>
    suite.world.orders.pay(suite.people.storefront, intent(), id, { method: 'card', token: 'tok_ok' }),
  );
  const refused = (await Promise.all(attempts)).flatMap((answer) => (isRefusal(answer) ? [answer.refused] : []));
  expect(refused).toEqual(Array.from({ length: 7 }, () => 'payments_undecided'));
  await suite.people.untilAttention(id, 'payment_provider_unavailable');
  expect(
    granted(
      await suite.interventions.intervene(callerFor('support'), intent(), id, 'handToPerson', {
        reason: 'customer_request',
      }),
    ),
  ).toMatchObject({ status: 200, body: { outcome: 'done' } });
  expect(await cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  await suite.endFaults();
  const { outside } = await leftOf(await suite.people.untilStatus(id, 'cancelled'));
  expect(outside.filter((effect) => effect === 'authorize authorized')).toHaveLength(
    outside.filter((effect) => effect === 'void succeeded').length,
  );
}, 60_000);
