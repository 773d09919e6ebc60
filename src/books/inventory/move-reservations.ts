import type { Shortage } from '../../contracts/orders/verdict';
import { heaviestParcel } from '../../domain/shipping/choose-carrier';
import { TARE_G } from '../../domain/parcel';
import type { SourcedUnits, SourcingDecision } from '../../domain/inventory/sourcing-terms';
import { valueUnits, type LineValue, type ValuedUnits } from '../../domain/orders/split-into-fulfillments';
import { keepUntil, readShelves, type Shelves } from './availability';
import { lockBackorderQueues } from './backorders';
import { readCarriers } from '../catalogue/carriers';
import { runAsSystem } from '../run-as-system';
import { fillBackorders } from './fill-backorders';
import { replenishLowShelves, type ShelfRef } from '../purchasing/replenishments';
import { changeReserved, lockShelvesOf } from './stock-rows';
import { insertReservations, sourceFromShelves, type Destination, type NotReserved } from './source-and-reserve';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/** Describes the reservations that replace those of an order after its destination changed. */
export interface ReservationMove {
  readonly orderId: string;
  readonly freed: readonly (ShelfRef & { readonly quantity: number })[];
  readonly units: readonly ValuedUnits[];
  readonly decisions: readonly SourcingDecision[];
  readonly shelves: Shelves;
  readonly expiresAt: Date | null;
}

/**
 * Reads an order's reservations without lots, with what decides whether they fit a destination.
 */
const heldOf = (tx: Tx, orderId: string) =>
  tx
    .selectFrom('reservation as r')
    .innerJoin('sku as k', 'k.id', 'r.skuId')
    .selectAll('r')
    .select(['k.weightG', 'k.expires', 'k.minShelfLifeDays'])
    .where('r.orderId', '=', orderId)
    .where('r.status', '=', 'held')
    .orderBy('r.id')
    .execute();
type HeldRow = Awaited<ReturnType<typeof heldOf>>[number];

/** Reads the units of an order that are still backordered. */
const backorderedOf = (tx: Tx, orderId: string) =>
  tx
    .selectFrom('backorder as b')
    .innerJoin('sku as k', 'k.id', 'b.skuId')
    .select(['b.merchantId', 'b.skuId', 'k.weightG'])
    .select((eb) => eb('b.quantity', '-', eb.ref('b.filled')).as('quantity'))
    .where('b.orderId', '=', orderId)
    .where('b.status', '=', 'waiting')
    .execute();

/** Moves the day of leaving to the order's agreed day, when that is later. */
async function leaving(tx: Tx, orderId: string, to: Destination): Promise<Destination> {
  const { agreedOn } = await tx
    .selectFrom('orders')
    .select('agreedOn')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  const agreed = agreedOn?.toISOString().slice(0, 10) ?? '';
  return agreed > to.leavesOn ? { ...to, leavesOn: agreed } : to;
}

/**
 * Locks the shelves of an order whose reservations may move. They move when the country changes, or the reserved goods
 * do not fit the new destination. Call it before the order is locked: shelves are locked first, by their keys, then
 * queues, as everywhere. Writes nothing.
 */
export const lockForMove = (tx: Tx, orderId: string, to: Destination): Promise<void> =>
  runAsSystem(tx, async () => {
    const { country } = await tx
      .selectFrom('orders')
      .select('country')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    if (country === to.country && (await fitsDestination(tx, orderId, to))) return;
    const lines = await tx.selectFrom('order_line').select('skuId').where('orderId', '=', orderId).execute();
    const skuIds = lines.map(({ skuId }) => skuId);
    await lockShelvesOf(tx, skuIds);
    const queued = await tx.selectFrom('sku').select('id').where('id', 'in', skuIds).where('owed', '>', 0).execute();
    if (queued.length > 0)
      await lockBackorderQueues(
        tx,
        queued.map(({ id }) => id),
      );
  });

/** Says whether the reserved goods keep long enough for a destination, and make no parcel too heavy for it. */
async function fitsDestination(tx: Tx, orderId: string, destination: Destination): Promise<boolean> {
  const [held, backordered, carriers, to] = [
    await heldOf(tx, orderId),
    await backorderedOf(tx, orderId),
    await readCarriers(tx),
    await leaving(tx, orderId, destination),
  ];
  const keeps = held.every(
    (row) => (row.keepsUntil?.toISOString().slice(0, 10) ?? '') >= (keepUntil(row, to, carriers) ?? ''),
  );
  return keeps && tooHeavy(held, backordered, heaviestParcel(to.country, carriers)).length === 0;
}

/**
 * Lists the merchants with a parcel over a weight. A merchant with backordered units may get one parcel of all its
 * goods, as the warehouse of those units is not known yet.
 */
function tooHeavy(
  held: readonly HeldRow[],
  backordered: Awaited<ReturnType<typeof backorderedOf>>,
  heaviestG: number,
): string[] {
  const parcels = new Map<string, { merchantId: string; weightG: number }>();
  const rows = [...held, ...backordered.map((row) => ({ ...row, warehouseId: '' }))];
  for (const row of rows) {
    const oneParcel = backordered.some(({ merchantId }) => merchantId === row.merchantId);
    const key = oneParcel ? row.merchantId : `${row.merchantId} ${row.warehouseId}`;
    parcels.set(key, {
      merchantId: row.merchantId,
      weightG: (parcels.get(key)?.weightG ?? TARE_G) + row.quantity * row.weightG,
    });
  }
  return [
    ...new Set([...parcels.values()].filter(({ weightG }) => weightG > heaviestG).map(({ merchantId }) => merchantId)),
  ];
}

/**
 * Plans the reservations of an order for a new destination; undefined when its present ones fit it. The order and, by
 * `lockForMove`, its shelves must be locked. It leaves everything as it was, so that the caller may still refuse.
 */
export const planMove = (
  tx: Tx,
  orderId: string,
  destination: Destination,
  today: string,
): Promise<ReservationMove | NotReserved | undefined> =>
  runAsSystem(tx, async (): Promise<ReservationMove | NotReserved | undefined> => {
    if (await fitsDestination(tx, orderId, destination)) return undefined;
    const [held, backordered, to] = [
      await heldOf(tx, orderId),
      await backorderedOf(tx, orderId),
      await leaving(tx, orderId, destination),
    ];
    const uncarried =
      backordered.length > 0 ? tooHeavy(held, backordered, heaviestParcel(to.country, await readCarriers(tx))) : [];
    if (uncarried.length > 0 || held.length === 0) return uncarried.length > 0 ? { uncarried } : undefined;
    const lines = linesOf(held);
    // The order's own units are available to it, too.
    await changeReserved(tx, held, -1);
    const shelves = await readShelves(
      tx,
      held.map(({ skuId }) => skuId),
      to,
      true,
    );
    await changeReserved(tx, held, 1);
    const sourcing = sourceFromShelves(shelves, lines, to, today);
    if (!('parts' in sourcing)) return sourcing;
    return {
      orderId,
      freed: held.map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity })),
      units: valueUnits(sourcing.parts, lines),
      decisions: sourcing.decisions,
      shelves,
      expiresAt: held[0]?.expiresAt ?? null,
    };
  });

/** Adds up the reserved units of each line, with the amounts that they carry. */
function linesOf(held: readonly HeldRow[]): (Omit<SourcedUnits, 'warehouseId'> & LineValue)[] {
  const lines = new Map<string, Omit<SourcedUnits, 'warehouseId'> & Required<LineValue>>();
  for (const { orderLineId: lineId, merchantId, skuId, quantity, amount, shippingAmount, platformAmount } of held) {
    const own = lines.get(lineId) ?? {
      lineId,
      merchantId,
      skuId,
      quantity: 0,
      amount: 0,
      shippingAmount: 0,
      platformAmount: 0,
    };
    lines.set(lineId, {
      ...own,
      quantity: own.quantity + quantity,
      amount: own.amount + amount,
      shippingAmount: own.shippingAmount + shippingAmount,
      platformAmount: own.platformAmount + platformAmount,
    });
  }
  return [...lines.values()];
}

/**
 * Replaces an order's reservations by the planned ones, and fills backorders with the freed units. The locks of
 * `planMove` must still be held.
 */
export const moveReservations = (
  tx: Tx,
  { orderId, freed, units, decisions, shelves, expiresAt }: ReservationMove,
  today: string,
): Promise<void> =>
  runAsSystem(tx, async () => {
    await tx
      .updateTable('reservation')
      .set({ status: 'released', expiresAt: null })
      .where('orderId', '=', orderId)
      .where('status', '=', 'held')
      .execute();
    await changeReserved(tx, freed, -1);
    await insertReservations(tx, orderId, units, shelves, expiresAt);
    const watched = shelves.shelves.filter(({ reorderPoint }) => reorderPoint !== null);
    if (watched.length > 0) await replenishLowShelves(tx, watched);
    await appendEvents(tx, orderId, [
      { type: 'stock.released', data: { reservations: freed.length } },
      {
        type: 'stock.reserved',
        data: {
          parts: units.map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity })),
          ...(expiresAt ? { until: expiresAt.toISOString() } : {}),
          sourcing: decisions,
        },
      },
    ]);
    await fillBackorders(tx, freed, today);
  });

/** Lists the shortages, when they are the reason why nothing was reserved. */
export const shortagesOf = (reason: NotReserved): readonly Shortage[] =>
  'shortages' in reason ? reason.shortages : [];
