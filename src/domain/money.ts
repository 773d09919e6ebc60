/**
 * Divides an amount in proportion to weights so that the parts add up to it exactly. Amounts are minor units >= 0. It
 * uses largest remainders (Hamilton's method); of equal remainders, the earlier part gets the unit. Weights that are
 * all zero count as equal.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  if (weights.length === 0) {
    if (amount !== 0) throw new RangeError('An amount cannot be divided among no parts');
    return [];
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = total === 0 ? weights.map(() => 1) : weights;
  const whole = total === 0 ? weights.length : total;
  const remainders: number[] = [];
  let left = amount;
  const parts = shares.map((share) => {
    const { quotient, remainder } = dividedBy(amount, share, whole);
    remainders.push(remainder);
    left -= quotient;
    return quotient;
  });
  for (; left > 0; left -= 1) {
    const largest = indexOfLargest(remainders);
    parts[largest] = (parts[largest] ?? 0) + 1;
    remainders[largest] = -1;
  }
  return parts;
}

/** Finds the first of the largest values. For so few values this is faster than sorting. */
function indexOfLargest(values: readonly number[]): number {
  let found = 0;
  for (let i = 1; i < values.length; i += 1) if ((values[i] ?? 0) > (values[found] ?? 0)) found = i;
  return found;
}

/** Divides amount x share by a whole exactly. Products beyond the safe integers are computed as BigInt. */
function dividedBy(amount: number, share: number, whole: number): { quotient: number; remainder: number } {
  const product = amount * share;
  if (Number.isSafeInteger(product)) {
    const remainder = product % whole;
    return { quotient: (product - remainder) / whole, remainder };
  }
  const [exact, divisor] = [BigInt(amount) * BigInt(share), BigInt(whole)];
  return { quotient: Number(exact / divisor), remainder: Number(exact % divisor) };
}

/** Computes amount x share / whole exactly, rounded half up to the minor unit. */
export function divideHalfUp(amount: number, share: number, whole: number): number {
  const twice = dividedBy(amount, share * 2, whole);
  return Math.floor((twice.quotient + 1) / 2);
}

/** Computes a rate, in hundredths of a percent, of an amount; rounds half up to the minor unit. */
export const basisPointsOf = (amount: number, rate: number): number => divideHalfUp(amount, rate, 10_000);

/** Adds up one number of each item. */
export const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);
