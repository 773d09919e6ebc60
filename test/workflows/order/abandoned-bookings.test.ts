import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { lateTry } from '../../support/cut-off';
import { callerFor, granted, intent } from '../../support/people';
import { labelsOf } from '../../support/labels';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

/* A booking is abandoned for another carrier and may have a label: whatever is lost on the way, no label is left. */
const suite = startSuite();

/** Ends every fault of the carrier, and the back-off of whatever waits for it. */
async function restoreCarrier(orderId: string): Promise<void> {
  await suite.world.carrier.call('DELETE', '/sandbox/faults');
  granted(
    await suite.interventions.intervene(callerFor('support'), intent(), orderId, 'retryNow', {
      reason: 'provider_back',
    }),
  );
  await until(async () => (await fulfillmentOf(orderId))?.status === 'labelled', 30_000);
}
const operations = (orderId: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('operation')
      .select(['providerKey', 'status', 'result'])
      .where('orderId', '=', orderId)
      .where('kind', 'in', ['book', 'void_booking'])
      .orderBy('providerKey')
      .execute(),
  );
const fulfillmentOf = async (orderId: string) => (await suite.people.read(orderId)).fulfillments[0];
const voids = async (orderId: string) =>
  (await suite.people.eventTypes(orderId)).filter((type) => type === 'shipment.voided');

/**
 * Packs an order whose carrier makes a label and is unavailable before it says so. Then another carrier is chosen,
 * which the order's run does not learn.
 */
async function abandonedBooking() {
  const { id: orderId } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'error_after', times: 1, operation: 'book' });
  await suite.world.carrier.fault({ mode: 'down', times: 1_000, operation: 'find' });
  await suite.people.completeTasks(orderId);
  await suite.people.untilAttention(orderId, 'carrier_unavailable');
  const fulfillmentId = (await fulfillmentOf(orderId))?.id ?? '';
  expect(await labelsOf(suite.world, fulfillmentId)).toEqual(['1 steady booked']);
  const chosen = await lateTry(suite.world.activities.chooseCarrier, {
    orderId,
    fulfillmentId,
    carrierCode: 'swift',
    reason: 'provider_down',
    actor: 'support:test',
    request: 'lost',
  });
  expect(chosen).toEqual({ outcome: 'carrier_chosen', givenUp: [1] });
  return { orderId, fulfillmentId };
}

test('a label is voided in the books once the carrier says so, though its voiding was never answered', async () => {
  const { orderId, fulfillmentId } = await abandonedBooking();
  await restoreCarrier(orderId);
  await suite.world.carrier.fault({ mode: 'error_after', times: 1, operation: 'void' });
  const voidBooking = () => lateTry(suite.world.activities.voidBooking, { orderId, fulfillmentId, n: 1 });
  await expect(voidBooking()).rejects.toThrow();
  expect(await labelsOf(suite.world, fulfillmentId)).toContain('1 steady voided');
  for (let n = 0; n < 2; n += 1) await voidBooking();
  const [booking] = (await operations(orderId)).filter(({ providerKey }) => providerKey === `${fulfillmentId}:book:1`);
  const [voiding] = (await operations(orderId)).filter(
    ({ providerKey }) => providerKey === `${fulfillmentId}:void_booking:1`,
  );
  expect(booking).toMatchObject({ status: 'refused', result: { reason: 'another carrier was chosen' } });
  expect(voiding).toMatchObject({
    status: 'succeeded',
    result: { reference: (booking?.result as { reference: string }).reference },
  });
  expect(await voids(orderId)).toHaveLength(1);
}, 60_000);

test('an order whose run missed the choice ends only once the label of the first carrier is voided', async () => {
  const { orderId, fulfillmentId } = await abandonedBooking();
  await restoreCarrier(orderId);
  expect(await labelsOf(suite.world, fulfillmentId)).toEqual(['1 steady booked', '2 swift booked']);
  const stillAbandoned = { status: 'in_fulfillment', givenUp: [{ fulfillmentId, n: 1 }] };
  expect(await lateTry(suite.world.activities.completeOrder, { orderId })).toEqual(stillAbandoned);
  await expect(lateTry(suite.world.activities.completeOrder, { orderId, undone: true })).rejects.toThrow(
    'still has abandoned bookings',
  );
  await suite.people.handOver(orderId);
  await suite.world.carrier.fault({ mode: 'down', times: 2, operation: 'void' });
  await suite.people.scan(orderId, 'signed');
  await suite.people.untilStatus(orderId, 'completed');
  expect(await labelsOf(suite.world, fulfillmentId)).toEqual(['1 steady voided', '2 swift booked']);
  expect((await operations(orderId)).map(({ status }) => status)).not.toContain('started');
  expect((await suite.people.eventTypes(orderId)).slice(-2)).toEqual(['shipment.voided', 'order.completed']);
  expect(await lateTry(suite.world.activities.completeOrder, { orderId })).toEqual({ status: 'completed' });
}, 90_000);

test('every audit is true afterwards', async () => {
  expect(await falseAudits(suite.world, { graceMs: 0 })).toEqual([]);
}, 60_000);
