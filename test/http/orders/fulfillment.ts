import { customerKeyOf } from '../../../src/books/customers/customers';
import { moveOrder } from '../../../src/books/orders/orders';
import { releaseToWarehouse } from '../../../src/books/warehouse/release-to-warehouse';
import { insertShipment, labelContext } from '../../../src/books/shipping/shipments';
import { reserve } from '../../../src/books/inventory/reservations';
import { SYSTEM } from '../../../src/contracts/caller';
import { placeOrderBody, TO_BRAZIL, testVault, type TestSku, TODAY } from '../../support/mall';
import { posting, type TestApi } from '../api';

/** Identifies an order of one SKU that was released to its warehouse. */
export interface ReleasedOrder {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly taskId: string;
}

/** Places an order of one SKU and releases it to its warehouse, as the worker does. */
export async function releasedOrder(api: TestApi, sku: TestSku): Promise<ReleasedOrder> {
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([sku]),
  });
  const {
    id: orderId,
    lines: [line],
  } = placed.json<{ id: string; lines: { id: string; merchantId: string; skuId: string }[] }>();
  if (!line) throw new Error('The order has no line');
  return api.transactions.run(SYSTEM, async (tx) => {
    await reserve(tx, {
      orderId,
      demands: [{ lineId: line.id, merchantId: line.merchantId, skuId: line.skuId, quantity: 1 }],
      values: [{ lineId: line.id, amount: 1000 }],
      delivery: TO_BRAZIL,
      today: TODAY,
      expiresAt: new Date(Date.now() + 60_000),
    });
    await releaseToWarehouse(tx, orderId, 'standard', false, TODAY);
    await moveOrder(tx, orderId, { status: 'in_fulfillment', stage: 'pick' });
    const task = await tx
      .selectFrom('task')
      .select(['id', 'fulfillmentId'])
      .where('orderId', '=', orderId)
      .executeTakeFirstOrThrow();
    return { orderId, fulfillmentId: task.fulfillmentId ?? '', taskId: task.id };
  });
}

/** Books a packed parcel, as the worker does. */
export function labelled(
  api: TestApi,
  { orderId, fulfillmentId }: ReleasedOrder,
  trackingNumber: string,
  label: string,
): Promise<string> {
  return api.transactions.run(SYSTEM, async (tx) => {
    const fulfillment = await tx
      .updateTable('fulfillment')
      .set({ status: 'labelled' })
      .where('id', '=', fulfillmentId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const customer = await customerKeyOf(tx, orderId);
    if (!customer) throw new Error('The order has no customer');
    return insertShipment(tx, {
      orderId,
      fulfillmentId,
      merchantId: fulfillment.merchantId,
      warehouseId: fulfillment.warehouseId,
      carrierCode: 'swift',
      provider: 'sandbox-carrier',
      providerReference: trackingNumber,
      trackingNumber,
      label: testVault().seal(customer, labelContext(fulfillmentId), label),
      estimatedDelivery: '2027-01-02',
    });
  });
}
