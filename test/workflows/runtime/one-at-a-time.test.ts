import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

const ROOT = join(__dirname, '../../..');
const bundleWith = (interceptors: string[]): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: join(ROOT, 'test/support/lanes.workflow.ts'),
    workflowInterceptorModules: interceptors.map((file) => join(ROOT, 'workflows', file)),
    logger: new DefaultLogger('ERROR'),
  });

let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: process.env.TEMPORAL_CLI_PATH ?? '' } },
  });
}, 60_000);
afterAll(() => temporal.teardown());

/** Runs the lanes as they come, then replays what was recorded of it. */
async function runAndReplay(workflowBundle: WorkflowBundleWithSourceMap): Promise<void> {
  const taskQueue = randomUUID();
  const takes = async (ms: number): Promise<void> => {
    await wait(ms);
  };
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: { pick: takes, ship: takes },
  });
  const handle = await worker.runUntil(async () => {
    const started = await temporal.client.workflow.start('lanes', { workflowId: taskQueue, taskQueue });
    await started.result();
    return started;
  });
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory(), handle.workflowId);
}

test('what two lanes of local activities did can be replayed, as they take turns', async () => {
  await expect(runAndReplay(await bundleWith(['interceptors.ts']))).resolves.toBeUndefined();
}, 60_000);

// Once this fails the SDK keeps their order itself: then workflows/runtime/one-at-a-time.ts has had its day.
test('without turns, the SDK replays it in another order', async () => {
  await expect(runAndReplay(await bundleWith([]))).rejects.toThrow('Nondeterminism');
}, 60_000);
