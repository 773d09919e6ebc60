import { allMerges, interleavings } from '../../bench/explore/interleavings';
import { bundleOf } from '../support/bundle';
import { startExplorer } from '../support/explorer';

const explore = startExplorer();

test.each(allMerges().map((facts, merge) => [merge, facts] as const))(
  'sequence %d, counted from 0 to 19: whatever arrives while a step is under way, the history replays',
  async (merge, facts) => {
    const all = interleavings([facts], merge);
    const explored = await explore(`merge-${merge}`, await bundleOf(), all);
    process.stdout.write(`${merge}: ${all.length} orders, ${explored.overlapped} arrivals with a heartbeat\n`);
    expect(explored).toMatchObject({ unfinished: [], broken: [] });
    expect(explored.overlapped).toBeGreaterThan(all.length / 2);
  },
  900_000,
);
