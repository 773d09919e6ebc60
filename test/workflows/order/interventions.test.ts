import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { runAudits } from '../../../src/audit/run-audits';
import { InterventionService } from '../../../src/services/interventions/intervention-service';
import { SYSTEM } from '../../../src/contracts/caller';
import { orderWorkflowId } from '../../../src/contracts/temporal-names';
import { until } from '../../sandboxes/sandboxes';
import { seedMall, type TestMall } from '../../support/mall';
import { People, callerFor, granted, intent } from '../../support/people';
import { startWorld, type World } from '../../support/world';

let world: World;
let mall: TestMall;
let people: People;
let operators: InterventionService;
const SUPPORT = callerFor('support');

beforeAll(async () => {
  world = await startWorld({ verdictTimeoutSeconds: 3 });
  mall = await seedMall(world.transactions);
  people = new People(world, mall);
  operators = new InterventionService(world.transactions, world.workflows);
}, 60_000);
afterAll(() => world.close());
afterEach(() => mended());

const mended = async (): Promise<void> => {
  await world.carrier.call('DELETE', '/sandbox/faults');
  await world.gateway.call('DELETE', '/sandbox/faults');
};
const workflow = (orderId: string): WorkflowHandle =>
  world.temporal.client.workflow.getHandle(orderWorkflowId(orderId));
const attentionOf = (orderId: string, reason: string | null): Promise<void> =>
  until(async () => (await people.read(orderId)).attention === reason, 30_000);
const partOf = async (orderId: string) => {
  const [part] = (await people.read(orderId)).fulfillments;
  if (!part) throw new Error('the order has no part');
  return part;
};
const details = async (orderId: string): Promise<string> =>
  (await workflow(orderId).query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
const eventsOf = async (orderId: string, type: string) =>
  granted(await world.orders.timeline(SUPPORT, orderId, 0, 500)).items.filter((event) => event.type === type);

/** Places an order and waits until it is with its warehouses, however busy the machine is. */
const place = async (...order: Parameters<People['place']>) =>
  people.untilStatus((await people.place(...order)).id, 'in_fulfillment');

/** Completes every open task of some parts of an order without waiting for the label. */
async function work(orderId: string, ofPart: (fulfillmentId: string) => boolean = () => true): Promise<void> {
  for (const kind of ['pick', 'recheck', 'pack'] as const) {
    const { items } = granted(
      await world.tasks.list(callerFor('platform'), { status: 'open', kind, orderId, limit: 10 }),
    );
    for (const task of items)
      if (ofPart(task.fulfillmentId ?? ''))
        granted(await world.tasks.complete(callerFor('platform'), intent(), task.id, {}));
  }
}

/** Lists the labels that the carriers' own journal holds of a part. */
async function labels(fulfillmentId: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const entry of world.carriers.journal())
    if (entry.key.startsWith(fulfillmentId))
      seen.push(`${entry.key.split(':').pop()} ${entry.carrierCode} ${entry.status}`);
  return seen.sort();
}

/** Erases, or gives back, what opens the address of an order's customer: without it no label can be bought. */
async function eraseKey(orderId: string, key: Buffer | null = null): Promise<Buffer | null> {
  return world.transactions.run(SYSTEM, async (tx) => {
    const { customerId } = await tx
      .selectFrom('orders')
      .select('customerId')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    const { wrappedKey } = await tx
      .selectFrom('customer')
      .select('wrappedKey')
      .where('id', '=', customerId)
      .executeTakeFirstOrThrow();
    await tx.updateTable('customer').set({ wrappedKey: key }).where('id', '=', customerId).execute();
    return wrappedKey;
  });
}

describe('retry now', () => {
  test('ends the back-off of a call to a provider that is back, and tells who asked', async () => {
    const { id } = await place({}, [mall.skus.cup]);
    await world.carrier.fault({ mode: 'down', times: 1_000 });
    await work(id);
    await attentionOf(id, 'carrier_unavailable');
    expect(await details(id)).toContain('retryNow');
    await mended();
    expect(
      granted(await operators.ask(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' })).body,
    ).toMatchObject({ outcome: 'done', steps: 1 });
    await until(async () => (await partOf(id)).status === 'labelled');
    await attentionOf(id, null);
    expect(await eventsOf(id, 'retry.requested')).toMatchObject([
      { actor: SUPPORT.actor, data: { reason: 'provider_back' } },
    ]);
    const { events } = await workflow(id).fetchHistory();
    expect(events?.some((event) => event.activityTaskCanceledEventAttributes)).toBe(true);
    expect(await labels((await partOf(id)).id)).toEqual(['1 steady booked']);
  }, 60_000);

  test('runs a step again that failed for good, of one part, while the other goes on', async () => {
    const order = await place({ customer: { reference: 'erased-by-mistake' } }, [mall.skus.lamp, mall.skus.rug]);
    const [first, second] = order.fulfillments.map((part) => part.id);
    const key = await eraseKey(order.id);
    await work(order.id, (part) => part === first);
    await attentionOf(order.id, 'needs_operator');
    await eraseKey(order.id, key);
    await work(order.id, (part) => part === second);
    const statusOf = async (id?: string) =>
      (await people.read(order.id)).fulfillments.find((part) => part.id === id)?.status;
    await until(async () => (await statusOf(second)) === 'labelled');
    expect(await statusOf(first)).toBe('packed');
    expect(
      granted(await operators.ask(SUPPORT, intent(), order.id, 'retryNow', { reason: 'cause_removed' })).body.steps,
    ).toBe(1);
    await until(async () => (await statusOf(first)) === 'labelled');
    await attentionOf(order.id, null);
  }, 60_000);

  test('is refused when nothing waits for it, after the end, and in a shape that is none', async () => {
    const { id } = await place({}, [mall.skus.cup]);
    expect(await operators.ask(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' })).toMatchObject({
      refused: 'nothing_to_retry',
    });
    const typed = workflow(id).executeUpdate('retryNow', { args: [{ reason: 'because', actor: 'Somebody Real' }] });
    await expect(typed).rejects.toThrow(WorkflowUpdateFailedError);
    granted(await world.orders.cancel(people.storefront, intent(), id, { reason: 'customer_request' }));
    expect(await operators.ask(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' })).toMatchObject({
      refused: 'order_closed',
    });
    expect(await eventsOf(id, 'retry.requested')).toEqual([]);
  }, 30_000);
});

describe('another carrier', () => {
  test('is booked at once, while the label that the first may have made is voided beside it', async () => {
    const { id } = await place({}, [mall.skus.cup]);
    await world.carrier.fault({ mode: 'error_after', times: 1, operation: 'book' });
    await world.carrier.fault({ mode: 'down', times: 1_000, operation: 'find' });
    await work(id);
    await attentionOf(id, 'carrier_unavailable');
    const part = await partOf(id);
    const chosen = { fulfillmentId: part.id, carrierCode: 'swift', reason: 'provider_down' } as const;
    const key = randomUUID();
    const asking = (carrierCode: string) =>
      operators.ask(SUPPORT, { key, requestHash: Buffer.from(carrierCode) }, id, 'chooseCarrier', {
        ...chosen,
        carrierCode,
      });
    expect(await asking('nobody')).toMatchObject({ refused: 'carrier_not_offered' });
    // What was refused is forgotten: its key is good for another request.
    granted(await asking('swift'));
    expect(granted(await asking('swift'))).toMatchObject({ status: 200, replayed: true });
    await until(async () => (await partOf(id)).shipment?.carrierCode === 'swift');
    expect(await labels(part.id)).toEqual(['1 steady booked', '2 swift booked']);
    expect(await operators.ask(SUPPORT, intent(), id, 'chooseCarrier', chosen)).toMatchObject({
      refused: 'label_not_awaited',
    });

    await mended();
    await until(async () => (await labels(part.id)).includes('1 steady voided'), 30_000);
    await people.handOver(id);
    await people.scan(id, 'signed');
    await people.untilStatus(id, 'completed');
    expect(await labels(part.id)).toEqual(['1 steady voided', '2 swift booked']);
    expect(await eventsOf(id, 'carrier.chosen')).toMatchObject([
      { actor: SUPPORT.actor, data: { carrierCode: 'swift', reason: 'provider_down' } },
    ]);
  }, 90_000);

  test('may be chosen while every carrier is down; a cancellation then leaves no live label of either', async () => {
    const { id } = await place({}, [mall.skus.cup]);
    await world.carrier.fault({ mode: 'down', times: 1_000 });
    await work(id);
    await attentionOf(id, 'carrier_unavailable');
    const part = await partOf(id);
    granted(
      await operators.ask(SUPPORT, intent(), id, 'chooseCarrier', {
        fulfillmentId: part.id,
        carrierCode: 'swift',
        reason: 'provider_down',
      }),
    );
    const asked = granted(await world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' }));
    expect(asked).toMatchObject({ status: 202, body: { status: 'cancelling' } });
    expect(
      await operators.ask(SUPPORT, intent(), id, 'chooseCarrier', {
        fulfillmentId: part.id,
        carrierCode: 'swift',
        reason: 'provider_down',
      }),
    ).toMatchObject({ refused: 'label_not_awaited' });
    await mended();
    granted(await operators.ask(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' }));
    await until(async () => (await people.read(id)).status === 'cancelled', 40_000);
    expect((await labels(part.id)).filter((label) => !label.endsWith('voided'))).toEqual([]);
  }, 90_000);
});

describe('a cancellation', () => {
  test('while the gateway is down undoes what it can see, and ends once the gateway answers', async () => {
    await world.gateway.fault({ mode: 'down', times: 1_000 });
    const { id } = granted(
      await world.orders.place(people.storefront, intent(), people.cart({}, [mall.skus.cup])),
    ).body;
    await attentionOf(id, 'payment_provider_unavailable');
    expect(granted(await world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' })).body.status).toBe(
      'cancelling',
    );
    await mended();
    await until(async () => {
      await operators.ask(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' });
      return (await people.read(id)).status === 'cancelled';
    }, 40_000);
    expect(await eventsOf(id, 'order.cancellation_requested')).toMatchObject([
      { actor: SUPPORT.actor, data: { reason: 'operator_decision' } },
    ]);
  }, 90_000);

  test('of what was handed over is refused though its money is not collected yet', async () => {
    const { id } = await place({}, [mall.skus.cup]);
    await people.pack(id);
    await world.gateway.fault({ mode: 'down', times: 1_000, operation: 'capture' });
    granted(await world.shipments.handOver(callerFor('platform'), intent(), (await partOf(id)).id));
    await attentionOf(id, 'payment_provider_unavailable');
    expect(await world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' })).toMatchObject({
      refused: 'order_not_cancellable',
    });
    expect(await details(id)).not.toContain('cancelOrder');
    await mended();
    granted(await operators.ask(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' }));
    await people.untilStatus(id, 'shipped');
  }, 60_000);
});

test('an order is handed to one person at a time, who says what came of it', async () => {
  const { id } = await place({}, [mall.skus.cup]);
  const hand = () =>
    operators.ask(SUPPORT, intent(), id, 'handToPerson', {
      reason: 'customer_request',
      note: 'ask_customer',
      assignee: 'support:key_1',
    });
  const { taskId } = granted(await hand()).body;
  await attentionOf(id, 'handed_to_person');
  expect(await hand()).toMatchObject({ refused: 'already_attended' });
  const { items } = granted(await world.tasks.list(SUPPORT, { kind: 'attend', status: 'open', limit: 10 }));
  expect(items).toMatchObject([
    {
      id: taskId,
      orderId: id,
      fulfillmentId: null,
      reason: 'customer_request',
      note: 'ask_customer',
      assignee: 'support:key_1',
      lines: [],
    },
  ]);
  expect(granted(await operators.attention(SUPPORT, { reason: 'handed_to_person', limit: 10 })).items).toMatchObject([
    { orderId: id, taskId, verbs: ['cancelOrder'] },
  ]);

  granted(await world.tasks.claim(SUPPORT, intent(), taskId ?? ''));
  expect(await world.tasks.complete(SUPPORT, intent(), taskId ?? '', {})).toMatchObject({
    refused: 'validation_failed',
    errors: [{ pointer: '/outcome' }],
  });
  granted(await world.tasks.complete(SUPPORT, intent(), taskId ?? '', { outcome: 'resolved' }));
  await attentionOf(id, null);
  expect(await eventsOf(id, 'task.done')).toMatchObject([
    { actor: SUPPORT.actor, data: { taskId, kind: 'attend', outcome: 'resolved' } },
  ]);
  const [pick] = granted(
    await world.tasks.list(SUPPORT, { kind: 'pick', status: 'open', orderId: id, limit: 1 }),
  ).items;
  expect(await world.tasks.complete(SUPPORT, intent(), pick?.id ?? '', {})).toMatchObject({ refused: 'forbidden' });
}, 30_000);

test('after all of it every audit is true', async () => {
  const { transactions, payments, carriers, suppliers, temporal } = world;
  const results = await runAudits(
    { transactions, payments, carriers, suppliers, temporal: temporal.client },
    { pauseMs: 20 },
  );
  expect(results.filter(({ outcome }) => outcome !== 'true')).toEqual([]);
}, 60_000);
