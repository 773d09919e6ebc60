import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';

const ROOT = join(__dirname, '../..');
const HISTORY = join(__dirname, 'histories', '0.1.0', 'delivered-one-parcel.json');
const copies: string[] = [];

beforeAll(() => { Runtime.install({ logger: new DefaultLogger('ERROR') }); });
afterAll(() => { for (const copy of copies) rmSync(copy, { recursive: true, force: true }); });

/** Replays a delivered order against today's workflows with one change made to them. */
async function replayWith(file: string, from: string, to: string): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'mallflow-changed-'));
  copies.push(copy);
  for (const folder of ['workflows', 'src/contracts', 'src/domain']) cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const source = readFileSync(join(copy, 'workflows', file), 'utf8');
  if (!source.includes(from)) throw new Error(`workflows/${file} no longer holds "${from}": change this test with it`);
  writeFileSync(join(copy, 'workflows', file), source.replace(from, to));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(copy, 'workflows/index.ts'), logger: new DefaultLogger('ERROR') });
  await Worker.runReplayHistory({ workflowBundle }, JSON.parse(readFileSync(HISTORY, 'utf8')));
}

const VALIDATE = 'const judged = await this.#steps.run(() => books.validateOrder({ orderId }));';

test.each([
  ['a new step', 'order-run.ts', VALIDATE, `await books.releaseStock({ orderId }); ${VALIDATE}`],
  ['a new wait', 'fulfillment.ts', 'await condition(() => this.#handedOver);', 'await condition(() => this.#handedOver); await condition(() => false, 1000);'],
  ['a step left out', 'fulfillment.ts', 'await this.steps.run(() => books.confirmDelivery(at), this.id);', ''],
])('%s fails the replay of an order that ran without it', async (_what, file, from, to) => {
  await expect(replayWith(file, from, to)).rejects.toThrow();
}, 60_000);

test('the same new step under patched() lets the order replay', async () => {
  const step = `if (require('@temporalio/workflow').patched('release-first')) await books.releaseStock({ orderId }); ${VALIDATE}`;
  await expect(replayWith('order-run.ts', VALIDATE, step)).resolves.toBeUndefined();
}, 60_000);
