import { orderWorkflowId } from '../../../src/contracts/temporal-names';
import { SYSTEM } from '../../../src/contracts/caller';
import { contentOf, linkOf, placeHeld, recipient, toldTo } from '../../support/held-orders';
import { seedMall } from '../../support/mall';
import { callerFor, granted, intent, People } from '../../support/people';
import { until } from '../../sandboxes/sandboxes';
import { holding, startWorld, type World } from '../../support/world';

let world: World;
let people: People;

beforeAll(async () => {
  world = await startWorld({ addressHold: holding(14, [4]) });
  people = new People(world, await seedMall(world.transactions));
}, 120_000);
afterAll(() => world.close());

const untilCancelled = (orderId: string) =>
  until(async () => (await people.read(orderId)).status === 'cancelled', 30_000);

test('nobody mends it: the customer is reminded at the times that are set, then the order is cancelled and everything given back', async () => {
  const { id } = await placeHeld(people);
  const token = await linkOf(world, id);
  const reminder = await contentOf(world, `${id}:notify_email:2`);
  expect(reminder.text).toContain('Reminder: The address of your order');
  await untilCancelled(id);

  expect((await toldTo(world, id)).map(({ key }) => key.slice(id.length + 1)).sort()).toEqual(
    [1, 2].flatMap((n) => [`notify_email:${n}`, `notify_sms:${n}`]).sort(),
  );
  const { items } = granted(await world.orders.timeline(callerFor('platform'), id, 0, 100));
  expect(items.filter(({ type }) => type.startsWith('order.can')).map(({ type, data }) => [type, data.reason])).toEqual(
    [
      ['order.cancellation_requested', 'address_not_mended'],
      ['order.cancelled', 'address_not_mended'],
    ],
  );
  const live = await world.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('reservation').select('status').where('orderId', '=', id).where('status', '<>', 'released').execute(),
  );
  expect(live).toEqual([]);
  expect((await world.gateway.call('GET', '/v1/journal')).body.entries).toEqual([]);
  expect(await world.temporal.client.workflow.getHandle(orderWorkflowId(id)).result()).toBe('cancelled');

  expect(await world.addresses.mend(people.storefront, intent(), id, recipient())).toMatchObject({
    refused: 'address_not_awaited',
  });
  expect(await world.addresses.mendByLink(token, recipient())).toMatchObject({ refused: 'address_not_awaited' });
  expect(await world.addresses.readByLink(token)).toMatchObject({ refused: 'address_not_awaited' });
}, 60_000);

test('a provider that is down past the reminder sends one message when it is back, not a heap', async () => {
  await world.notifier.fault({ mode: 'down', times: 1_000, operation: 'send' });
  const { id } = await placeHeld(people);
  await contentOf(world, `${id}:notify_email:2`);
  await world.notifier.call('DELETE', '/sandbox/faults');
  await untilCancelled(id);
  expect(
    (await toldTo(world, id)).map(({ key }) => key.slice(id.length + 1)).filter((key) => key.startsWith('notify_sms')),
  ).toEqual(['notify_sms:1']);
}, 60_000);
