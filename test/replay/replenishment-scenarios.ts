import { replenishmentWorkflowId } from '../../src/contracts/temporal-names';
import { callerFor, granted, intent } from '../support/people';
import type { Shelf, Shelves } from '../support/stocked-shelves';
import type { World } from '../support/world';
import { contentOf } from '../support/held-orders';
import { until } from '../sandboxes/sandboxes';

/** Gives a scenario of replenishment its world and its shelves. */
export interface StockRoom {
  readonly world: World;
  readonly shelves: Shelves;
}

const workflowIdOf = ({ warehouseId, skuId }: Shelf): string => replenishmentWorkflowId(warehouseId, skuId);

/** The ways through a replenishment whose histories every later release must replay. Each returns its workflow's id. */
export const REPLENISHMENT_SCENARIOS: Readonly<Record<string, (room: StockRoom) => Promise<string>>> = {
  replenishment: async ({ world, shelves }) => {
    await world.supplier.call('POST', '/sandbox/manners', { manner: 'when_reminded' });
    const shelf = await shelves.watched();
    await shelves.deplete(shelf);
    await shelves.untilStatus(shelf, 'confirmed');
    await shelves.receive(shelf, 49);
    return workflowIdOf(shelf);
  },
  'replenishment-by-mail': async ({ world, shelves }) => {
    await world.supplier.fault({ mode: 'down', times: 1_000 });
    const shelf = await shelves.watched(10, { email: 'orders@maker.example' });
    const id = await shelves.deplete(shelf);
    await contentOf(world, `${id}:remind_email:1`);
    await world.supplier.call('DELETE', '/sandbox/faults');
    granted(
      await world.replenishments.answer(callerFor('support'), intent(), id, { quantity: 49, expectedOn: '2099-01-31' }),
    );
    // Goods that came before the workflow has the answer would skip steps.
    const handle = world.temporal.client.workflow.getHandle(workflowIdOf(shelf));
    await until(
      async () =>
        (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails.includes(
          '49 units',
        ),
      20_000,
    );
    await shelves.receive(shelf, 49);
    return workflowIdOf(shelf);
  },
  'replenishment-closed-out-of-reach': async ({ world, shelves }) => {
    await world.supplier.fault({ mode: 'down', times: 1_000 });
    const shelf = await shelves.watched();
    const id = await shelves.deplete(shelf);
    await shelves.untilFollowUp(id, 'supplier_unreachable');
    granted(await world.replenishments.close(callerFor('platform'), intent(), id, { reason: 'not_needed' }));
    await shelves.untilEnded(shelf);
    await world.supplier.call('DELETE', '/sandbox/faults');
    return workflowIdOf(shelf);
  },
};
