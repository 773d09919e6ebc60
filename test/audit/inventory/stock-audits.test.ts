import type { AuditSources } from '../../../src/audit/run-audits';
import { SYSTEM } from '../../../src/contracts/caller';
import { replenishmentWorkflowId } from '../../../src/contracts/temporal-names';
import type { SupplierJournalEntry } from '../../../src/providers/suppliers/supplier-provider';
import { until } from '../../sandboxes/sandboxes';
import { seedMall, type TestMall } from '../../support/mall';
import { callerFor, granted, intent, People } from '../../support/people';
import { startWorld, type World } from '../../support/world';
import { copyBooks, type Copy } from '../audit-books';
import { BOOK_AUDITS, STOCK_AUDITS } from '../audit-names';
import { expectations } from '../expect-false';

const PLATFORM = callerFor('platform');
let world: World;
let mall: TestMall;
let copy: Copy;
/** Two orders, one reserved without lots and one in the warehouse, and two replenishments. */
let ids: { held: string; picking: string; received: string; confirmed: string };
const { expectFalse, seen } = expectations(() => copy);

beforeAll(async () => {
  world = await startWorld({ paymentWindowSeconds: 3600 });
  mall = await seedMall(world.transactions);
  const { cup, lamp, rug } = mall.skus;
  const [first, second] = mall.warehouseIds;
  await world.transactions.run(SYSTEM, async (tx) => {
    await tx.insertInto('supplier').values({ id: 'sup_1', code: 'maker', name: 'Maker' }).execute();
    await tx.updateTable('sku').set({ supplierId: 'sup_1' }).where('id', 'in', [lamp.id, rug.id]).execute();
    await tx.updateTable('sku').set({ expires: true, minShelfLifeDays: 7 }).where('id', '=', cup.id).execute();
    await tx.updateTable('lot').set({ expiresOn: '2099-01-31' }).where('skuId', '=', cup.id).execute();
  });
  const people = new People(world, mall);
  const replenish = async (skuId: string, warehouseId: string) => {
    granted(await world.stock.set(PLATFORM, intent(), { skuId, warehouseId, reorder: { point: 30, to: 60 } }));
    const read = async () => granted(await world.replenishments.list(PLATFORM, { skuId, limit: 1 })).items[0];
    await until(async () => (await read())?.status === 'confirmed', 20_000);
    return { id: (await read())?.id ?? '', asked: (await read())?.asked ?? 0 };
  };
  const lamps = await replenish(lamp.id, first);
  granted(
    await world.stock.receive(PLATFORM, intent(), {
      skuId: lamp.id,
      warehouseId: first,
      lotCode: 'L2',
      quantity: lamps.asked,
      reference: 'DN-1',
    }),
  );
  const rugs = await replenish(rug.id, second);
  const order = await people.place({}, [cup]);
  const waiting = await people.place({ payment: { method: 'card', token: 'tok_redirect' } }, [cup]);
  ids = { held: waiting.id, picking: order.id, received: lamps.id, confirmed: rugs.id };
  await until(
    () =>
      world.transactions.run(
        SYSTEM,
        async (tx) => (await tx.selectFrom('workflow_message').select('id').execute()).length === 0,
      ),
    20_000,
  );
  await world.transactions.close();
}, 120_000);
afterAll(() => world.close());
beforeEach(async () => {
  copy = await copyBooks(world);
});
afterEach(() => copy.drop());

/** Builds the source of suppliers whose journal is rewritten. */
const suppliersThat = (
  rewrite: (entry: SupplierJournalEntry) => SupplierJournalEntry[],
): Pick<AuditSources, 'suppliers'> => ({
  suppliers: {
    code: world.suppliers.code,
    async *journal() {
      for await (const entry of world.suppliers.journal()) yield* rewrite(entry);
    },
  },
});

test('honest books hold, with goods that expire and shelves that are refilled', () => expectFalse({}));

describe('sourcing', () => {
  test('a reservation moved to another shelf', async () => {
    const [first, second] = mall.warehouseIds;
    await copy.spoil('update stock set reserved = reserved - 1 where "skuId" = $1 and "warehouseId" = $2', [
      mall.skus.cup.id,
      first,
    ]);
    await copy.spoil('insert into stock ("skuId", "warehouseId", "onHand", reserved) values ($1, $2, 1, 1)', [
      mall.skus.cup.id,
      second,
    ]);
    await copy.spoil(
      `insert into lot (id, "skuId", "warehouseId", "locationId", code, "onHand")
      select 'lot_x', $1, $2, id, 'X', 1 from location where "warehouseId" = $2`,
      [mall.skus.cup.id, second],
    );
    await copy.spoil(
      `insert into stock_movement ("skuId", "warehouseId", "lotId", quantity, reason, reference, actor)
      values ($1, $2, 'lot_x', 1, 'found', 'x', 'x')`,
      [mall.skus.cup.id, second],
    );
    await copy.spoil('update reservation set "warehouseId" = $2 where "orderId" = $1', [ids.held, second]);
    const found = (await copy.audit())
      .filter(({ outcome }) => outcome === 'false')
      .map(({ name, count }) => [name, count]);
    expect(found).toEqual([[STOCK_AUDITS.decided, 2]]);
    seen.add(STOCK_AUDITS.decided);
  });

  test('a sourcing decision that used safety stock', async () => {
    await copy.spoil(
      `update timeline_event set data = jsonb_set(data, '{sourcing,0,figures,left}', '-1')
      where "orderId" = $1 and type = 'stock.reserved'`,
      [ids.held],
    );
    await expectFalse({ [STOCK_AUDITS.safety]: ids.held, [BOOK_AUDITS.hashChain]: ids.held });
  });

  test('a lot whose label was misread: it expires tomorrow', async () => {
    await copy.spoil(`update lot set "expiresOn" = current_date + 1 where "skuId" = $1`, [mall.skus.cup.id]);
    await expectFalse({ [STOCK_AUDITS.keeps]: ids.picking, [STOCK_AUDITS.available]: mall.skus.cup.id });
  });
});

describe('replenishment', () => {
  test('a receipt counted twice', async () => {
    await copy.spoil('update replenishment set received = received * 2 where id = $1', [ids.received]);
    await expectFalse({ [STOCK_AUDITS.bookedIn]: ids.received });
  });

  test('a replenishment that ended as received too early', async () => {
    await copy.spoil(`update replenishment set status = 'received', "closedAt" = now() where id = $1`, [ids.confirmed]);
    await expectFalse({ [STOCK_AUDITS.complete]: ids.confirmed });
  });

  test('a purchase order that the supplier lost, has twice, or has with another quantity', async () => {
    await expectFalse(
      { [STOCK_AUDITS.atSupplier]: ids.confirmed },
      suppliersThat((entry) => (entry.key.startsWith(ids.confirmed) ? [] : [entry])),
    );
    await expectFalse(
      { [STOCK_AUDITS.atSupplier]: ids.received },
      suppliersThat((entry) => (entry.key.startsWith(ids.received) ? [entry, entry] : [entry])),
    );
    await expectFalse(
      { [STOCK_AUDITS.atSupplier]: ids.received },
      suppliersThat((entry) => [entry.key.startsWith(ids.received) ? { ...entry, quantity: 1 } : entry]),
    );
  });

  test('a purchase order that our books lost', async () => {
    await copy.spoil(`delete from operation where "subjectId" = $1 and kind = 'purchase'`, [ids.confirmed]);
    await expectFalse({ [STOCK_AUDITS.ofSupplier]: ids.confirmed });
  });

  test('a confirmation altered', async () => {
    await copy.spoil('update replenishment set confirmed = confirmed + 1 where id = $1', [ids.confirmed]);
    await expectFalse({ [STOCK_AUDITS.agrees]: ids.confirmed, [STOCK_AUDITS.answered]: ids.confirmed });
    await copy.spoil(
      `insert into supplier_answer ("replenishmentId", quantity, "expectedOn", actor)
      select id, confirmed, "expectedOn", $2 from replenishment where id = $1`,
      [ids.confirmed, 'support:test'],
    );
    await expectFalse({});
    await copy.spoil('delete from supplier_answer where "replenishmentId" = $1', [ids.confirmed]);
    await copy.spoil('update replenishment set confirmed = confirmed - 1 where id = $1', [ids.confirmed]);
    await expectFalse(
      { [STOCK_AUDITS.agrees]: ids.confirmed, [STOCK_AUDITS.answered]: ids.confirmed },
      suppliersThat((entry) => [{ ...entry, confirmed: null }]),
    );
  });
});

test('an unavailable supplier is no pass', async () => {
  const results = await copy.audit({
    suppliers: {
      code: 'sandbox-supplier',
      journal: () => {
        throw new Error('connection refused');
      },
    },
  });
  expect(results.filter(({ outcome }) => outcome === 'unknown').map(({ name }) => name)).toEqual([
    STOCK_AUDITS.atSupplier,
    STOCK_AUDITS.ofSupplier,
    STOCK_AUDITS.agrees,
  ]);
});

test('a workflow terminated', async () => {
  await copy.spoil(`update replenishment set "openedAt" = now() - interval '1 hour' where id = $1`, [ids.confirmed]);
  await expectFalse({});
  await world.temporal.client.workflow
    .getHandle(replenishmentWorkflowId(mall.warehouseIds[1], mall.skus.rug.id))
    .terminate();
  await expectFalse({ [STOCK_AUDITS.running]: ids.confirmed });
});

test('every audit of stock was turned false by one of these faults', () => {
  expect(Object.values(STOCK_AUDITS).filter((name) => !seen.has(name))).toEqual([]);
});
