import { inOrder, type BasketLine } from './basket';

/** Units of one line that are worth the same right now. */
export interface UnitStack {
  readonly line: BasketLine;
  readonly value: number;
  count: number;
}

/**
 * Lays the units of lines out, dearest first. A line's units are worth what is left of it divided by their number; what
 * does not divide makes some of them worth one minor unit more.
 */
export function stacksOf(lines: readonly BasketLine[]): UnitStack[] {
  const stacks: UnitStack[] = [];
  for (const line of lines) {
    const value = Math.floor(line.goods.left / line.quantity);
    const dearer = line.goods.left - value * line.quantity;
    if (dearer > 0) stacks.push({ line, value: value + 1, count: dearer });
    stacks.push({ line, value, count: line.quantity - dearer });
  }
  return inOrder(stacks, ({ value }) => -value);
}

/** Takes units from a layout's begin, or from its end, and removes them from it. */
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

/** Weighs lines by the units of theirs that take part; the lines come in the basket's order. */
export function weigh(taken: readonly UnitStack[]): Map<BasketLine, number> {
  const weights = new Map<BasketLine, number>();
  for (const { line, value, count } of inOrder([...taken], (stack) => stack.line.rank))
    weights.set(line, (weights.get(line) ?? 0) + value * count);
  return weights;
}
