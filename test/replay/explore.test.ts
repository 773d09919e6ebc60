import { allMerges, interleavings } from '../../bench/explore/interleavings';
import { bundleOf } from '../support/bundle';
import { startExplorer } from '../support/explorer';
import { retiredBundle } from '../support/retired-bundle';

const explore = startExplorer();
/** Two of the 20 sequences in which facts may arrive; `npm run explore` takes all of them. */
const merges = allMerges().filter((_, index) => index % 9 === 4);
/** The steps around which the old workflows leave broken histories. */
const STEPS = [6, 7, 8, 9];

test('whatever arrives while a step is under way, the order ends and its history replays', async () => {
  const all = interleavings(merges.slice(0, 1));
  const explored = await explore('actor', await bundleOf(), all);
  process.stdout.write(
    `${all.length} orders, ${explored.overlapped} arrivals with a heartbeat, ${explored.unanswered} Updates lost\n`,
  );
  expect(explored).toMatchObject({ unfinished: [], broken: [] });
  expect(explored.orders).toHaveLength(all.length);
  expect(explored.overlapped).toBeGreaterThan(all.length / 2);
}, 900_000);

test('the workflows of 0.4.0, whose fulfillments ran side by side, leave histories that do not replay', async () => {
  const all = interleavings(merges).filter(({ heldStep }) => STEPS.includes(heldStep));
  const { broken } = await explore('coroutines', retiredBundle(), all);
  process.stdout.write(`${broken.length} of ${all.length} orders of 0.4.0 do not replay\n`);
  expect(broken.length).toBeGreaterThan(0);
  for (const line of broken) expect(line).toContain('TMPRL1100');
}, 900_000);
