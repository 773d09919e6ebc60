import type { WorkflowHandle } from '@temporalio/client';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import type { OrderPolicies } from '../../src/services/policies';
import type { InterventionService } from '../../src/services/interventions/intervention-service';
import { seedMall, type TestMall } from './mall';
import { People } from './people';
import { Shelves } from './stocked-shelves';
import { startWorld, type World, type WorldSetup } from './world';

type FaultySandbox = 'carrier' | 'gateway' | 'supplier' | 'notifier';

export interface SuiteSetup extends WorldSetup {
  /** The order policies that differ from the defaults. */
  readonly policies?: Partial<OrderPolicies>;
  /** Gives each test a world of its own, instead of one to the suite. */
  readonly perTest?: boolean;
  /** Sandboxes whose faults end after each test. */
  readonly faultsIn?: readonly FaultySandbox[];
}

/** Hands out the world of a suite to its tests. */
export interface Suite {
  readonly world: World;
  readonly mall: TestMall;
  readonly people: People;
  readonly shelves: Shelves;
  readonly interventions: InterventionService;
  /** Finds the workflow of an order. */
  workflowOf(orderId: string): WorkflowHandle;
  /** Ends every fault of the sandboxes that `faultsIn` names. */
  endFaults(): Promise<void>;
}

type Parts = Pick<Suite, 'world' | 'mall' | 'people' | 'shelves' | 'interventions'>;

/** Registers the hooks that start a world with a seeded mall before the tests and close it after them. */
export function startSuite({ policies, perTest = false, faultsIn = [], ...setup }: SuiteSetup = {}): Suite {
  let world: World | undefined;
  let parts: Parts | undefined;
  const started = (): Parts => {
    if (parts === undefined) throw new Error('The world of a suite starts with its first test');
    return parts;
  };
  const endFaults = async (): Promise<void> => {
    await Promise.all(faultsIn.map((sandbox) => started().world[sandbox].call('DELETE', '/sandbox/faults')));
  };

  const [before, after] = perTest ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(async () => {
    parts = undefined;
    world = undefined;
    world = await startWorld(policies, setup);
    parts = await seeded(world);
  }, 120_000);
  after(() => world?.close(), 60_000);
  if (faultsIn.length > 0) afterEach(endFaults);

  return {
    get world() {
      return started().world;
    },
    get mall() {
      return started().mall;
    },
    get people() {
      return started().people;
    },
    get shelves() {
      return started().shelves;
    },
    get interventions() {
      return started().interventions;
    },
    workflowOf: (orderId) => started().world.temporal.client.workflow.getHandle(orderWorkflowId(orderId)),
    endFaults,
  };
}

async function seeded(world: World): Promise<Parts> {
  const mall = await seedMall(world.transactions);
  return {
    world,
    mall,
    people: new People(world, mall),
    shelves: new Shelves(world, mall),
    interventions: world.interventions,
  };
}
