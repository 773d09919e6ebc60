import { sql } from 'kysely';
import { SYSTEM } from '../../../src/contracts/caller';
import { addDays, dayOf, endOfDay } from '../../../src/domain/dates';
import { backorderedSku, bring } from '../../support/backorders';
import { callerFor, granted } from '../../support/people';
import { startSuite } from '../../support/suite';

/* Days are days of the mall, in whose zone another day than UTC's is today, at whatever hour this runs. */
const IS_AHEAD = new Date().getUTCHours() >= 10;
const ZONE = IS_AHEAD ? 'Pacific/Kiritimati' : 'Pacific/Niue';
const TODAY = dayOf(new Date(), ZONE);
const suite = startSuite({ policies: { timeZone: ZONE } });

test('the carrier is the cheapest that keeps the requested date from the day of the mall on', async () => {
  expect(TODAY).not.toBe(new Date().toISOString().slice(0, 10));
  // `steady` takes three days and is cheaper than `swift`, which takes one.
  for (const [days, carrier] of [
    [2, 'swift'],
    [3, 'steady'],
  ] as const) {
    const { id } = await suite.people.place({ requestedDate: addDays(TODAY, days) }, [suite.mall.skus.cup]);
    const { fulfillments } = await suite.people.pack(id);
    expect(fulfillments.map(({ shipment }) => shipment?.carrierCode)).toEqual([carrier]);
  }
}, 60_000);

test('goods keep, backorders are agreed and arrivals are counted by the days of the mall', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 0, { leadDays: 10 });
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ expires: true, minShelfLifeDays: 30 }).where('id', '=', sku.id).execute(),
  );
  const { id } = await suite.people.place({ lines: [{ skuId: sku.id, quantity: 1 }] });
  const agreedOn = addDays(TODAY, 10);
  expect((await suite.people.read(id)).backorder).toMatchObject({ agreedOn });
  expect(await suite.world.activities.awaitStock({ orderId: id })).toEqual({
    overdueAt: endOfDay(agreedOn, ZONE).toISOString(),
  });

  const keeps = addDays(TODAY, 365);
  await bring(suite.world.transactions, sku.id, suite.mall.warehouseIds[0], 5, keeps);
  await suite.world.outbox.flushFilled();
  await suite.people.untilStatus(id, 'in_fulfillment');
  // A new order may leave at the end of its payment window, today, and reaches Brazil with `steady` three days later.
  const fresh = await suite.people.place({ lines: [{ skuId: sku.id, quantity: 1 }] });
  const keepsUntil = async (orderId: string) =>
    suite.world.transactions.run(SYSTEM, (tx) =>
      tx
        .selectFrom('reservation')
        .select(sql<string>`"keepsUntil"::text`.as('day'))
        .where('orderId', '=', orderId)
        .execute(),
    );
  expect(await keepsUntil(id)).toEqual([{ day: addDays(agreedOn, 3 + 30) }]);
  expect(await keepsUntil(fresh.id)).toEqual([{ day: addDays(TODAY, 3 + 30) }]);

  const available = await suite.world.stock.availability(callerFor('platform'), {
    skuId: sku.id,
    country: 'BR',
    urgency: 'standard',
  });
  expect(granted(available)).toMatchObject({
    earliestDelivery: addDays(TODAY, 1),
    latestDelivery: addDays(TODAY, 3),
    backorder: { expectedOn: addDays(TODAY, 10) },
  });
}, 60_000);
