import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleOf } from '../support/bundle';

const HISTORIES = join(__dirname, 'histories');
const captured = readdirSync(HISTORIES).flatMap((release) =>
  readdirSync(join(HISTORIES, release)).map((file): [string, string, string] => [
    release,
    file.replace('.json', ''),
    join(HISTORIES, release, file),
  ]),
);

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundleOf();
}, 60_000);

test('at least ten scenarios are captured', () => {
  expect(captured.length).toBeGreaterThanOrEqual(10);
});

/** The same history, of an order that was placed in a sampled trace. */
function inTrace(history: string): unknown {
  const read = JSON.parse(history) as { events: { workflowExecutionStartedEventAttributes?: { header?: object } }[] };
  const [started] = read.events.map((event) => event.workflowExecutionStartedEventAttributes);
  if (started === undefined) throw new Error('The history does not begin with a start.');
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const data = encoded(JSON.stringify({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }));
  started.header = { fields: { '_tracer-data': { metadata: { encoding: encoded('json/plain') }, data } } };
  return read;
}

test.each(captured)("today's code replays %s %s", async (_release, name, file) => {
  await Worker.runReplayHistory({ workflowBundle }, JSON.parse(readFileSync(file, 'utf8')), name);
});

test.each(captured)('and %s %s as if it were traced', async (_release, name, file) => {
  await Worker.runReplayHistory({ workflowBundle }, inTrace(readFileSync(file, 'utf8')), name);
});
