import type { Shortage } from '../../contracts/orders/verdict';
import { chooseCarrier, heaviestParcel } from '../../domain/shipping/choose-carrier';
import { TARE_G } from '../../domain/parcel';
import { sourceOrder, type Sourcing } from '../../domain/inventory/source-order';
import type { Demand } from '../../domain/inventory/sourcing-terms';
import type { ValuedUnits } from '../../domain/orders/split-into-fulfillments';
import { zoneBetween } from '../../domain/addresses/zone';
import type { Delivery, Shelves } from './availability';
import { newId } from '../new-id';
import { changeReserved } from './stock-rows';
import type { Tx } from '../transactions';

/** Describes where an order goes, as far as sourcing depends on it. */
export type Destination = Delivery & { readonly postcode: string | null };

/** Says why nothing was reserved: shortages, or the merchants whose parcel is too heavy for every carrier. */
export type NotReserved = { readonly shortages: readonly Shortage[] } | { readonly uncarried: readonly string[] };

/** Chooses the warehouses of demands on shelves as they were read, by the rates that reach the destination. */
export function sourceFromShelves(
  { shelves, rates }: Shelves,
  demands: readonly Demand[],
  delivery: Destination,
  today: string,
): Sourcing {
  return sourceOrder(demands, shelves, {
    weights: new Map(shelves.map((shelf) => [shelf.skuId, shelf.weightG])),
    zones: new Map(shelves.map((shelf) => [shelf.warehouseId, zoneBetween(shelf, delivery)])),
    price: (weightG) => chooseCarrier({ ...delivery, weightG, today }, rates)?.amount ?? null,
    heaviestG: heaviestParcel(delivery.country, rates),
  });
}

/** Writes the reservations of an order and adds them to the reserved stock. */
export async function insertReservations(
  tx: Tx,
  orderId: string,
  units: readonly ValuedUnits[],
  { shelves }: Shelves,
  expiresAt: Date | null,
): Promise<void> {
  if (units.length === 0) return;
  const keepsUntil = new Map(shelves.map((shelf) => [shelf.skuId, shelf.keepsUntil]));
  await changeReserved(tx, units, 1);
  await tx
    .insertInto('reservation')
    .values(
      units.map((unit) => ({
        id: newId('rsv'),
        orderId,
        orderLineId: unit.lineId,
        merchantId: unit.merchantId,
        skuId: unit.skuId,
        warehouseId: unit.warehouseId,
        quantity: unit.quantity,
        amount: unit.amount,
        shippingAmount: unit.shippingAmount,
        platformAmount: unit.platformAmount,
        status: 'held' as const,
        expiresAt,
        keepsUntil: keepsUntil.get(unit.skuId) ?? null,
      })),
    )
    .execute();
}

/** Lists the merchants whose goods would be too heavy for any carrier in one parcel. */
export function overweightMerchants(
  demands: readonly Demand[],
  { shelves, rates }: Shelves,
  country: string,
): string[] {
  const weights = new Map(shelves.map((shelf) => [shelf.skuId, shelf.weightG]));
  const parcels = new Map<string, number>();
  for (const { merchantId, skuId, quantity } of demands)
    parcels.set(merchantId, (parcels.get(merchantId) ?? TARE_G) + quantity * (weights.get(skuId) ?? 0));
  return [...parcels]
    .filter(([, weightG]) => weightG > heaviestParcel(country, rates))
    .map(([merchantId]) => merchantId);
}
