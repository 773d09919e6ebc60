import { newId } from '../../src/books/new-id';
import { setBackorderTerms } from '../../src/books/catalogue/backorder-terms';
import { receiveStock } from '../../src/books/inventory/receipts';
import type { Transactions, Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { SetBackorder } from '../../src/contracts/inventory/backorder';
import { callerFor } from './people';
import { TODAY, type TestMall, type TestSku } from './mall';

/** Makes a SKU of the first merchant that may be backordered, with some units in the first warehouse. */
export async function backorderedSku(
  transactions: Transactions,
  mall: TestMall,
  units: number,
  backorder: SetBackorder['backorder'] = { leadDays: 10 },
): Promise<TestSku> {
  const { lamp } = mall.skus;
  const id = newId('sku');
  await transactions.run(SYSTEM, async (tx) => {
    const template = await tx.selectFrom('sku').selectAll().where('id', '=', lamp.id).executeTakeFirstOrThrow();
    await tx
      .insertInto('sku')
      .values({ ...template, id, code: id, owed: 0 })
      .execute();
    await tx
      .insertInto('price')
      .values({ skuId: id, validFrom: new Date(0), amount: lamp.unitAmount })
      .execute();
    await tx.insertInto('stock').values({ skuId: id, warehouseId: mall.warehouseIds[0], onHand: 0 }).execute();
  });
  if (units > 0) await bring(transactions, id, mall.warehouseIds[0], units);
  await transactions.run(callerFor('merchant', lamp.merchantId), (tx) =>
    setBackorderTerms(tx, { skuId: id, backorder }),
  );
  return { ...lamp, id, onHand: { [mall.warehouseIds[0]]: units } };
}

/** Receives units on a shelf, and makes the shelf where it is missing. */
export const bring = (
  transactions: Transactions,
  skuId: string,
  warehouseId: string,
  quantity: number,
  expiresOn: string | null = null,
): Promise<void> => transactions.run(SYSTEM, (tx) => bringIn(tx, skuId, warehouseId, quantity, expiresOn));

/** Receives units in a transaction that is under way. */
export async function bringIn(
  tx: Tx,
  skuId: string,
  warehouseId: string,
  quantity: number,
  expiresOn: string | null = null,
): Promise<void> {
  const { id: locationId } = await tx
    .selectFrom('location')
    .select('id')
    .where('warehouseId', '=', warehouseId)
    .executeTakeFirstOrThrow();
  await receiveStock(
    tx,
    [{ skuId, warehouseId, locationId, quantity, lotCode: expiresOn ?? 'L1', expiresOn, reference: 'DN-1' }],
    TODAY,
  );
}
