import { SYSTEM } from '../../../src/contracts/caller';
import { backorderedSku, bring } from '../../support/backorders';
import { until } from '../../sandboxes/sandboxes';
import { seedMall, type TestSku } from '../../support/mall';
import { People } from '../../support/people';
import { startWorld, type World } from '../../support/world';
import { copyBooks, type Copy } from '../audit-books';
import { BACKORDER_AUDITS } from '../audit-names';
import { expectations } from '../expect-false';

let world: World;
let copy: Copy;
let sku: TestSku;
/** One order holds some units and waits for more, one waits behind it, and one waited and was filled. */
let orders: { first: string; behind: string; filled: string };
const { expectFalse, seen } = expectations(() => copy);

beforeAll(async () => {
  world = await startWorld({ paymentWindowSeconds: 3600 });
  const mall = await seedMall(world.transactions);
  const people = new People(world, mall);
  sku = await backorderedSku(world.transactions, mall, 1);
  const buy = async (quantity: number) => (await people.place({ lines: [{ skuId: sku.id, quantity }] })).id;
  const filled = await buy(2);
  orders = { filled, first: await buy(3), behind: await buy(1) };
  await bring(world.transactions, sku.id, mall.warehouseIds[0], 2);
  await world.outbox.sweep(0);
  await people.untilStatus(filled, 'in_fulfillment');
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

test('honest books hold, with orders that wait and one that waited', () => expectFalse({}));

test('an altered counter of owed units', async () => {
  await copy.spoil('update sku set owed = owed + 1 where id = $1', [sku.id]);
  await expectFalse({ [BACKORDER_AUDITS.owed]: sku.id });
});

test('a backorder that was filled by hand, without goods', async () => {
  await copy.spoil(`update backorder set filled = quantity, status = 'filled' where "orderId" = $1`, [orders.behind]);
  await copy.spoil('update sku set owed = owed - 1 where id = $1', [sku.id]);
  await expectFalse({ [BACKORDER_AUDITS.whole]: orders.behind });
});

test('goods that went to the order behind', async () => {
  await copy.spoil(`update orders set "agreedOn" = "agreedOn" + 1 where id = $1`, [orders.first]);
  await copy.spoil(`update backorder set "createdAt" = "createdAt" - interval '1 hour' where "orderId" = $1`, [
    orders.behind,
  ]);
  await expectFalse({ [BACKORDER_AUDITS.turn]: orders.behind });
});

test('goods that were put on a shelf around the books', async () => {
  await copy.spoil('update stock set "onHand" = "onHand" + 1 where "skuId" = $1', [sku.id]);
  await copy.spoil(
    `update lot set "onHand" = "onHand" + 1
    where "skuId" = $1 and id = (select min(id) from lot where "skuId" = $1)`,
    [sku.id],
  );
  await copy.spoil(
    `update stock_movement set quantity = quantity + 1
    where "skuId" = $1 and id = (select min(id) from stock_movement where "skuId" = $1)`,
    [sku.id],
  );
  await expectFalse({ [BACKORDER_AUDITS.unpromised]: sku.id });
});

test('every audit of backorders was turned false by one of these faults', () => {
  expect(Object.values(BACKORDER_AUDITS).filter((name) => !seen.has(name))).toEqual([]);
});
