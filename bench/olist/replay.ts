import { ApiProblem } from '../../src/cli/http-client';
import { WaitTimedOut } from '../../src/cli/orders/simulated-people';
import { sumOf } from '../../src/domain/money';
import type { Dataset, OlistOrder } from './dataset';
import { drive, type Driven, type Mall } from './drive';
import { goalOf, type Goal } from './goals';
import { StageTimes, type StageTime } from './stage-times';

export interface Mismatch {
  /** The dataset's id of the order. */
  readonly order: string;
  /** Our id; null when the order was never accepted. */
  readonly orderId: string | null;
  readonly goal: Goal;
  readonly missing: string;
}

export interface Outcome {
  readonly datasetStatus: string;
  readonly goal: Goal;
  readonly expected: number;
  readonly reached: number;
}

export interface ReplayReport {
  readonly run: string;
  readonly orders: number;
  readonly seconds: number;
  readonly ordersPerSecond: number;
  readonly outcomes: readonly Outcome[];
  readonly mismatches: readonly Mismatch[];
  readonly stages: readonly StageTime[];
  /** The number of orders whose goods have the same price as in the dataset. */
  readonly samePrice: number;
  readonly mergedPayments: number;
}

/** Drives every order of a dataset to its end, some at a time. A failed order is a mismatch and stops no other. */
export async function replay(
  mall: Mall,
  { orders }: Dataset,
  concurrency: number,
  onOrder: () => void,
): Promise<ReplayReport> {
  const began = Date.now();
  const stages = new StageTimes();
  const outcomes = new Map<string, { datasetStatus: string; goal: Goal; expected: number; reached: number }>();
  const mismatches: Mismatch[] = [];
  let samePrice = 0;
  const replayOne = async (olist: OlistOrder) => {
    const goal = goalOf(olist);
    const key = `${olist.status} ${goal}`;
    const outcome = outcomes.get(key) ?? { datasetStatus: olist.status, goal, expected: 0, reached: 0 };
    outcomes.set(key, outcome);
    outcome.expected += 1;
    const driven = await orReason(drive(mall, olist, goal));
    if (typeof driven === 'string') {
      mismatches.push({ order: olist.id, orderId: null, goal, missing: driven });
    } else {
      stages.add(driven.events);
      if (driven.order.goods.amount === sumOf(olist.items, (item) => item.price * item.quantity)) samePrice += 1;
      if (driven.missing === null) outcome.reached += 1;
      else mismatches.push({ order: olist.id, orderId: driven.order.id, goal, missing: driven.missing });
    }
    onOrder();
  };
  await eachOf(orders, concurrency, replayOne);
  const seconds = (Date.now() - began) / 1000;
  return {
    run: mall.run,
    orders: orders.length,
    seconds,
    ordersPerSecond: orders.length / seconds,
    mismatches,
    stages: stages.summary(),
    samePrice,
    outcomes: [...outcomes.values()].sort((a, b) => b.expected - a.expected),
    mergedPayments: orders.filter((order) => order.payments.length > 1).length,
  };
}

/** Waits for an order; a refusal or a time-out becomes a reason and does not end the replay. */
async function orReason(driving: Promise<Driven>): Promise<Driven | string> {
  try {
    return await driving;
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof WaitTimedOut) return error.message;
    throw error;
  }
}

/** Does work for items in order, some at a time. After the first error no more begin; it is thrown at the end. */
async function eachOf<T>(items: readonly T[], concurrency: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: Math.min(concurrency, items.length) }, async () => {
      for (const item of queue) {
        if (failures.length > 0) return;
        await work(item).catch((error: unknown) => {
          failures.push(error);
        });
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
