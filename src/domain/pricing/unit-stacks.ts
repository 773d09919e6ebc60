import { sortIfNeeded, type BasketLine } from './basket';

/** Describes units of one line that have the same value at present. */
export interface UnitStack {
  readonly line: BasketLine;
  readonly value: number;
  count: number;
}

/**
 * Divides lines into stacks of units, dearest first. A unit's value is what is left to pay of its line, divided by the
 * quantity; the remainder makes some units one minor unit dearer.
 */
export function stacksOf(lines: readonly BasketLine[]): UnitStack[] {
  const stacks: UnitStack[] = [];
  for (const line of lines) {
    const value = Math.floor(line.goods.left / line.quantity);
    const dearer = line.goods.left - value * line.quantity;
    if (dearer > 0) stacks.push({ line, value: value + 1, count: dearer });
    stacks.push({ line, value, count: line.quantity - dearer });
  }
  return sortIfNeeded(stacks, ({ value }) => -value);
}

/** Removes units from the dearest or the cheapest end of the stacks and returns them. */
export function takeUnits(stacks: UnitStack[], wanted: number, from: 'dearest' | 'cheapest'): UnitStack[] {
  const taken: UnitStack[] = [];
  let open = wanted;
  while (open > 0) {
    const stack = from === 'dearest' ? stacks[0] : stacks.at(-1);
    if (!stack) break;
    const count = Math.min(open, stack.count);
    taken.push({ line: stack.line, value: stack.value, count });
    stack.count -= count;
    open -= count;
    if (stack.count === 0)
      if (from === 'dearest') stacks.shift();
      else stacks.pop();
  }
  return taken;
}

/** Adds up the value of the taken units by line; the lines come in the basket's order. */
export function valueByLine(taken: readonly UnitStack[]): Map<BasketLine, number> {
  const weights = new Map<BasketLine, number>();
  for (const { line, value, count } of sortIfNeeded([...taken], (stack) => stack.line.rank))
    weights.set(line, (weights.get(line) ?? 0) + value * count);
  return weights;
}
