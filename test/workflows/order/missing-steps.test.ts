import { SYSTEM } from '../../../src/contracts/caller';
import { backorderedSku, bring } from '../../support/backorders';
import { lateTry } from '../../support/cut-off';
import { placeHeld, correctAddress } from '../../support/held-orders';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';
import { runWatchdogOnce } from '../../support/run-watchdog-once';
import { holding } from '../../support/world';
import { until } from '../../sandboxes/sandboxes';

const suite = startSuite({ policies: { verdictTimeoutSeconds: 5, addressHold: holding(600) } });
const SUPPORT = callerFor('support');

/** Makes a watchdog look once that misses a step after a second. */
const look = () => runWatchdogOnce(suite.world, { step: 1 });
const shown = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    granted(await suite.interventions.attention(SUPPORT, { limit: 100 })).items.map(({ orderId, reason }) => [
      orderId,
      reason,
    ]),
  );
const cup = async () => (await suite.people.place({}, [suite.mall.skus.cup])).id;
const approve = (url: string | undefined) =>
  suite.world.gateway.call('POST', `/v1/authorizations/${url?.split('/').pop() ?? ''}/action`, { approve: true });
const scanSigned = (id: string) => suite.people.scan(id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');

/** Makes an order of each kind; what the answer does happens while no worker runs, so that no step follows. */
interface Ref {
  readonly orderId: string;
  readonly fulfillmentId: string;
}

/** Makes an order of two parcels: one is picked up while it is cancelled, the other gets as far as `steps` bring it. */
async function partlyCancelled(steps: (other: Ref) => Promise<unknown>) {
  const { id } = await suite.people.place({}, [suite.mall.skus.lamp, suite.mall.skus.rug]);
  const order = await suite.people.pack(id);
  const [first, other] = order.fulfillments.map((fulfillment) => ({ orderId: id, fulfillmentId: fulfillment.id }));
  const { beginCancellation, voidShipment, capturePayment } = suite.world.activities;
  const happens = async () => {
    await lateTry(beginCancellation, { orderId: id, reason: 'customer_request', actor: 'support:test' });
    await suite.world.carrier.call('POST', '/v1/scans', {
      trackingNumber: order.fulfillments[0]?.shipment?.trackingNumber,
      scan: 'picked_up',
      place: 'Hub',
    });
    await lateTry(voidShipment, first as Ref);
    await lateTry(capturePayment, first as Ref);
    await steps(other as Ref);
  };
  return { id, happens };
}

const KINDS: Readonly<
  Record<string, () => Promise<{ readonly id: string; readonly happens: () => Promise<unknown> }>>
> = {
  'packed, and no booking begun': async () => {
    const id = await cup();
    return { id, happens: () => suite.people.completeTasks(id) };
  },
  'handed over, and nothing captured': async () => {
    const id = await cup();
    await suite.people.pack(id);
    return { id, happens: () => suite.people.scan(id, 'picked_up') };
  },
  'two handed over, and only one captured': async () => {
    const { id } = await suite.people.place();
    const [first] = (await suite.people.pack(id)).fulfillments;
    const captured = { orderId: id, fulfillmentId: first?.id ?? '' };
    const happens = async () => {
      await suite.people.scan(id, 'picked_up');
      await lateTry(suite.world.activities.capturePayment, captured);
    };
    return { id, happens };
  },
  'one picked up, and the other still being cancelled': () => partlyCancelled(async () => undefined),
  'one picked up, and the amount of the other not voided': () =>
    partlyCancelled(async (ref) => {
      await lateTry(suite.world.activities.voidShipment, ref);
      await lateTry(suite.world.activities.cancelFulfillment, ref);
    }),
  'signed for, and not delivered': async () => {
    const id = await cup();
    await suite.people.pack(id);
    await suite.people.handOver(id);
    return { id, happens: () => scanSigned(id) };
  },
  'all fulfillments ended, and the order open': async () => {
    const id = await cup();
    await suite.people.pack(id);
    const [fulfillment] = (await suite.people.handOver(id)).fulfillments;
    const ref = { orderId: id, fulfillmentId: fulfillment?.id ?? '' };
    return { id, happens: () => suite.world.activities.confirmDelivery(ref) };
  },
  'back at the warehouse, and not restocked': async () => {
    const id = await cup();
    await suite.people.pack(id);
    await suite.people.handOver(id);
    await suite.people.scan(id, 'in_transit', 'refused');
    await until(async () => (await suite.people.read(id)).fulfillments[0]?.status === 'returning');
    return { id, happens: () => suite.people.scan(id, 'returned') };
  },
  'a cancellation begun, and nothing undone': async () => {
    const id = await cup();
    const request = { orderId: id, reason: 'customer_request', actor: 'storefront:test' } as const;
    return { id, happens: () => suite.world.activities.beginCancellation(request) };
  },
  'the customer approved, and the gateway not asked': async () => {
    const { id, nextAction } = await suite.people.place({ payment: { method: 'card', token: 'tok_redirect' } }, [
      suite.mall.skus.cup,
    ]);
    return { id, happens: () => approve(nextAction?.url) };
  },
  'its goods are there, and it is not released': async () => {
    const sku = await backorderedSku(suite.world.transactions, suite.mall, 0);
    const { id } = await suite.people.place({ lines: [{ skuId: sku.id, quantity: 1 }] });
    return { id, happens: () => bring(suite.world.transactions, sku.id, suite.mall.warehouseIds[0], 1) };
  },
  'its address corrected, and it does not go on': async () => {
    const { id } = await placeHeld(suite.people);
    return { id, happens: () => correctAddress(suite.world, suite.people, id) };
  },
};

test('an order whose next step is missing is shown, whatever the step, until it follows', async () => {
  const [resting, held] = [await cup(), (await placeHeld(suite.people)).id];
  const orders: { readonly kind: string; readonly id: string; readonly happens: () => Promise<unknown> }[] = [];
  for (const [kind, make] of Object.entries(KINDS)) orders.push({ kind, ...(await make()) });
  await suite.world.stopWorkers();
  for (const { happens } of orders) await happens();
  await until(async () => {
    await look();
    return Object.keys(await shown()).length >= orders.length;
  }, 60_000);
  // A customer who acted an hour ago is still one whose order did not ask.
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('payment')
      .set({ customerActedAt: new Date(Date.now() - 3_600_000) })
      .where('customerActedAt', 'is not', null)
      .execute(),
  );
  await look();
  const attention = await shown();
  expect(orders.map(({ kind, id }) => [kind, attention[id]])).toEqual(orders.map(({ kind }) => [kind, 'step_missing']));
  expect([attention[resting], attention[held]]).toEqual([undefined, undefined]);

  await suite.world.startWorkers();
  await suite.world.outbox.sweep(0);
  // The books learned of these without a message, so their workflows never hear of it: new ones are built.
  const unheard = orders.filter(({ kind }) => kind.startsWith('all fulfillments') || kind.startsWith('one picked up'));
  const request = { reason: 'operator_decision', evenIfRunning: true } as const;
  for (const { id } of unheard) granted(await suite.world.adoptions.adopt(SUPPORT, intent(), id, request));
  await until(async () => {
    await look();
    return Object.keys(await shown()).length === 0;
  }, 60_000).catch(async () => {
    expect(await shown()).toEqual({});
  });
  granted(await suite.world.orders.cancel(suite.people.storefront, intent(), resting, { reason: 'customer_request' }));
  await suite.people.untilStatus(resting, 'cancelled');
}, 180_000);

test('orders at rest whose workflow was ended by hand are shown until they are adopted', async () => {
  const [first, second, healthy] = [await cup(), await cup(), await cup()];
  for (const id of [first, second]) await suite.workflowOf(id).terminate('lost by the test');
  await until(async () => {
    await look();
    return Object.keys(await shown()).length >= 2;
  }, 30_000);
  expect(await shown()).toEqual({ [first]: 'workflow_failing', [second]: 'workflow_failing' });
  for (const id of [first, second]) {
    const request = { reason: 'operator_decision', evenIfRunning: false } as const;
    granted(await suite.world.adoptions.adopt(SUPPORT, intent(), id, request));
  }
  expect(await look()).toMatchObject({ outcome: 'done', raised: 0, cleared: 0 });
  expect(await shown()).toEqual({});
  expect((await suite.people.eventTypes(healthy)).filter((type) => type.startsWith('attention'))).toEqual([]);
}, 60_000);

test('an order whose workflow never began is shown', async () => {
  const id = await cup();
  await suite.workflowOf(id).terminate('lost by the test');
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('orders').set({ status: 'draft', stage: 'receive' }).where('id', '=', id).execute(),
  );
  await until(async () => {
    await look();
    return (await shown())[id] !== undefined;
  }, 30_000);
  expect((await shown())[id]).toBe('workflow_failing');
}, 60_000);
