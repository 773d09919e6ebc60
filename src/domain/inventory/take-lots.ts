export interface FreeLot {
  readonly lotId: string;
  readonly skuId: string;
  readonly free: number;
  /** ISO date; null: never. */
  readonly expiresOn: string | null;
}

export interface LotTake {
  readonly lotId: string;
  readonly quantity: number;
}

/**
 * Takes units from the lots that expire first, of those that keep until a day (ISO date; null: any lot). Lots without
 * expiry come last, and equal lots by id, so that every caller locks them in one order. Undefined when those lots hold
 * too little.
 */
export function takeFirstExpired(
  quantity: number,
  lots: readonly FreeLot[],
  keepsUntil: string | null,
): LotTake[] | undefined {
  const takes: LotTake[] = [];
  let open = quantity;
  const usable = lots.filter(({ expiresOn }) => keepsLongEnough(expiresOn, keepsUntil));
  for (const lot of usable.sort(byExpiry)) {
    if (open === 0) break;
    const taken = Math.min(open, lot.free);
    if (taken <= 0) continue;
    takes.push({ lotId: lot.lotId, quantity: taken });
    open -= taken;
  }
  return open === 0 ? takes : undefined;
}

/** Returns whether goods with an expiry date keep until the day that the customer needs. */
export const keepsLongEnough = (expiresOn: string | null, keepsUntil: string | null): boolean =>
  expiresOn === null || keepsUntil === null || expiresOn >= keepsUntil;

const NEVER = '9999-12-31';
function byExpiry(a: FreeLot, b: FreeLot): number {
  const [expiryOfA, expiryOfB] = [a.expiresOn ?? NEVER, b.expiresOn ?? NEVER];
  if (expiryOfA !== expiryOfB) return expiryOfA < expiryOfB ? -1 : 1;
  return a.lotId < b.lotId ? -1 : 1;
}
