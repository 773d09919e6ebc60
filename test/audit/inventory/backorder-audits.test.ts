import { SYSTEM } from '../../../src/contracts/caller';
import { backorderedSku, bring } from '../../support/backorders';
import { until } from '../../sandboxes/sandboxes';
import { seedMall, type TestSku } from '../../support/mall';
import { People } from '../../support/people';
import { startWorld, type World } from '../../support/world';
import { BACKORDER_AUDITS, copyBooks, type Copy } from '../audit-books';

let world: World;
let copy: Copy;
let sku: TestSku;
/** An order that holds some and waits for more, and one that waits behind it; one that had to wait and went on. */
let of: { first: string; behind: string; gone: string };
const seen = new Set<string>();

beforeAll(async () => {
  world = await startWorld({ paymentWindowSeconds: 3600 });
  const mall = await seedMall(world.transactions);
  const people = new People(world, mall);
  sku = await backorderedSku(world.transactions, mall, 1);
  const buy = async (quantity: number) => (await people.place({ lines: [{ skuId: sku.id, quantity }] })).id;
  const gone = await buy(2);
  of = { gone, first: await buy(3), behind: await buy(1) };
  await bring(world.transactions, sku.id, mall.warehouseIds[0], 2);
  await world.messenger.sweep(0);
  await people.untilStatus(gone, 'in_fulfillment');
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

/** Expects these audits to be false, each naming one subject with this in it, and all others to be true. */
async function expectFalse(expected: Readonly<Record<string, string>>): Promise<void> {
  const found = (await copy.audit())
    .filter(({ outcome }) => outcome !== 'true')
    .map(({ name, findings }) => [name, findings.map(({ subject }) => subject)] as const);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(expected).map(([name, subject]) => [name, [expect.stringContaining(subject)]])),
  );
  for (const name of Object.keys(expected)) seen.add(name);
}

test('honest books hold, with orders that wait and one that waited', () => expectFalse({}));

test('a counter of what is owed that was altered', async () => {
  await copy.spoil('update sku set owed = owed + 1 where id = $1', [sku.id]);
  await expectFalse({ [BACKORDER_AUDITS.owed]: sku.id });
});

test('a backorder that was filled by hand, without goods', async () => {
  await copy.spoil(`update backorder set filled = quantity, status = 'filled' where "orderId" = $1`, [of.behind]);
  await copy.spoil('update sku set owed = owed - 1 where id = $1', [sku.id]);
  await expectFalse({ [BACKORDER_AUDITS.whole]: of.behind });
});

test('goods that went to the one behind', async () => {
  await copy.spoil(`update orders set "agreedOn" = "agreedOn" + 1 where id = $1`, [of.first]);
  await copy.spoil(`update backorder set "createdAt" = "createdAt" - interval '1 hour' where "orderId" = $1`, [
    of.behind,
  ]);
  await expectFalse({ [BACKORDER_AUDITS.turn]: of.behind });
});

test('goods that were put on a shelf around the books', async () => {
  await copy.spoil('update stock set "onHand" = "onHand" + 1 where "skuId" = $1', [sku.id]);
  await copy.spoil(
    'update lot set "onHand" = "onHand" + 1 where "skuId" = $1 and id = (select min(id) from lot where "skuId" = $1)',
    [sku.id],
  );
  await copy.spoil(
    'update stock_movement set quantity = quantity + 1 where "skuId" = $1 and id = (select min(id) from stock_movement where "skuId" = $1)',
    [sku.id],
  );
  await expectFalse({ [BACKORDER_AUDITS.unpromised]: sku.id });
});

test('every audit of backorders was turned false by one of these faults', () => {
  expect(Object.values(BACKORDER_AUDITS).filter((name) => !seen.has(name))).toEqual([]);
});
