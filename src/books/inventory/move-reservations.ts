import type { Shortage } from '../../contracts/orders/verdict';
import { heaviestParcel } from '../../domain/shipping/choose-carrier';
import { TARE_G } from '../../domain/parcel';
import type { SourcedUnits, SourcingDecision } from '../../domain/inventory/sourcing-terms';
import { valueUnits, type LineValue, type ValuedUnits } from '../../domain/orders/split-into-fulfillments';
import { keepUntil, readShelves, type Shelves } from './availability';
import { lockQueues } from './backorders';
import { readCarriers } from '../catalogue/catalogue';
import { runAsSystem } from '../run-as-system';
import { fillBackorders } from './fill-backorders';
import { replenishLow, type ShelfRef } from '../purchasing/replenishments';
import { changeReserved, lockShelvesOf } from './stock-rows';
import { insertReservations, sourceFromShelves, type Destination, type NotReserved } from './source-and-hold';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/** What is to be held for an order in place of what is, and on which shelves. */
export interface ReservationMove {
  readonly orderId: string;
  readonly freed: readonly (ShelfRef & { readonly quantity: number })[];
  readonly units: readonly ValuedUnits[];
  readonly decisions: readonly SourcingDecision[];
  readonly shelves: Shelves;
  readonly expiresAt: Date | null;
}

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

/** Reads what an order is still owed. */
const owedTo = (tx: Tx, orderId: string) =>
  tx
    .selectFrom('backorder as b')
    .innerJoin('sku as k', 'k.id', 'b.skuId')
    .select(['b.merchantId', 'b.skuId', 'k.weightG'])
    .select((eb) => eb('b.quantity', '-', eb.ref('b.filled')).as('quantity'))
    .where('b.orderId', '=', orderId)
    .where('b.status', '=', 'waiting')
    .execute();

/** The day until which it waits for goods, when that is later than it may leave otherwise. */
async function leaving(tx: Tx, orderId: string, to: Destination): Promise<Destination> {
  const { agreedOn } = await tx
    .selectFrom('orders')
    .select('agreedOn')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  const agreed = agreedOn?.toISOString().slice(0, 10) ?? '';
  return agreed > (to.leavesOn ?? '') ? { ...to, leavesOn: agreed } : to;
}

/**
 * Locks the shelves of an order that may need others for a new destination: those of another country, and those whose
 * goods would not do. Call it before the order is locked: shelves come first, by their keys, then queues, as
 * everywhere. Writes nothing.
 */
export const lockForMove = (tx: Tx, orderId: string, to: Destination): Promise<void> =>
  runAsSystem(tx, async () => {
    const { country } = await tx
      .selectFrom('orders')
      .select('country')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    if (country === to.country && (await isGood(tx, orderId, to))) return;
    const lines = await tx.selectFrom('order_line').select('skuId').where('orderId', '=', orderId).execute();
    const skuIds = lines.map(({ skuId }) => skuId);
    await lockShelvesOf(tx, skuIds);
    const waited = await tx.selectFrom('sku').select('id').where('id', 'in', skuIds).where('owed', '>', 0).execute();
    if (waited.length > 0)
      await lockQueues(
        tx,
        waited.map(({ id }) => id),
      );
  });

/**
 * Tells whether what is held keeps long enough for a destination, and comes to no parcel that no carrier takes there.
 */
async function isGood(tx: Tx, orderId: string, destination: Destination): Promise<boolean> {
  const [held, owed, carriers, to] = [
    await heldOf(tx, orderId),
    await owedTo(tx, orderId),
    await readCarriers(tx),
    await leaving(tx, orderId, destination),
  ];
  const keeps = held.every(
    (row) => (row.keepsUntil?.toISOString().slice(0, 10) ?? '') >= (keepUntil(row, to, carriers) ?? ''),
  );
  return keeps && tooHeavy(held, owed, heaviestParcel(to.country, carriers)).length === 0;
}

/**
 * Names the merchants with a parcel over a weight. Where goods will lie that are owed is not known: then all of a
 * merchant's may be one.
 */
function tooHeavy(held: readonly HeldRow[], owed: Awaited<ReturnType<typeof owedTo>>, heaviestG: number): string[] {
  const parcels = new Map<string, { merchantId: string; weightG: number }>();
  const rows = [...held, ...owed.map((row) => ({ ...row, warehouseId: '' }))];
  for (const row of rows) {
    const one = owed.some(({ merchantId }) => merchantId === row.merchantId);
    const key = one ? row.merchantId : `${row.merchantId} ${row.warehouseId}`;
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
 * Plans what an order holds when it goes elsewhere: undefined when what it holds is good there. The order and, by
 * `lockForMove`, its shelves must be locked. Leaves everything as it was, so that the caller may still refuse.
 */
export const planMove = (
  tx: Tx,
  orderId: string,
  destination: Destination,
): Promise<ReservationMove | NotReserved | undefined> =>
  runAsSystem(tx, async (): Promise<ReservationMove | NotReserved | undefined> => {
    if (await isGood(tx, orderId, destination)) return undefined;
    const [held, owed, to] = [
      await heldOf(tx, orderId),
      await owedTo(tx, orderId),
      await leaving(tx, orderId, destination),
    ];
    const uncarried = owed.length > 0 ? tooHeavy(held, owed, heaviestParcel(to.country, await readCarriers(tx))) : [];
    if (uncarried.length > 0 || held.length === 0) return uncarried.length > 0 ? { uncarried } : undefined;
    const lines = linesOf(held);
    // Its own units are there for it, too.
    await changeReserved(tx, held, -1);
    const shelves = await readShelves(
      tx,
      held.map(({ skuId }) => skuId),
      to,
      true,
    );
    await changeReserved(tx, held, 1);
    const sourcing = sourceFromShelves(shelves, lines, to);
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

/** Adds up what is held of each line, with what that carries of the price. */
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
 * Holds what was planned in place of what is held; what is given back goes to those who wait for it. The locks of
 * `planMove` must be held still.
 */
export const moveReservations = (
  tx: Tx,
  { orderId, freed: given, units: parts, decisions, shelves, expiresAt }: ReservationMove,
): Promise<void> =>
  runAsSystem(tx, async () => {
    await tx
      .updateTable('reservation')
      .set({ status: 'released', expiresAt: null })
      .where('orderId', '=', orderId)
      .where('status', '=', 'held')
      .execute();
    await changeReserved(tx, given, -1);
    await insertReservations(tx, orderId, parts, shelves, expiresAt);
    const watched = shelves.shelves.filter(({ reorderPoint }) => reorderPoint !== null);
    if (watched.length > 0) await replenishLow(tx, watched);
    await appendEvents(tx, orderId, [
      { type: 'stock.released', data: { reservations: given.length } },
      {
        type: 'stock.reserved',
        data: {
          parts: parts.map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity })),
          ...(expiresAt ? { until: expiresAt.toISOString() } : {}),
          sourcing: decisions,
        },
      },
    ]);
    await fillBackorders(tx, given);
  });

/** Says what is short, when that is why nothing is held. */
export const shortagesOf = (not: NotReserved): readonly Shortage[] => ('shortages' in not ? not.shortages : []);
