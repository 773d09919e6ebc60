import { isGrpcServiceError } from '@temporalio/client';
import { until } from '../sandboxes/sandboxes';
import { NEW_STEP, bundleWith, type Change } from '../support/changed-bundle';
import { startSuite } from '../support/suite';
import { falseAudits } from '../support/true-books';

/** Orders in flight while the release changes. */
const IN_FLIGHT = Number(process.env.IN_FLIGHT ?? 18);
const DEPLOYMENT = 'mallflow';
/**
 * gRPC's FAILED_PRECONDITION: the answer to a version whose workers do not serve every queue of the current one yet.
 */
const NOT_YET: readonly number[] = [9];
const patched = (id: string, step: string): string => `if (require('@temporalio/workflow').patched('${id}')) ${step}`;
/** A step that orders in flight have passed, and a wait that is still ahead of them. */
const STEP_BEHIND: Change = { ...NEW_STEP, to: NEW_STEP.to.replace('await', patched('step-behind', 'await')) };
const CONFIRM = "const confirmed = await order.steps.runTransaction('confirmDelivery'";
const WAIT_AHEAD: Change = {
  file: 'order/fulfillment.ts',
  from: CONFIRM,
  to: `${patched('wait-ahead', "await require('@temporalio/workflow').sleep(10);")} ${CONFIRM}`,
};

const suite = startSuite({ perTest: true });

/** Does work a few at a time: the test is of many orders in flight, not of many requests at once. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += 4)
    results.push(...(await Promise.all(items.slice(from, from + 4).map(work))));
  return results;
}

const place = (count: number) =>
  each(Array.from({ length: count }), async () => (await suite.people.place({}, [suite.mall.skus.cup])).id);
const pack = (orders: readonly string[]) => each(orders, (id) => suite.people.pack(id));
const handOver = (orders: readonly string[]) => each(orders, (id) => suite.people.handOver(id));
const sign = (orders: readonly string[]) =>
  each(orders, async (id) => {
    await suite.people.scan(id, 'out_for_delivery', 'signed');
    await suite.workflowOf(id).result();
  });

/** Reads which patches an order has taken, and which builds ran its workflow tasks. */
async function ranOf(orderId: string): Promise<{ patches: string[]; builds: string[] }> {
  const { events = [] } = await suite.workflowOf(orderId).fetchHistory();
  const markers = (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) =>
    marker?.markerName === 'core_patch' ? [JSON.stringify(marker.details)] : [],
  );
  const encoded = (id: string): string => Buffer.from(`{"id":"${id}"`).toString('base64').slice(0, -4);
  return {
    patches: ['step-behind', 'wait-ahead'].filter((id) =>
      markers.some((marker) => marker.includes(id) || marker.includes(encoded(id))),
    ),
    builds: (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: done }) =>
      done ? [done.deploymentVersion?.buildId ?? 'unversioned'] : [],
    ),
  };
}

async function expectTrueBooks(): Promise<void> {
  expect(await falseAudits(suite.world)).toEqual([]);
}

test('orders in flight, at three points of their way, go on with a change under patched()', async () => {
  const orders = await place(IN_FLIGHT);
  const third = Math.floor(IN_FLIGHT / 3);
  const [placed, packed, handedOver] = [
    orders.slice(0, third),
    orders.slice(third, 2 * third),
    orders.slice(2 * third),
  ];
  await pack([...packed, ...handedOver]);
  await handOver(handedOver);
  const bundle = await bundleWith(STEP_BEHIND, WAIT_AHEAD);

  await suite.world.stopWorkers();
  await suite.world.startWorkers({ bundle });
  await pack(placed);
  await handOver([...placed, ...packed]);
  await sign(orders);
  const { id: young } = await suite.people.place({}, [suite.mall.skus.rug]);

  for (const id of orders) expect([id, (await ranOf(id)).patches]).toEqual([id, ['wait-ahead']]);
  expect((await ranOf(young)).patches).toEqual(['step-behind']);
  await expectTrueBooks();
}, 300_000);

test('orders follow the current version of a Worker Deployment, and go back with it', async () => {
  const versionOf = (buildId: string) => ({ deploymentName: DEPLOYMENT, buildId });
  const { connection } = suite.world.temporal.client;
  const makeCurrent = (buildId: string): Promise<void> =>
    until(async () => {
      const { workerDeployments } = await connection.workflowService.listWorkerDeployments({ namespace: 'default' });
      if (workerDeployments.length === 0) return false;
      const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
        namespace: 'default',
        deploymentName: DEPLOYMENT,
      });
      if (!workerDeploymentInfo?.versionSummaries?.some((summary) => summary.deploymentVersion?.buildId === buildId))
        return false;
      try {
        await connection.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: 'default',
          deploymentName: DEPLOYMENT,
          buildId,
          identity: 'test',
        });
        return true;
      } catch (error) {
        if (isGrpcServiceError(error) && NOT_YET.includes(error.code)) return false;
        throw error;
      }
    });
  /** Waits until a build ran every order's last workflow task, which ends after its step is in the books. */
  const untilRunBy = (build: string, ran: readonly string[]): Promise<void> =>
    until(async () =>
      (await Promise.all(ran.map(async (id) => (await ranOf(id)).builds.at(-1)))).every((last) => last === build),
    );

  await suite.world.stopWorkers();
  await suite.world.startWorkers({ version: versionOf('v1') });
  await makeCurrent('v1');
  const orders = await place(6);
  const [first, second] = [orders.slice(0, 3), orders.slice(3)];
  await pack(first);
  await untilRunBy('v1', orders);

  await suite.world.startWorkers({ version: versionOf('v2'), bundle: await bundleWith(WAIT_AHEAD) });
  await makeCurrent('v2');
  await handOver(first);
  await sign(first);
  await pack(second);
  await untilRunBy('v2', orders);
  for (const id of first) expect((await ranOf(id)).patches).toEqual(['wait-ahead']);

  await makeCurrent('v1');
  await handOver(second);
  await sign(second);
  await untilRunBy('v1', second);
  for (const id of second) expect((await ranOf(id)).patches).toEqual([]);
  await expectTrueBooks();
}, 240_000);
