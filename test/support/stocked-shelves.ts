import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { SYSTEM } from '../../src/contracts/caller';
import { replenishmentWorkflowId } from '../../src/contracts/temporal-names';
import type { ReplenishmentResource } from '../../src/contracts/purchasing/replenishment';
import type { SupplierJournalEntry } from '../../src/providers/suppliers/supplier-provider';
import { until } from '../sandboxes/sandboxes';
import { messagesTo } from './held-orders';
import type { TestMall } from './mall';
import { callerFor, granted, intent } from './people';
import type { World } from './world';

const PLATFORM = callerFor('platform');

export interface Shelf {
  readonly skuId: string;
  readonly warehouseId: string;
}

/** Says how a supplier takes its orders. */
export interface Ways {
  readonly online?: boolean;
  readonly email?: string;
}

/** Makes watched shelves, each of a SKU and a supplier of its own, and follows their replenishments. */
export class Shelves {
  #made = 0;

  constructor(
    private readonly world: World,
    private readonly mall: TestMall,
  ) {}

  /** Makes a watched shelf with some units. */
  async watched(units = 10, ways: Ways = {}, reorder = { point: 2, to: 50 }): Promise<Shelf> {
    const n = (this.#made += 1);
    const skuId = await this.world.transactions.run(SYSTEM, async (tx) => {
      const template = await tx
        .selectFrom('sku')
        .selectAll()
        .where('id', '=', this.mall.skus.cup.id)
        .executeTakeFirstOrThrow();
      const id = `sku_${String(n).padStart(26, '0')}`;
      const supplier = await tx
        .insertInto('supplier')
        .values({ id: `sup_${n}`, code: `maker-${n}`, name: 'Maker', ...ways })
        .returning('id')
        .executeTakeFirstOrThrow();
      await tx
        .insertInto('sku')
        .values({ ...template, id, code: `CUP-${n}`, supplierId: supplier.id })
        .execute();
      return id;
    });
    const shelf = { skuId, warehouseId: this.mall.warehouseIds[0] };
    granted(
      await this.world.stock.receive(PLATFORM, intent(), {
        ...shelf,
        lotCode: 'L1',
        quantity: units,
        reference: 'opening',
      }),
    );
    granted(await this.world.stock.set(PLATFORM, intent(), { ...shelf, reorder }));
    return shelf;
  }

  /** Takes units from a shelf by hand, down to its threshold; returns the replenishment that opens. */
  async deplete(shelf: Shelf, units = 9): Promise<string> {
    const [first] = granted(await this.world.stock.list(PLATFORM, { ...shelf, limit: 1 })).items;
    granted(
      await this.world.stock.adjust(PLATFORM, intent(), {
        lotId: first?.lots[0]?.id ?? '',
        quantity: -units,
        reason: 'lost',
        reference: 'R-1',
      }),
    );
    return (await this.read(shelf)).id;
  }

  /** Reads the newest replenishment of a shelf. */
  async read({ skuId }: Shelf): Promise<ReplenishmentResource> {
    const [newest] = granted(await this.world.replenishments.list(PLATFORM, { skuId, limit: 1 })).items;
    if (!newest) throw new Error(`${skuId} has no replenishment`);
    return newest;
  }

  async receive(shelf: Shelf, quantity: number): Promise<void> {
    granted(
      await this.world.stock.receive(PLATFORM, intent(), { ...shelf, lotCode: 'L2', quantity, reference: 'DN-1' }),
    );
  }

  async untilStatus(shelf: Shelf, status: string): Promise<ReplenishmentResource> {
    await until(async () => (await this.read(shelf)).status === status, 20_000);
    return this.read(shelf);
  }

  /** Finds the workflow of a shelf. */
  workflowOf({ warehouseId, skuId }: Shelf): WorkflowHandle {
    return this.world.temporal.client.workflow.getHandle(replenishmentWorkflowId(warehouseId, skuId));
  }

  /** Reads the state of a shelf's workflow; undefined when Temporal knows of none. */
  async stateOf(shelf: Shelf): Promise<string | undefined> {
    try {
      return (await this.workflowOf(shelf).describe()).status.name;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return undefined;
    }
  }

  untilEnded(shelf: Shelf): Promise<void> {
    return until(async () => (await this.stateOf(shelf)) === 'COMPLETED', 20_000);
  }

  /** Lists the reasons of the open follow-ups of a replenishment. */
  async followUps(replenishmentId: string): Promise<(string | null)[]> {
    const rows = await this.world.transactions.run(SYSTEM, (tx) =>
      tx
        .selectFrom('task')
        .select('reason')
        .where('subject', '=', replenishmentId)
        .where('kind', '=', 'chase_supplier')
        .where('status', '=', 'open')
        .orderBy('id')
        .execute(),
    );
    return rows.map(({ reason }) => reason);
  }

  untilFollowUp(replenishmentId: string, reason: string): Promise<void> {
    return until(async () => (await this.followUps(replenishmentId)).includes(reason), 20_000);
  }

  /** Lists the mails about a replenishment, oldest first: their kind and number. */
  async mailsOf(replenishmentId: string): Promise<string[]> {
    return (await messagesTo(this.world, replenishmentId)).map(({ key }) => key.slice(replenishmentId.length + 1));
  }

  /** Reads an operation by its key. */
  operation(key: string): Promise<{ status: string; result: unknown } | undefined> {
    return this.world.transactions.run(SYSTEM, (tx) =>
      tx.selectFrom('operation').select(['status', 'result']).where('providerKey', '=', key).executeTakeFirst(),
    );
  }

  /** Lists the purchase orders that the supplier took online for a replenishment. */
  async purchasesOf(replenishmentId: string): Promise<SupplierJournalEntry[]> {
    const entries = [];
    for await (const entry of this.world.suppliers.journal())
      if (entry.key.startsWith(`${replenishmentId}:`)) entries.push(entry);
    return entries;
  }
}
