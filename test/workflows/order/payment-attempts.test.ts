import type { IdempotentRequest } from '../../../src/services/idempotent-request';
import { isRefusal } from '../../../src/contracts/errors';
import { until } from '../../sandboxes/sandboxes';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';

const suite = startSuite({ policies: { verdictTimeoutSeconds: 1 }, faultsIn: ['gateway'] });

/** Places an order whose first attempt is declined. */
async function declinedOrder(): Promise<string> {
  const declined = await suite.world.orders.place(
    suite.people.storefront,
    intent(),
    suite.people.cart({ payment: { method: 'card', token: 'tok_declined' } }),
  );
  if (isRefusal(declined) && declined.refused === 'payment_declined') return String(declined.extensions?.orderId);
  const { id } = granted(declined).body;
  await until(async () => (await suite.people.read(id)).payments[0]?.status === 'declined');
  return id;
}

/** Counts the attempts that an order's workflow has accepted. */
async function takenBy(orderId: string): Promise<number> {
  const { events } = await suite.workflowOf(orderId).fetchHistory();
  return (events ?? []).filter(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === 'payAgain',
  ).length;
}

const pay = (orderId: string, token: string, key: IdempotentRequest) =>
  suite.world.orders.pay(suite.people.storefront, key, orderId, { method: 'card', token });

/** Requests attempts, one after another, while the gateway is down: the order accepts each, and none is answered. */
async function requestWhileDown(orderId: string, tokens: readonly string[]): Promise<IdempotentRequest[]> {
  await suite.world.gateway.fault({ mode: 'down', times: 1_000 });
  const keys = tokens.map(() => intent());
  for (const [n, token] of tokens.entries()) {
    expect(granted(await pay(orderId, token, keys[n] as IdempotentRequest))).toMatchObject({ status: 202 });
    await until(async () => (await takenBy(orderId)) === n + 1);
  }
  await suite.endFaults();
  return keys;
}

/** Lists an order's attempts at the gateway: number and status. */
async function atGateway(orderId: string): Promise<string[]> {
  const keys = (await suite.people.read(orderId)).payments.map(({ id }) => `${id}:authorize:1`);
  const seen: string[] = [];
  for await (const { key, status } of suite.world.payments.journal())
    if (keys.includes(key)) seen.push(`${keys.indexOf(key) + 1} ${status}`);
  return seen.sort();
}

const eventsOf = async (orderId: string): Promise<string[]> =>
  granted(await suite.world.orders.timeline(callerFor('support'), orderId, 0, 500))
    .items.map(({ type }) => type)
    .filter((type) => type.startsWith('payment.'));

test('attempts requested during another are tried in order until one is authorized', async () => {
  const id = await declinedOrder();
  const keys = await requestWhileDown(id, ['tok_declined', 'tok_insufficient_funds', 'tok_ok', 'tok_ok']);
  const { payments } = await suite.people.untilStatus(id, 'in_fulfillment');
  expect(payments.map(({ status }) => status)).toEqual([
    'abandoned',
    'abandoned',
    'abandoned',
    'authorized',
    'abandoned',
  ]);
  expect(await atGateway(id)).toEqual(['1 declined', '2 declined', '3 declined', '4 authorized']);
  expect(await eventsOf(id)).toEqual([
    'payment.declined',
    'payment.declined',
    'payment.declined',
    'payment.authorized',
  ]);
  // Every request that was not answered in time has its answer now, and keeps it.
  for (const [n, token] of ['tok_declined', 'tok_insufficient_funds', 'tok_ok', 'tok_ok'].entries()) {
    expect(granted(await pay(id, token, keys[n] as IdempotentRequest))).toMatchObject({
      status: 201,
      replayed: false,
      body: { status: 'in_fulfillment' },
    });
    expect(granted(await pay(id, token, keys[n] as IdempotentRequest))).toMatchObject({ status: 201, replayed: true });
  }
}, 60_000);

test('an attempt that waits for its customer is abandoned before the next, and each gets its own answer', async () => {
  const id = await declinedOrder();
  const tokens = ['tok_redirect', 'tok_declined', 'tok_redirect'];
  const keys = await requestWhileDown(id, tokens);
  await until(async () => (await suite.people.read(id)).payments[3]?.status === 'action_required', 30_000);
  expect(await atGateway(id)).toEqual(['1 declined', '2 expired', '3 declined', '4 action_required']);
  expect((await suite.people.read(id)).payments.map(({ status }) => status)).toEqual([
    'declined',
    'abandoned',
    'declined',
    'action_required',
  ]);
  expect(await pay(id, 'tok_declined', keys[1] as IdempotentRequest)).toMatchObject({
    refused: 'payment_declined',
    extensions: { declineCode: 'declined' },
  });
  expect(granted(await pay(id, 'tok_redirect', keys[2] as IdempotentRequest))).toMatchObject({
    status: 201,
    body: { status: 'awaiting_payment', nextAction: { type: 'redirect' } },
  });
}, 60_000);

test('an attempt whose Update was lost is tried all the same', async () => {
  const id = await declinedOrder();
  const lost = jest.spyOn(suite.world.workflows, 'pay').mockResolvedValue('no_answer');
  const key = intent();
  expect(granted(await pay(id, 'tok_ok', key))).toMatchObject({ status: 202 });
  await suite.people.untilStatus(id, 'in_fulfillment');
  lost.mockRestore();
  expect(granted(await pay(id, 'tok_ok', key))).toMatchObject({ status: 201, body: { status: 'in_fulfillment' } });
  expect(await atGateway(id)).toEqual(['1 declined', '2 authorized']);
}, 60_000);

test('attempts that wait for their turn end with a cancellation, untried', async () => {
  const id = await declinedOrder();
  await requestWhileDown(id, ['tok_redirect']);
  await until(async () => (await suite.people.read(id)).payments[1]?.status === 'action_required', 30_000);
  await suite.world.gateway.fault({ mode: 'down', times: 1_000 });
  const keys = [intent(), intent()];
  for (const key of keys) await pay(id, 'tok_ok', key);
  await until(async () => (await takenBy(id)) === 3);
  await suite.world.orders.cancel(suite.people.storefront, intent(), id, { reason: 'customer_request' });
  await suite.endFaults();
  const { payments } = await suite.people.untilStatus(id, 'cancelled');
  expect(payments.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'abandoned'));
  expect(await atGateway(id)).toEqual(['1 declined', '2 expired']);
}, 60_000);
