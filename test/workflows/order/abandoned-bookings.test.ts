import { runAudits } from '../../../src/audit/run-audits';
import { InterventionService } from '../../../src/services/interventions/intervention-service';
import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { lateTry } from '../../support/cut-off';
import { seedMall, type TestMall } from '../../support/mall';
import { callerFor, granted, intent, People } from '../../support/people';
import { startWorld, type World } from '../../support/world';

/* A booking is given up for another carrier, and its label may be somewhere: whatever is lost on the way, none is left. */
let world: World;
let mall: TestMall;
let people: People;
const FLOOR = callerFor('platform');

beforeAll(async () => {
  world = await startWorld();
  mall = await seedMall(world.transactions);
  people = new People(world, mall);
}, 120_000);
afterAll(() => world.close());

/** Ends every fault of the carrier, and the back-off of whatever waits for it. */
async function mend(orderId: string): Promise<void> {
  await world.carrier.call('DELETE', '/sandbox/faults');
  granted(
    await new InterventionService(world.transactions, world.workflows).ask(
      callerFor('support'),
      intent(),
      orderId,
      'retryNow',
      { reason: 'provider_back' },
    ),
  );
  await until(async () => (await partOf(orderId))?.status === 'labelled', 30_000);
}
const operations = (orderId: string) =>
  world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('operation')
      .select(['key', 'status', 'result'])
      .where('orderId', '=', orderId)
      .where('kind', 'in', ['book', 'void_label'])
      .orderBy('key')
      .execute(),
  );
const partOf = async (orderId: string) => (await people.read(orderId)).fulfillments[0];
const voids = async (orderId: string) => (await people.told(orderId)).filter((type) => type === 'shipment.voided');
/** Lists the labels that the carriers' own journal holds of a part. */
async function labels(fulfillmentId: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const entry of world.carriers.journal())
    if (entry.key.startsWith(fulfillmentId))
      seen.push(`${entry.key.split(':').pop()} ${entry.carrierCode} ${entry.status}`);
  return seen.sort();
}

/**
 * Packs an order whose carrier makes a label, and is out of reach before it says so; then another is chosen, of which
 * its run knows nothing.
 */
async function givenUp() {
  const { id: orderId } = await people.place({}, [mall.skus.cup]);
  await world.carrier.fault({ mode: 'error_after', times: 1, operation: 'book' });
  await world.carrier.fault({ mode: 'down', times: 1_000, operation: 'find' });
  for (const kind of ['pick', 'recheck', 'pack'] as const) {
    const { items } = granted(await world.tasks.list(FLOOR, { status: 'open', kind, orderId, limit: 10 }));
    for (const task of items) granted(await world.tasks.complete(FLOOR, intent(), task.id, {}));
  }
  await until(async () => (await people.read(orderId)).attention === 'carrier_unavailable', 30_000);
  const fulfillmentId = (await partOf(orderId))?.id ?? '';
  expect(await labels(fulfillmentId)).toEqual(['1 steady booked']);
  const chosen = await lateTry(world.activities.chooseCarrier, {
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

test('a label whose voiding was never answered is voided in the books too, once the carrier says that it is', async () => {
  const { orderId, fulfillmentId } = await givenUp();
  await mend(orderId);
  await world.carrier.fault({ mode: 'error_after', times: 1, operation: 'void' });
  const voidBooking = () => lateTry(world.activities.voidBooking, { orderId, fulfillmentId, n: 1 });
  await expect(voidBooking()).rejects.toThrow();
  expect(await labels(fulfillmentId)).toContain('1 steady voided');
  for (let n = 0; n < 2; n += 1) await voidBooking();
  const [booking] = (await operations(orderId)).filter(({ key }) => key === `${fulfillmentId}:book:1`);
  const [voiding] = (await operations(orderId)).filter(({ key }) => key === `${fulfillmentId}:void_booking:1`);
  expect(booking).toMatchObject({ status: 'refused', result: { reason: 'another carrier was chosen' } });
  expect(voiding).toMatchObject({
    status: 'succeeded',
    result: { reference: (booking?.result as { reference: string }).reference },
  });
  expect(await voids(orderId)).toHaveLength(1);
}, 60_000);

test('an order whose run knows nothing of the choice does not end before the label of the first carrier is voided', async () => {
  const { orderId, fulfillmentId } = await givenUp();
  await mend(orderId);
  expect(await labels(fulfillmentId)).toEqual(['1 steady booked', '2 swift booked']);
  const givenUpStill = { status: 'in_fulfillment', givenUp: [{ fulfillmentId, n: 1 }] };
  expect(await lateTry(world.activities.completeOrder, { orderId })).toEqual(givenUpStill);
  await expect(lateTry(world.activities.completeOrder, { orderId, undone: true })).rejects.toThrow('abandoned bookings');
  await people.handOver(orderId);
  await world.carrier.fault({ mode: 'down', times: 2, operation: 'void' });
  await people.scan(orderId, 'signed');
  await people.untilStatus(orderId, 'completed');
  expect(await labels(fulfillmentId)).toEqual(['1 steady voided', '2 swift booked']);
  expect((await operations(orderId)).map(({ status }) => status)).not.toContain('started');
  expect((await people.told(orderId)).slice(-2)).toEqual(['shipment.voided', 'order.completed']);
  expect(await lateTry(world.activities.completeOrder, { orderId })).toEqual({ status: 'completed' });
}, 90_000);

test('after all of it every audit is true', async () => {
  const { transactions, payments, carriers, suppliers, temporal } = world;
  const results = await runAudits(
    { transactions, payments, carriers, suppliers, temporal: temporal.client },
    { graceMs: 0, pauseMs: 20 },
  );
  expect(results.filter(({ outcome }) => outcome !== 'true')).toEqual([]);
}, 60_000);
