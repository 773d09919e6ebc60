/**
 * Divides an amount in proportion to weights so that the parts sum to it exactly (largest remainder, Hamilton's method;
 * ties go to the earlier part). Amounts are minor units >= 0. When every weight is zero the parts are as equal as can be.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  if (weights.length === 0) {
    if (amount !== 0) throw new RangeError('An amount cannot be divided among no parts');
    return [];
  }
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const shares = total === 0n ? weights.map(() => 1n) : weights.map(BigInt);
  const whole = total === 0n ? BigInt(weights.length) : total;
  const parts = shares.map((share) => (BigInt(amount) * share) / whole);
  const remainders = shares.map((share, index) => ({ index, remainder: (BigInt(amount) * share) % whole }));
  let left = BigInt(amount) - parts.reduce((sum, part) => sum + part, 0n);
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of remainders) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts.map(Number);
}

/** Takes a rate in hundredths of a percent of an amount, rounded half up to the minor unit. */
export function basisPoints(amount: number, rate: number): number {
  return Number((BigInt(amount) * BigInt(rate) + 5_000n) / 10_000n);
}

/** Adds up one field of many. */
export const sumOf = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((sum, item) => sum + of(item), 0);
