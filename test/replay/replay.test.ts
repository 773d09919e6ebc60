import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const HISTORIES = join(__dirname, 'histories');
const captured = readdirSync(HISTORIES).flatMap((release) =>
  readdirSync(join(HISTORIES, release)).map((file): [string, string, string] => [release, file.replace('.json', ''), join(HISTORIES, release, file)]));

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows'), logger: new DefaultLogger('ERROR') });
}, 60_000);

test('at least ten scenarios are captured', () => {
  expect(captured.length).toBeGreaterThanOrEqual(10);
});

test.each(captured)('today\'s code replays %s %s', async (_release, name, file) => {
  await Worker.runReplayHistory({ workflowBundle }, JSON.parse(readFileSync(file, 'utf8')), name);
});
