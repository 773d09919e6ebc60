import { MockActivityEnvironment } from '@temporalio/testing';
import { SYSTEM } from '../../src/contracts/caller';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { until } from '../sandboxes/sandboxes';
import type { TestSku } from './mall';
import type { People } from './people';
import type { World } from './world';

/** Runs an attempt of an Activity now, which its workflow does not learn of. */
export const lateTry = <Args extends unknown[], Result>(
  activity: (...args: Args) => Promise<Result>,
  ...args: Args
): Promise<Result> => new MockActivityEnvironment().run<Args, Result, typeof activity>(activity, ...args);

/**
 * Places an order whose worker is killed in its first workflow task: the order was reserved, authorized, released and
 * booked, and Temporal learned nothing of it. It is cancelled before the next worker starts. Returns the order's id.
 */
export async function cancelCutOff(world: World, people: People, sku: TestSku): Promise<string> {
  await world.stopWorkers();
  const reference = 'CUT-OFF';
  const placing = people.place({ reference }, [sku]);
  const placed = () =>
    world.transactions.run(SYSTEM, (tx) =>
      tx
        .selectFrom('orders as o')
        .innerJoin('payment as p', 'p.orderId', 'o.id')
        .select(['o.id as orderId', 'p.id as paymentId'])
        .where('o.reference', '=', reference)
        .executeTakeFirst(),
    );
  await until(async () => (await placed()) !== undefined);
  const { orderId, paymentId } = (await placed()) as { orderId: string; paymentId: string };
  await until(() =>
    world.temporal.client.workflow
      .getHandle(orderWorkflowId(orderId))
      .describe()
      .then(
        () => true,
        () => false,
      ),
  );
  const { activities } = world;
  await lateTry(activities.reserveStock, { orderId, paymentWindowSeconds: 60 });
  await lateTry(activities.authorizePayment, { orderId, paymentId });
  for (const { fulfillmentId } of await lateTry(activities.releaseToWarehouse, { orderId }))
    await lateTry(activities.bookShipment, { orderId, fulfillmentId });
  await lateTry(activities.beginCancellation, { orderId, reason: 'customer_request', actor: 'support:test' });
  await world.outbox.flush(orderId);
  await world.startWorkers();
  await Promise.allSettled([placing]);
  await people.untilStatus(orderId, 'cancelled');
  return orderId;
}
