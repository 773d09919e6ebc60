import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { seedMall } from '../support/mall';
import { People } from '../support/people';
import { Shelves } from '../support/stocked-shelves';
import { holding, startWorld, type World } from '../support/world';
import { REPLENISHMENT_SCENARIOS } from './replenishment-scenarios';
import { SCENARIOS } from './scenarios';

const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
/** The folder of this release; the histories of earlier releases are never made again. */
const folder = join(__dirname, 'histories', process.env.HISTORY_RELEASE ?? version);
let world: World;

/** Reads a history in the JSON that Temporal's tools exchange. */
async function historyOf(workflowId: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.env.TEMPORAL_CLI_PATH ?? '', [
    'workflow',
    'show',
    '--workflow-id',
    workflowId,
    '--output',
    'json',
    '--address',
    world.temporal.address,
  ]);
  // Stack traces name the folder of whoever captured; the replay does not need it.
  return stdout.replaceAll(join(__dirname, '../..', '/'), '');
}

beforeAll(async () => {
  if (existsSync(folder))
    throw new Error(
      `${folder} exists already: give package.json the next version, or name the release in HISTORY_RELEASE`,
    );
  world = await startWorld(
    { paymentWindowSeconds: 3, addressHold: holding(6, [2]) },
    { replenishment: { remindAfterSeconds: 1, reminders: 2, patienceSeconds: 1 } },
  );
  mkdirSync(folder, { recursive: true });
}, 60_000);
afterAll(() => world.close());

test('captures the history of every scenario', async () => {
  const mall = await seedMall(world.transactions);
  const people = new People(world, mall);
  const shelves = new Shelves(world, mall);
  const keep = async (name: string, workflowId: string): Promise<void> => {
    await world.temporal.client.workflow.getHandle(workflowId).result();
    writeFileSync(join(folder, `${name}.json`), await historyOf(workflowId));
  };
  for (const [name, play] of Object.entries(SCENARIOS))
    await keep(name, orderWorkflowId(await play({ world, mall, people })));
  for (const [name, play] of Object.entries(REPLENISHMENT_SCENARIOS)) await keep(name, await play({ world, shelves }));
}, 300_000);
