import { newId } from '../../../src/books/new-id';
import { receiveStock } from '../../../src/books/inventory/receipts';
import { backorderAudits } from '../../../src/audit/inventory/backorder-audits';
import { sourcingAudits } from '../../../src/audit/inventory/sourcing-audits';
import { stockAudits } from '../../../src/audit/inventory/stock-audits';
import { SYSTEM } from '../../../src/contracts/caller';
import { isRefusal } from '../../../src/contracts/errors';
import type { Recipient } from '../../../src/contracts/addresses/recipient';
import { INCOMPLETE, correctAddress, recipient } from '../../support/held-orders';
import { intent } from '../../support/people';
import { holding } from '../../support/world';
import { TODAY } from '../../support/mall';
import { startSuite } from '../../support/suite';

const TWO_DAYS = 48 * 3600;
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** A good address abroad, which only the steady carrier serves. */
const abroad: Recipient = {
  name: 'Recipient One',
  phone: '+1 212 555 0123',
  address: { country: 'US', region: 'NY', city: 'New York', line1: '350 Fifth Avenue', postcode: '10118' },
};

const suite = startSuite({ policies: { addressHold: holding(TWO_DAYS) } });

/**
 * Makes a SKU with a minimum shelf life of 30 days: 50 units expire on one day, `more` units on another.
 */
const perishable = (soon: string, late: string, more: number): Promise<string> =>
  suite.world.transactions.run(SYSTEM, async (tx) => {
    const template = await tx
      .selectFrom('sku')
      .selectAll()
      .where('id', '=', suite.mall.skus.cup.id)
      .executeTakeFirstOrThrow();
    const [skuId, warehouseId] = [newId('sku'), suite.mall.warehouseIds[0]];
    const { id: locationId } = await tx
      .selectFrom('location')
      .select('id')
      .where('warehouseId', '=', warehouseId)
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('sku')
      .values({ ...template, id: skuId, code: skuId, expires: true, minShelfLifeDays: 30 })
      .execute();
    await tx
      .insertInto('price')
      .values({ skuId, validFrom: new Date(0), amount: suite.mall.skus.cup.unitAmount })
      .execute();
    for (const [expiresOn, quantity] of [
      [soon, 50],
      [late, more],
    ] as const) {
      await receiveStock(
        tx,
        [{ skuId, warehouseId, locationId, lotCode: expiresOn, expiresOn, quantity, reference: 'test' }],
        TODAY,
      );
    }
    return skuId;
  });
const slowAbroad = (maxWeightG = 30_000) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('carrier')
      .set({ countries: ['US'], deliveryDays: 20, maxWeightG })
      .where('code', '=', 'steady')
      .execute(),
  );
const placeHeld = async (quantity: number, skuId = suite.mall.skus.cup.id) => {
  const order = await suite.people.place({ recipient: INCOMPLETE, lines: [{ skuId, quantity }] });
  expect(order.status).toBe('awaiting_address');
  return order.id;
};
const lotsOf = (orderId: string) =>
  suite.world.transactions.run(SYSTEM, async (tx) =>
    (
      await tx
        .selectFrom('reservation as r')
        .innerJoin('allocation as a', 'a.reservationId', 'r.id')
        .innerJoin('lot as l', 'l.id', 'a.lotId')
        .select('l.expiresOn')
        .where('r.orderId', '=', orderId)
        .execute()
    ).map(({ expiresOn }) => expiresOn?.toISOString().slice(0, 10)),
  );
const liveOf = (orderId: string) =>
  suite.world.transactions.run(
    SYSTEM,
    async (tx) =>
      await tx
        .selectFrom('reservation')
        .select(['status', 'quantity'])
        .where('orderId', '=', orderId)
        .where('status', '<>', 'released')
        .execute(),
  );
const expectTrue = () =>
  suite.world.transactions.snapshot(SYSTEM, async (tx) => {
    for (const audit of [...stockAudits(tx), ...sourcingAudits(tx), ...backorderAudits(tx)])
      expect([audit.name, (await audit.check()).findings]).toEqual([audit.name, []]);
  });

test('an address corrected to where carriers are slower gets lots that keep long enough', async () => {
  await slowAbroad();
  const id = await placeHeld(2, await perishable(inDays(36), inDays(365), 3));
  expect((await correctAddress(suite.world, suite.people, id, abroad)).status).toBe('in_fulfillment');
  expect(await lotsOf(id)).toEqual([inDays(365)]);
  expect(await suite.people.eventTypes(id)).toEqual(expect.arrayContaining(['stock.released', 'address.mended']));
  await expectTrue();
});

test('where no lot keeps long enough the correction is refused, and the order keeps its reservations', async () => {
  await slowAbroad();
  const skuId = await perishable(inDays(36), inDays(365), 1);
  const id = await placeHeld(2, skuId);
  expect(await suite.world.addresses.correct(suite.people.storefront, intent(), id, abroad)).toMatchObject({
    refused: 'out_of_stock',
    extensions: { shortages: [{ skuId, requested: 2, available: 1 }] },
  });
  expect(await liveOf(id)).toEqual([{ status: 'held', quantity: 2 }]);
  expect((await correctAddress(suite.world, suite.people, id, recipient())).status).toBe('in_fulfillment');
  await expectTrue();
});

test('where carriers take less weight the correction is refused, and nothing is charged', async () => {
  await slowAbroad(1_000);
  const id = await placeHeld(2);
  expect(await suite.world.addresses.correct(suite.people.storefront, intent(), id, abroad)).toMatchObject({
    refused: 'parcel_too_heavy',
  });
  expect((await suite.people.read(id)).status).toBe('awaiting_address');
  expect((await correctAddress(suite.world, suite.people, id, recipient())).status).toBe('in_fulfillment');
  await expectTrue();
});

test('an order that is too heavy as it stands is refused before it is charged', async () => {
  await slowAbroad();
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ weightG: 5_000 }).where('id', '=', suite.mall.skus.rug.id).execute(),
  );
  const refused = await suite.world.orders.place(
    suite.people.storefront,
    intent(),
    suite.people.cart({ lines: [{ skuId: suite.mall.skus.rug.id, quantity: 8 }] }),
  );
  if (!isRefusal(refused)) throw new Error('The order was accepted');
  expect(refused.refused).toBe('parcel_too_heavy');
  const journal = (await suite.world.gateway.call('GET', '/v1/journal')).body.entries as { key: string }[];
  expect(journal.filter(({ key }) => key.startsWith(String(refused.extensions?.orderId)))).toEqual([]);
  await expectTrue();
});
