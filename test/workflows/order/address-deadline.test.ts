import { SYSTEM } from '../../../src/contracts/caller';
import { contentOf, linkOf, placeHeld, recipient, messagesTo } from '../../support/held-orders';
import { callerFor, granted, intent } from '../../support/people';
import { until } from '../../sandboxes/sandboxes';
import { holding } from '../../support/world';
import { startSuite } from '../../support/suite';

const suite = startSuite({ policies: { addressHold: holding(14, [4]) } });

const untilCancelled = (orderId: string) =>
  until(async () => (await suite.people.read(orderId)).status === 'cancelled', 30_000);

test('an order whose address nobody corrects sends its reminders, and is then cancelled and undone', async () => {
  const { id } = await placeHeld(suite.people);
  const token = await linkOf(suite.world, id);
  const reminder = await contentOf(suite.world, `${id}:notify_email:2`);
  expect(reminder.text).toContain('Reminder: The address of your order');
  await untilCancelled(id);

  expect((await messagesTo(suite.world, id)).map(({ key }) => key.slice(id.length + 1)).sort()).toEqual(
    [1, 2].flatMap((n) => [`notify_email:${n}`, `notify_sms:${n}`]).sort(),
  );
  const { items } = granted(await suite.world.orders.timeline(callerFor('platform'), id, 0, 100));
  expect(items.filter(({ type }) => type.startsWith('order.can')).map(({ type, data }) => [type, data.reason])).toEqual(
    [
      ['order.cancellation_requested', 'address_not_mended'],
      ['order.cancelled', 'address_not_mended'],
    ],
  );
  const live = await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('reservation').select('status').where('orderId', '=', id).where('status', '<>', 'released').execute(),
  );
  expect(live).toEqual([]);
  expect((await suite.world.gateway.call('GET', '/v1/journal')).body.entries).toEqual([]);
  expect(await suite.workflowOf(id).result()).toBe('cancelled');

  expect(await suite.world.addresses.correct(suite.people.storefront, intent(), id, recipient())).toMatchObject({
    refused: 'address_not_awaited',
  });
  expect(await suite.world.addresses.correctByLink(token, recipient())).toMatchObject({
    refused: 'address_not_awaited',
  });
  expect(await suite.world.addresses.readByLink(token)).toMatchObject({ refused: 'address_not_awaited' });
}, 60_000);

test('a provider that is down past the reminder sends one message when it is back', async () => {
  await suite.world.notifier.fault({ mode: 'down', times: 1_000, operation: 'send' });
  const { id } = await placeHeld(suite.people);
  await contentOf(suite.world, `${id}:notify_email:2`);
  await suite.world.notifier.call('DELETE', '/sandbox/faults');
  await untilCancelled(id);
  expect(
    (await messagesTo(suite.world, id))
      .map(({ key }) => key.slice(id.length + 1))
      .filter((key) => key.startsWith('notify_sms')),
  ).toEqual(['notify_sms:1']);
}, 60_000);
