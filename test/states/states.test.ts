import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FulfillmentStatus, OrderStatus } from '../../src/contracts/statuses';
import { FULFILLMENT_MOVES, ORDER_MOVES } from '../../src/domain/orders/status-moves';
import { ROOT, textOf } from '../architecture/imports';
import type { Move } from './observed-moves';
import { observeAll } from './observed-states';
import { fulfillmentWrites, orderWrites } from './source-moves';
import { renderStates } from './state-diagrams';

const HISTORIES = 'test/replay/histories';

let observed: Awaited<ReturnType<typeof observeAll>>;
beforeAll(async () => {
  observed = await observeAll();
});

const listed = (table: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(table).flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`));
const pairs = (moves: readonly Move[]): string[] => moves.map(({ from, to }) => `${from} -> ${to}`);
const endsOf = (table: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(table).flatMap(([status, tos]) => (tos.length === 0 ? [status] : []));
const targetsOf = (table: Readonly<Record<string, readonly string[]>>): string[] =>
  [...new Set(Object.values(table).flat())].sort();

interface Attributes {
  readonly searchAttributes?: { readonly indexedFields?: { readonly OrderStatus?: { readonly data: string } } };
}

/** Reads the statuses that an order's workflow showed, in their order, from a captured history. */
function shownStatuses(file: string): string[] {
  const { events } = JSON.parse(textOf(file)) as { events: Readonly<Record<string, Attributes | undefined>>[] };
  const attributes = events.map(
    (event) => event.workflowExecutionStartedEventAttributes ?? event.upsertWorkflowSearchAttributesEventAttributes,
  );
  const payloads = attributes.flatMap((one) => one?.searchAttributes?.indexedFields?.OrderStatus?.data ?? []);
  return payloads.map((data) => {
    const value = JSON.parse(Buffer.from(data, 'base64').toString()) as string | string[];
    return Array.isArray(value) ? (value[0] ?? '') : value;
  });
}

test('docs/states.md is what `npm run docs:states` makes of the code', () => {
  expect(textOf('docs/states.md')).toBe(renderStates(observed));
});

describe.each([
  ['order', ORDER_MOVES, OrderStatus, orderWrites, OrderStatus.draft],
  ['fulfillment', FULFILLMENT_MOVES, FulfillmentStatus, fulfillmentWrites, FulfillmentStatus.released],
] as const)('the moves of the %s', (subject, table, statuses, writes, start) => {
  test('are allowed by the guard that writes them, which leaves every end as it is', () => {
    const allowed = pairs(observed[subject]);
    expect(listed(table).filter((move) => !allowed.includes(move))).toEqual([]);
    const ends = Object.values(statuses).filter((status) => !observed[subject].some(({ from }) => from === status));
    expect(endsOf(table)).toEqual(ends);
  });

  test('lead to the statuses that our code writes, and to no other', () => {
    const written = writes().map(({ status }) => status);
    expect([...new Set(written)].filter((status) => status !== start).sort()).toEqual(
      targetsOf(table).filter((status) => status !== start),
    );
  });

  test('reach every status', () => {
    const reached = new Set<string>([start]);
    for (const status of reached) for (const to of table[status as keyof typeof table] as string[]) reached.add(to);
    expect([...reached].sort()).toEqual(Object.values(statuses).sort());
  });
});

test('every step of a captured order is a move, but for one that its workflow does not show', () => {
  const files = readdirSync(join(ROOT, HISTORIES), { recursive: true, encoding: 'utf8' });
  const moves = listed(ORDER_MOVES);
  const steps = files
    .filter((name) => name.endsWith('.json') && !name.includes('replenishment'))
    .flatMap((name) => {
      const shown = shownStatuses(`${HISTORIES}/${name}`);
      return shown.slice(1).map((to, index) => `${shown[index]} -> ${to}`);
    });
  const unknown = [...new Set(steps)].filter((step) => {
    const [from, to] = step.split(' -> ');
    return from !== to && !moves.includes(step);
  });
  // The books begin the cancellation of a hold whose deadline has passed; its workflow shows the end only.
  expect(unknown).toEqual(['awaiting_address -> cancelled']);
  expect(moves.filter((move) => steps.includes(move)).length).toBeGreaterThan(15);
});
