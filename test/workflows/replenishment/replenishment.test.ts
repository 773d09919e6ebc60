import { WorkflowNotFoundError } from '@temporalio/client';
import { readCatalogue } from '../../../src/books/catalogue/read-catalogue';
import { newId } from '../../../src/books/new-id';
import { insertDraft } from '../../../src/books/orders/orders';
import { reserve } from '../../../src/books/inventory/reservations';
import type { ReplenishmentResource } from '../../../src/contracts/purchasing/replenishment';
import { REPLENISHMENT_WORKFLOW } from '../../../src/contracts/temporal-names';
import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { TO_BRAZIL, TODAY } from '../../support/mall';
import { callerFor, granted, intent, People } from '../../support/people';
import { priced, unpromoted } from '../../support/prices';
import { vault } from '../../support/world';
import { startSuite } from '../../support/suite';

const PLATFORM = callerFor('platform');
const suite = startSuite({
  replenishment: { remindAfterSeconds: 1, reminders: 2, patienceSeconds: 1 },
  faultsIn: ['supplier'],
});

let skus = 0;
/** Makes a SKU with a watched shelf. */
async function watchedShelf(
  units: number,
  reorder = { point: 2, to: 50 },
): Promise<{ shelf: { skuId: string; warehouseId: string }; people: People }> {
  skus += 1;
  const skuId = await suite.world.transactions.run(SYSTEM, async (tx) => {
    const template = await tx
      .selectFrom('sku')
      .selectAll()
      .where('id', '=', suite.mall.skus.cup.id)
      .executeTakeFirstOrThrow();
    const id = `sku_${String(skus).padStart(26, '0')}`;
    const supplier = await tx
      .insertInto('supplier')
      .values({ id: `sup_${skus}`, code: `maker-${skus}`, name: 'Maker' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('sku')
      .values({ ...template, id, code: `CUP-${skus}`, supplierId: supplier.id })
      .execute();
    await tx
      .insertInto('price')
      .values({ skuId: id, validFrom: new Date(0), amount: suite.mall.skus.cup.unitAmount })
      .execute();
    return id;
  });
  const shelf = { skuId, warehouseId: suite.mall.warehouseIds[0] };
  granted(
    await suite.world.stock.receive(PLATFORM, intent(), {
      ...shelf,
      lotCode: 'L1',
      quantity: units,
      reference: 'opening',
    }),
  );
  granted(await suite.world.stock.set(PLATFORM, intent(), { ...shelf, reorder }));
  return { shelf, people: new People(suite.world, suite.mall) };
}

/** Drafts orders of one unit, and returns functions that reserve their stock as their workflows would. */
async function drafts(people: People, skuId: string, count: number): Promise<(() => Promise<void>)[]> {
  const order = people.cart({ lines: [{ skuId, quantity: 1 }] });
  const made = Array.from({ length: count }, () => newId('ord'));
  for (const orderId of made) {
    await suite.world.transactions.run(people.storefront, async (tx) => {
      const cart = priced({ currency: 'BRL', lines: order.lines, catalogue: await readCatalogue(tx, [skuId]) });
      await insertDraft(tx, vault, {
        orderId,
        storefrontId: people.storefront.subject,
        order,
        cart,
        ...unpromoted,
        paymentProvider: 'p',
        startLeaseUntil: new Date(Date.now() + 3_600_000),
      });
    });
  }
  return made.map(
    (orderId) => () =>
      suite.world.transactions.run(SYSTEM, async (tx) => {
        const lines = await tx.selectFrom('order_line').selectAll().where('orderId', '=', orderId).execute();
        const sourced = await reserve(tx, {
          orderId,
          demands: lines.map((line) => ({ lineId: line.id, ...line })),
          values: lines.map((line) => ({ lineId: line.id, amount: 10 })),
          delivery: TO_BRAZIL,
          today: TODAY,
          expiresAt: new Date(),
        });
        expect(sourced).toHaveProperty('parts');
      }),
  );
}

const replenishments = async ({ skuId }: { skuId: string }): Promise<ReplenishmentResource[]> =>
  granted(await suite.world.replenishments.list(PLATFORM, { skuId, limit: 100 })).items;
const tasksOf = (subject: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('task')
      .select(['reason', 'status'])
      .where('subject', '=', subject)
      .where('kind', '=', 'chase_supplier')
      .orderBy('id')
      .execute(),
  );
const openTasksOf = async (subject: string) =>
  (await tasksOf(subject)).filter(({ status }) => status === 'open').map(({ reason }) => reason);
const purchasesOf = async (ids: readonly string[]) => {
  const entries = [];
  for await (const entry of suite.world.suppliers.journal())
    if (ids.some((id) => entry.key.startsWith(`${id}:`))) entries.push(entry);
  return entries;
};
const manner = (how: string) => suite.world.supplier.call('POST', '/sandbox/manners', { manner: how });
const untilStatus = async (shelf: { skuId: string }, status: string): Promise<ReplenishmentResource> => {
  await until(async () => (await replenishments(shelf))[0]?.status === status, 20_000);
  return (await replenishments(shelf))[0] as ReplenishmentResource;
};
const untilEnded = ({ skuId, warehouseId }: { skuId: string; warehouseId: string }) =>
  until(async () => {
    try {
      return (await suite.shelves.workflowOf({ warehouseId, skuId }).describe()).status.name === 'COMPLETED';
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return false;
    }
  }, 20_000);
const receive = (shelf: { skuId: string; warehouseId: string }, quantity: number) =>
  suite.world.stock.receive(PLATFORM, intent(), { ...shelf, lotCode: 'L2', quantity, reference: 'DN-1' });
/** Takes from the shelf by hand, down to its threshold. */
const deplete = async (shelf: { skuId: string; warehouseId: string }, units: number) => {
  const [first] = granted(await suite.world.stock.list(PLATFORM, { ...shelf, limit: 1 })).items;
  granted(
    await suite.world.stock.adjust(PLATFORM, intent(), {
      lotId: first?.lots[0]?.id ?? '',
      quantity: -units,
      reason: 'lost',
      reference: 'R-1',
    }),
  );
};

test('two hundred orders cross a threshold at once: one replenishment and one purchase order', async () => {
  const { shelf, people } = await watchedShelf(250, { point: 200, to: 300 });
  const reserveOne = await drafts(people, shelf.skuId, 200);
  for (let at = 0; at < 200; at += 50) await Promise.all(reserveOne.slice(at, at + 50).map((hold) => hold()));
  await until(() => suite.world.outbox.sweep(0).then((sent) => sent === 0), 20_000);
  const { id, asked, confirmed } = await untilStatus(shelf, 'confirmed');
  expect(await replenishments(shelf)).toHaveLength(1);
  expect(await purchasesOf([id])).toEqual([expect.objectContaining({ quantity: asked, confirmed: asked })]);
  expect(confirmed).toBe(asked);
  granted(await receive(shelf, 40));
  expect((await replenishments(shelf))[0]).toMatchObject({ status: 'confirmed', received: 40 });
  granted(await receive(shelf, (asked ?? 0) - 40));
  expect((await replenishments(shelf))[0]).toMatchObject({ id, status: 'received', received: asked });
  await until(async () => (await replenishments(shelf)).every(({ closedAt }) => closedAt !== null));
  await untilEnded(shelf);
  expect(await openTasksOf(id)).toEqual([]);
}, 120_000);

describe('whatever the supplier does, it ends in a receipt or a task', () => {
  test('down: a follow-up opens, and when it is back it gets one purchase order', async () => {
    const { shelf } = await watchedShelf(10);
    await suite.world.supplier.fault({ mode: 'down', operation: 'purchase', times: 1_000 });
    await deplete(shelf, 9);
    const [{ id } = { id: '' }] = await replenishments(shelf);
    await until(async () => (await openTasksOf(id)).includes('supplier_unreachable'), 20_000);
    await suite.world.supplier.call('DELETE', '/sandbox/faults');
    await untilStatus(shelf, 'confirmed');
    await until(async () => (await openTasksOf(id)).length === 0);
    expect(await purchasesOf([id])).toHaveLength(1);
    granted(await receive(shelf, 49));
    await untilEnded(shelf);
  }, 60_000);

  test('slow, and its answer is lost: it is asked by key, and there is one purchase order', async () => {
    const { shelf } = await watchedShelf(10);
    await suite.world.supplier.fault({ mode: 'execute_then_timeout', operation: 'purchase', delayMs: 3_000 });
    await deplete(shelf, 9);
    const { id } = await untilStatus(shelf, 'confirmed');
    granted(await receive(shelf, 49));
    await untilEnded(shelf);
    expect(await purchasesOf([id])).toHaveLength(1);
  }, 60_000);

  test('answers twice: the second answer changes nothing', async () => {
    const { shelf } = await watchedShelf(10);
    await manner('twice');
    await deplete(shelf, 9);
    await untilStatus(shelf, 'confirmed');
    await until(async () => (await suite.world.supplier.call('GET', '/healthz')).body.undelivered === 0);
    granted(await receive(shelf, 49));
    await untilEnded(shelf);
    expect(await replenishments(shelf)).toMatchObject([{ confirmed: 49, received: 49, status: 'received' }]);
  }, 60_000);

  test('confirms half: that half ends it, and the next replenishment opens for the low shelf', async () => {
    const { shelf } = await watchedShelf(10, { point: 30, to: 50 });
    await manner('half');
    await until(() => suite.world.outbox.sweep(0).then((sent) => sent === 0));
    expect(await untilStatus(shelf, 'confirmed')).toMatchObject({ asked: 40, confirmed: 20 });
    granted(await receive(shelf, 20));
    await until(async () => (await replenishments(shelf)).length === 2);
    const [next, first] = await replenishments(shelf);
    expect(first).toMatchObject({ status: 'received', received: 20 });
    await untilStatus(shelf, 'confirmed');
    granted(await receive(shelf, (await replenishments(shelf))[0]?.asked ?? 0));
    await untilEnded(shelf);
    expect((await replenishments(shelf))[0]).toMatchObject({ id: next?.id, status: 'received', asked: 20 });
  }, 60_000);

  test('answers when it is reminded: no follow-up opens', async () => {
    const { shelf } = await watchedShelf(10);
    await manner('when_reminded');
    await deplete(shelf, 9);
    const { id } = await untilStatus(shelf, 'confirmed');
    expect(await tasksOf(id)).toEqual([]);
    granted(await receive(shelf, 49));
    await untilEnded(shelf);
  }, 60_000);

  test('never answers: it is reminded twice, then a follow-up opens until staff close the replenishment', async () => {
    const { shelf } = await watchedShelf(10);
    await manner('never');
    await deplete(shelf, 9);
    const { id } = await untilStatus(shelf, 'requested');
    await until(async () => (await openTasksOf(id)).includes('supplier_silent'), 20_000);
    const entries = (await suite.world.supplier.call('GET', '/v1/journal')).body.entries as {
      key: string;
      reminders: number;
    }[];
    expect(entries.find(({ key }) => key.startsWith(id))?.reminders).toBe(2);
    granted(await suite.world.replenishments.close(PLATFORM, intent(), id, { reason: 'supplier_cancelled' }));
    await untilEnded(shelf);
    expect([(await replenishments(shelf))[0], await openTasksOf(id)]).toMatchObject([
      { status: 'closed', closedFor: 'supplier_cancelled' },
      [],
    ]);
  }, 60_000);

  test('sends nothing: a follow-up opens; goods from elsewhere end it', async () => {
    const { shelf } = await watchedShelf(10);
    await manner('nothing');
    await deplete(shelf, 9);
    await until(async () => (await replenishments(shelf))[0]?.confirmed === 0, 20_000);
    const [{ id } = { id: '' }] = await replenishments(shelf);
    await until(async () => (await openTasksOf(id)).includes('supplier_refused'), 20_000);
    granted(await receive(shelf, 49));
    await untilEnded(shelf);
    expect(await openTasksOf(id)).toEqual([]);
  }, 60_000);
});

test('goods without a supplier open a follow-up, and the Web UI can cancel the replenishment', async () => {
  const { shelf } = await watchedShelf(10);
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ supplierId: null }).where('id', '=', shelf.skuId).execute(),
  );
  await deplete(shelf, 9);
  const [{ id } = { id: '' }] = await replenishments(shelf);
  await until(async () => (await openTasksOf(id)).includes('no_supplier'), 20_000);
  await suite.shelves.workflowOf(shelf).cancel();
  expect(await untilStatus(shelf, 'closed')).toMatchObject({ closedFor: 'operator_decision' });
}, 60_000);

test('units refused for lack of stock add to the next request, up to the size of the shelf', async () => {
  const { shelf, people } = await watchedShelf(10, { point: 2, to: 50 });
  const refused = await suite.world.orders.place(
    people.storefront,
    intent(),
    people.cart({ lines: [{ skuId: shelf.skuId, quantity: 30 }] }),
  );
  expect(refused).toMatchObject({ refused: 'out_of_stock' });
  expect(await openTasksOf(shelf.skuId)).toEqual(['demand_unmet']);
  await deplete(shelf, 8);
  expect(await untilStatus(shelf, 'confirmed')).toMatchObject({ asked: 48 + 20 });
  granted(await receive(shelf, 68));
  await untilEnded(shelf);
}, 60_000);

test('each shelf has one workflow, and all have one type', async () => {
  const ids = [];
  for await (const { workflowId } of suite.world.temporal.client.workflow.list({
    query: `WorkflowType = '${REPLENISHMENT_WORKFLOW}' AND ExecutionStatus = 'Running'`,
  }))
    ids.push(workflowId);
  expect(ids).toEqual([]);
});
