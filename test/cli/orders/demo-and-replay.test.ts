import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerDemo } from '../../../src/cli/orders/demo';
import { registerReplay } from '../../../src/cli/orders/replay';
import { announceStack, readRunning } from '../../../src/cli/running-stack';
import { seedSample } from '../../../src/cli/sample';
import { packageRoot } from '../../../src/embedded/paths';
import { foreignEntriesIn } from '../../../src/embedded/state-entries';
import { writeOrders } from '../../bench/made-up-orders';
import { startTestStack, type TestStack } from '../../support/stack';

let stack: TestStack;
let withdraw: () => void;
let folder: string;
beforeAll(async () => {
  stack = await startTestStack();
  withdraw = announceStack(stack, await seedSample(stack.urls.databaseOwner ?? '', stack.settings, stack.paths));
  folder = writeOrders();
}, 60_000);
afterAll(async () => {
  withdraw();
  rmSync(folder, { recursive: true });
  await stack.destroy();
}, 60_000);

const exitCode = (): number => Number(process.exitCode);

/** Runs a verb as a person would; answers what it printed and its exit code. */
async function mallflow(...argv: string[]): Promise<{ out: string; code: number }> {
  const printed: string[] = [];
  const program = new Command('mallflow').exitOverride();
  registerDemo(program);
  registerReplay(program);
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed.push(String(text));
      return true;
    }),
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync([...argv, '--state', stack.paths.root], { from: 'user' });
    return { out: printed.join(''), code: exitCode() };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

test('a stack that is in use has nothing in its folder that a reset does not know', () => {
  expect(foreignEntriesIn(stack.paths.root)).toEqual([]);
});

test.each([
  [[], 'completed', ['order.completed', 'payment.captured'], 'The books balance.'],
  [['--declined'], 'cancelled', ['payment.declined', 'stock.released'], 'Undone:'],
  [['--refused'], 'returned', ['stock.restocked', 'payment.refunded'], 'Undone:'],
  [['--cancelled'], 'cancelled', ['shipment.voided', 'payment.voided', 'stock.released'], 'Undone:'],
])(
  'demo %j ends %s, and prints how',
  async (flags, status, events, end) => {
    const { out, code } = await mallflow('demo', ...flags);
    for (const text of [...events, `: ${status}`, end]) expect(out).toContain(text);
    expect(code).toBe(0);
  },
  60_000,
);

test('demo --json prints one object', async () => {
  const { out } = await mallflow('demo', '--json');
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    scenario: 'completed',
    order: { status: 'completed' },
    settlement: { faults: [] },
  });
}, 60_000);

test('replay takes every order to its end, and once only when it is run again', async () => {
  const first = await mallflow('replay', folder, '--json', '--concurrency', '3');
  const report = JSON.parse(first.out) as {
    outcomes: { goal: string; expected: number; reached: number }[];
    audits: { outcome: string }[];
  };
  expect(report).toMatchObject({ ok: true, orders: 9, mismatches: [] });
  expect(new Set(report.outcomes.map(({ goal }) => goal)).size).toBe(9);
  expect(first.code).toBe(0);
  const again = await mallflow('replay', folder);
  expect(again.out).toContain('Every order ended as the data says.');
  expect(again.out).toContain('The books are right');
}, 120_000);

const REAL_ORDERS = join(packageRoot(), '../shared/data/olist');
const withRealOrders = existsSync(REAL_ORDERS) ? test : test.skip;

withRealOrders(
  'replay takes twenty real orders to the ends they really had (skipped where ../shared/data/olist is absent)',
  async () => {
    const { out, code } = await mallflow('replay', REAL_ORDERS, '--orders', '20', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: true, orders: 20, mismatches: [] });
    expect(code).toBe(0);
  },
  120_000,
);

test('without a running stack, one sentence says so', () => {
  expect(() => readRunning('/nowhere/at-all')).toThrow(/start it with `npm start`/);
});
