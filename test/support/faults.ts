import { openShop, seedShop, type Shop } from '../../bench/soak/shop';
import { Links } from '../../bench/soak/links';
import type { SampleMall } from '../../src/services/catalogue/sample-mall';
import { startTestStack } from './stack';

/** Runs a shop on a stack of its own, whose processes may be killed and whose links may be cut. */
export interface FaultyShop extends Shop {
  /** Stops the stack; throws when a process had ended that nobody killed. */
  close(): Promise<void>;
}

/**
 * Starts a whole stack with a shop on it. Kills, provider faults and verdicts are in bench/soak, whose long form runs
 * them too.
 */
export async function startFaultyShop(): Promise<FaultyShop> {
  const malls: SampleMall[] = [];
  const links = await Links.open();
  try {
    const stack = await startTestStack({
      seed: async (ownerUrl) => {
        malls.push(await seedShop(ownerUrl));
      },
      reroute: links.reroute,
    });
    const [mall] = malls;
    if (mall === undefined) throw new Error('The stack was not seeded');
    return {
      ...openShop(stack, mall, links),
      close: async () => {
        await stack.destroy().finally(() => links.close());
      },
    };
  } catch (error) {
    await links.close();
    throw error;
  }
}
