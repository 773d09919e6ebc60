export interface FreeLot {
  readonly lotId: string;
  readonly skuId: string;
  readonly free: number;
  /** ISO date; null keeps for ever. */
  readonly expiresOn: string | null;
}

export interface LotTake {
  readonly lotId: string;
  readonly quantity: number;
}

/**
 * Chooses lots first-expired-first-out of those that keep until a day (ISO date; null: any); lots without expiry come
 * last, and equals by id, so that every caller locks them in one order. Undefined when those lots together hold too
 * little.
 */
export function takeFirstExpired(
  quantity: number,
  lots: readonly FreeLot[],
  keepsUntil: string | null,
): LotTake[] | undefined {
  const takes: LotTake[] = [];
  let open = quantity;
  for (const lot of lots.filter(({ expiresOn }) => keepsLongEnough(expiresOn, keepsUntil)).sort(byExpiry)) {
    if (open === 0) break;
    const taken = Math.min(open, lot.free);
    if (taken <= 0) continue;
    takes.push({ lotId: lot.lotId, quantity: taken });
    open -= taken;
  }
  return open === 0 ? takes : undefined;
}

/** Tells whether goods that expire on a day may still be sold to somebody who must have them good until another. */
export const keepsLongEnough = (expiresOn: string | null, keepsUntil: string | null): boolean =>
  expiresOn === null || keepsUntil === null || expiresOn >= keepsUntil;

const NEVER = '9999-12-31';
const byExpiry = (a: FreeLot, b: FreeLot): number =>
  (a.expiresOn ?? NEVER) < (b.expiresOn ?? NEVER)
    ? -1
    : (a.expiresOn ?? NEVER) > (b.expiresOn ?? NEVER)
      ? 1
      : a.lotId < b.lotId
        ? -1
        : 1;
