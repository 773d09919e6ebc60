import { sumOf } from '../money';

/** Describes a backorder that waits for units of a SKU. */
export interface WaitingBackorder {
  readonly id: string;
  /** The units that it still waits for. */
  readonly open: number;
  /** ISO date until which its units must keep; null: any units. */
  readonly keepsUntil: string | null;
  /** The warehouses that ship another fulfillment of its order. */
  readonly shippedFrom: readonly string[];
}

/** Describes the free stock of a shelf. */
export interface FreeStock {
  readonly warehouseId: string;
  /** Units that nobody has reserved, above the safety stock. */
  readonly free: number;
  /** The expiry day of each lot that expires, with its units that are not allocated. */
  readonly expiring: readonly { readonly expiresOn: string; readonly units: number }[];
}

export interface BackorderFill {
  readonly backorderId: string;
  readonly warehouseId: string;
  readonly quantity: number;
}

interface UsableStock {
  readonly warehouseId: string;
  readonly units: number;
}

/**
 * Fills waiting backorders in their order from the free stock of one SKU. Each gets all its units, or all that are
 * free, before the next gets any; a backorder is passed over only when no units keep long enough for it. It takes first
 * from warehouses that ship for its order anyway, then from the fullest shelf.
 */
export function fillWaitingBackorders(
  backorders: readonly WaitingBackorder[],
  shelves: readonly FreeStock[],
): BackorderFill[] {
  const free = new Map(shelves.map((shelf) => [shelf.warehouseId, shelf.free]));
  const fills: BackorderFill[] = [];
  for (const backorder of backorders) {
    let open = backorder.open;
    for (const { warehouseId, units } of usableFor(backorder, shelves, free)) {
      const quantity = Math.min(open, units);
      if (quantity <= 0) break;
      open -= quantity;
      free.set(warehouseId, (free.get(warehouseId) ?? 0) - quantity);
      fills.push({ backorderId: backorder.id, warehouseId, quantity });
    }
  }
  return fills;
}

/** Lists the free units that keep long enough for a backorder, in the order in which it takes them. */
function usableFor(
  { keepsUntil, shippedFrom }: WaitingBackorder,
  shelves: readonly FreeStock[],
  free: ReadonlyMap<string, number>,
): UsableStock[] {
  const usable = shelves.map((shelf) => ({
    warehouseId: shelf.warehouseId,
    units: (free.get(shelf.warehouseId) ?? 0) - expiringBefore(keepsUntil, shelf),
  }));
  const rankOf = (warehouseId: string): number => (shippedFrom.includes(warehouseId) ? 0 : 1);
  const byPreference = (a: UsableStock, b: UsableStock): number =>
    rankOf(a.warehouseId) - rankOf(b.warehouseId) || b.units - a.units || (a.warehouseId < b.warehouseId ? -1 : 1);
  return usable.filter(({ units }) => units > 0).sort(byPreference);
}

function expiringBefore(keepsUntil: string | null, { expiring }: FreeStock): number {
  if (keepsUntil === null) return 0;
  const tooEarly = expiring.filter(({ expiresOn }) => expiresOn < keepsUntil);
  return sumOf(tooEarly, ({ units }) => units);
}
