import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { explore, lifeOf, mergesOf, type Interleaving } from '../../bench/explore/explore';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/temporal-names';
import { bundleOf } from '../support/bundle';
import { retiredBundle } from '../support/retired-bundle';

const TYPES = {
  Keyword: SearchAttributeType.KEYWORD,
  KeywordList: SearchAttributeType.KEYWORD_LIST,
  Datetime: SearchAttributeType.DATETIME,
} as const;
/** Steps of an order of two fulfillments: four until they are released, three for each, and its end. */
const STEPS = 11;
const AT_ONCE = 8;

let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: process.env.TEMPORAL_CLI_PATH ?? '' },
      searchAttributes: Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) =>
        defineSearchAttributeKey(name, TYPES[type]),
      ),
    },
  });
}, 60_000);
afterAll(() => temporal.teardown());

/**
 * Every step after the release of two orders of facts, with what may arrive while it is under way: one or two facts,
 * together or each with a heartbeat of its own, the answer of a provider, an Update of staff, a cancellation, and the
 * end of a timer.
 */
function interleavings(): Interleaving[] {
  const merges = mergesOf(lifeOf(0), lifeOf(1)).filter((_, index) => index % 9 === 4);
  const plain = { patient: false, update: null, silenceSeconds: 3_600 };
  return merges.flatMap((facts, merge) =>
    Array.from({ length: STEPS - 4 }, (_, index) => index + 5).flatMap((heldStep): Interleaving[] => [
      { ...plain, facts, heldStep, arriving: 1, apart: false },
      { ...plain, facts, heldStep, arriving: 2, apart: true },
      { ...plain, facts, heldStep, arriving: 1 + (merge % 2), apart: heldStep % 2 === 0, patient: true },
      { ...plain, facts, heldStep, arriving: 1, apart: heldStep % 2 === 1, update: 'handToPerson', silenceSeconds: 1 },
      { ...plain, facts, heldStep, arriving: 0, apart: true, patient: merge % 2 === 0, update: 'cancelOrder' },
      { ...plain, facts, heldStep, arriving: 1, apart: true, silenceSeconds: 1 },
    ]),
  );
}

test('whatever arrives while a step is under way, the order ends and its history replays', async () => {
  const all = interleavings();
  const explored = await explore(
    { client: temporal.client, connection: temporal.nativeConnection, workflowBundle: await bundleOf() },
    all,
    AT_ONCE,
    'actor',
  );
  process.stdout.write(`${all.length} orders, ${explored.overlapped} arrivals with a heartbeat of a step\n`);
  expect(explored).toMatchObject({ unfinished: [], broken: [] });
  expect(explored.orders).toHaveLength(all.length);
  expect(explored.overlapped).toBeGreaterThan(all.length / 2);
}, 900_000);

test('the workflows of 0.4.0, whose fulfillments ran side by side, leave histories that do not replay', async () => {
  const all = interleavings().filter((_, index) => index % 2 === 1);
  const { broken } = await explore(
    { client: temporal.client, connection: temporal.nativeConnection, workflowBundle: retiredBundle() },
    all,
    AT_ONCE,
    'coroutines',
  );
  process.stdout.write(`${broken.length} of ${all.length} orders of 0.4.0 do not replay\n`);
  expect(broken.length).toBeGreaterThan(0);
  for (const line of broken) expect(line).toContain('TMPRL1100');
}, 900_000);
