import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { registerReplayCheck } from '../../src/cli/replay-check';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { until } from '../sandboxes/sandboxes';
import { captureVerbs } from '../support/run-verb';

const [YOUNG, OTHER] = ['ord_01J0000000000000000000000A', 'ord_01J0000000000000000000000B'];
let temporal: TestWorkflowEnvironment;
let folder: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: process.env.TEMPORAL_CLI_PATH ?? '' } },
  });
  process.env.TEMPORAL_ADDRESS = temporal.address;
  folder = mkdtempSync(join(tmpdir(), 'mallflow-replay-check-'));
  symlinkSync(join(__dirname, '../../node_modules'), join(folder, 'node_modules'));
}, 60_000);
afterAll(async () => {
  delete process.env.TEMPORAL_ADDRESS;
  rmSync(folder, { recursive: true, force: true });
  await temporal.teardown();
});

const verbs = captureVerbs(registerReplayCheck);
const run = (...args: string[]): Promise<void> => verbs.run('replay-check', ...args);
const start = (orderId: string, taskQueue: string) =>
  temporal.client.workflow.start('order', { workflowId: orderWorkflowId(orderId), taskQueue, args: [{ orderId }] });
const listed = (count: number) =>
  until(async () => (await temporal.client.workflow.count(`WorkflowType = 'order'`)).count === count);

test('histories that replay are counted, and the exit code stays 0', async () => {
  await start(YOUNG, 'nobody-works-here');
  await listed(1);
  await run();
  expect(verbs.printed()).toBe('All 1 histories replay with this release.\n');
  expect(process.exitCode).toBeUndefined();
}, 60_000);

test('an order of another code is named, with the line that adopts it, and the exit code is 1', async () => {
  const workflowsPath = join(folder, 'other.js');
  writeFileSync(workflowsPath, `exports.order = () => require('@temporalio/workflow').sleep(3_600_000);`);
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: 'other',
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
  });
  await worker.runUntil(async () => {
    const handle = await start(OTHER, 'other');
    await until(async () => (await handle.describe()).historyLength > 4);
  });
  await listed(2);
  await run();
  expect(verbs.printed()).toContain('1 of 2 histories do not replay with this release:');
  expect(verbs.printed()).toContain(`mallflow adopt --even-if-running ${OTHER}\n`);
  expect(verbs.printed()).not.toContain(YOUNG);
  expect(process.exitCode).toBe(1);

  verbs.clear();
  await run('--json', '--sample', '2');
  expect(JSON.parse(verbs.printed())).toMatchObject({ replayed: 2, broken: [{ workflowId: orderWorkflowId(OTHER) }] });
}, 60_000);

test.each(['0', '-1', '1.5', 'some'])('a sample of %s is refused', async (sample) => {
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await expect(run('--sample', sample)).rejects.toThrow('whole number');
});
