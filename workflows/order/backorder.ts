import { OrderStatus, Stage } from '../../src/contracts/statuses';
import type { Deadline } from '../runtime/timers';
import { WAITS } from '../runtime/steps';
import { move, type RunPhase } from './context';
import type { OrderState } from './state';

/** Notes that stock has filled the backorder; the books are asked all the same. */
export function backorderFilled({ backorder }: OrderState): void {
  backorder.ask = true;
}

/**
 * Makes a paid order wait for the goods that were not available when it was placed. Past the agreed day the order needs
 * a person.
 */
export const backorder: RunPhase = async (order) => {
  const { state, steps } = order;
  const wait = state.backorder;
  if (wait.agreedOn === null) return 'release';
  if (!wait.ask) return WAITS;
  const stock = await steps.runTransaction('awaitStock', { orderId: order.input.orderId });
  if (stock === WAITS) return WAITS;
  if (stock.overdueAt === null) return 'release';
  wait.ask = false;
  wait.overdueAt = Date.parse(stock.overdueAt);
  // If the day has passed, its timer fires at once. The code never compares clocks, so that a replay does the same.
  wait.overdue = false;
  order.verdicts.decideFinally({ outcome: 'accepted' });
  move(order, OrderStatus.awaitingStock, Stage.receive);
  return WAITS;
};

/** Lists the end of the agreed day while the order waits for goods. */
export function backorderDeadlines({ phase, backorder }: OrderState): Deadline[] {
  if (phase !== 'backorder' || backorder.ask || backorder.overdueAt === null || backorder.overdue) return [];
  const passed = () => {
    backorder.overdue = true;
  };
  return [
    {
      key: `backorder ${backorder.overdueAt}`,
      at: backorder.overdueAt,
      summary: 'until the agreed date',
      onPassed: passed,
    },
  ];
}
