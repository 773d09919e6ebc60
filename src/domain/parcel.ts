import type { PackedParcel } from '../contracts/warehouse/task';

export interface PackedItem {
  readonly quantity: number;
  readonly weightG: number;
  readonly lengthMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
}

const PADDING_MM = 20;
/** The weight of an empty box. */
export const TARE_G = 100;

/**
 * Estimates a parcel's size and weight when the packer measured neither. It stacks the items on their largest faces and
 * adds padding and the weight of an empty box: an upper bound, not a packing.
 */
export function estimateParcel(items: readonly PackedItem[]): PackedParcel {
  const turned = items.map((item) => {
    const [height = 1, width = 1, length = 1] = [item.lengthMm, item.widthMm, item.heightMm].sort((a, b) => a - b);
    return { ...item, height, width, length };
  });
  const sum = (of: (item: (typeof turned)[number]) => number) => turned.reduce((total, item) => total + of(item), 0);
  const largest = (of: (item: (typeof turned)[number]) => number) => Math.max(1, ...turned.map(of));
  return {
    weightG: Math.min(100_000, sum((item) => item.weightG * item.quantity) + TARE_G),
    lengthMm: Math.min(5_000, largest((item) => item.length) + PADDING_MM),
    widthMm: Math.min(5_000, largest((item) => item.width) + PADDING_MM),
    heightMm: Math.min(5_000, sum((item) => item.height * item.quantity) + PADDING_MM),
  };
}
