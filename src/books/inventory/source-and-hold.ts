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

/** Where an order goes, as far as it is sourced by that. */
export type Destination = Delivery & { readonly postcode: string | null };

/** Why nothing is held: what is short, or the merchants whose part would make a parcel that no carrier takes. */
export type NotReserved = { readonly shortages: readonly Shortage[] } | { readonly uncarried: readonly string[] };

/** Sources demands on shelves as they were read, by the carriers that reach the destination. */
export function sourceFromShelves(
  { shelves, rates: offers }: Shelves,
  demands: readonly Demand[],
  delivery: Destination,
): Sourcing {
  const today = new Date().toISOString().slice(0, 10);
  return sourceOrder(demands, shelves, {
    weights: new Map(shelves.map((shelf) => [shelf.skuId, shelf.weightG])),
    zones: new Map(shelves.map((shelf) => [shelf.warehouseId, zoneBetween(shelf, delivery)])),
    price: (weightG) => chooseCarrier({ ...delivery, weightG, today }, offers)?.amount ?? null,
    heaviestG: heaviestParcel(delivery.country, offers),
  });
}

/** Writes what is held for an order, and takes it from what can be promised. */
export async function insertReservations(
  tx: Tx,
  orderId: string,
  parts: readonly ValuedUnits[],
  { shelves }: Shelves,
  expiresAt: Date | null,
): Promise<void> {
  if (parts.length === 0) return;
  const keepsUntil = new Map(shelves.map((shelf) => [shelf.skuId, shelf.keepsUntil]));
  await changeReserved(tx, parts, 1);
  await tx
    .insertInto('reservation')
    .values(
      parts.map((part) => ({
        id: newId('rsv'),
        orderId,
        orderLineId: part.lineId,
        merchantId: part.merchantId,
        skuId: part.skuId,
        warehouseId: part.warehouseId,
        quantity: part.quantity,
        amount: part.amount,
        shippingAmount: part.shippingAmount,
        platformAmount: part.platformAmount,
        status: 'held' as const,
        expiresAt,
        keepsUntil: keepsUntil.get(part.skuId) ?? null,
      })),
    )
    .execute();
}

/** Names the merchants whose part of an order would be too heavy for any carrier, were it one parcel. */
export function overweightSkus(
  demands: readonly Demand[],
  { shelves, rates: offers }: Shelves,
  country: string,
): string[] {
  const weights = new Map(shelves.map((shelf) => [shelf.skuId, shelf.weightG]));
  const parcels = new Map<string, number>();
  for (const { merchantId, skuId, quantity } of demands)
    parcels.set(merchantId, (parcels.get(merchantId) ?? TARE_G) + quantity * (weights.get(skuId) ?? 0));
  return [...parcels]
    .filter(([, weightG]) => weightG > heaviestParcel(country, offers))
    .map(([merchantId]) => merchantId);
}
