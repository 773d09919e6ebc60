import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { withOwner } from '../../src/embedded/postgres/databases';
import { ORDER_WORKFLOW, orderWorkflowId } from '../../src/contracts/temporal-names';
import { AttentionReason } from '../../src/contracts/statuses';
import { withTemporal } from '../replay/replay-stack';
import { Adopter, SHOWN_WITHIN_MS } from './adopter';
import { MIXED } from './life';
import { checkOutcome, type Outcome } from './outcome';
import { orderHeldAt, Points, POINTS, type Point } from './points';
import type { Shop } from './shop';
import { Traffic } from './traffic';
import { summarizeOrders, type FireReport } from './under-fire';
import { untilFact } from './until-fact';
import { within } from './work';

const LIFE_LIMIT_MS = 600_000;

/** Reports an order whose workflow was ended by hand. */
export interface Termination {
  readonly orderId: string;
  readonly point: Point;
  /** From the termination until the order was shown. Null: its last step ended it in the books all the same. */
  readonly shownMs: number | null;
}

export interface TerminationsReport extends Outcome, Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  readonly terminations: readonly Termination[];
}

export interface Terminations {
  readonly terminations: number;
  /** Orders in flight at any time. */
  readonly inFlight: number;
  readonly run: string;
  readonly onTermination?: (one: Pick<Termination, 'orderId' | 'point'>, number: number) => void;
}

/**
 * Ends the workflows of orders by hand, at every point of an order's life in turn, with others in flight. Staff adopt
 * what the service shows. Each must be shown within a minute and end as it should.
 */
export const terminateAndAdopt = (shop: Shop, plan: Terminations): Promise<TerminationsReport> =>
  withTemporal(shop.stack, async (temporal) => {
    const points = new Points();
    const adopter = new Adopter(shop);
    const traffic = new Traffic({ shop, points, run: plan.run, limitMs: LIFE_LIMIT_MS }, MIXED, plan.inFlight);
    const terminated = new Map<string, { readonly point: Point; readonly at: Date }>();
    const shownAt = (orderId: string) => adopter.shownAt(orderId, AttentionReason.workflowFailing);
    try {
      while (terminated.size < plan.terminations) {
        const point = POINTS[terminated.size % POINTS.length] as Point;
        const known = await within(points.reached(point, shop), `an order at ${point}`);
        const orderId = known ?? (await orderHeldAt(point, shop)) ?? (await lastPlaced(temporal));
        if (orderId === null || terminated.has(orderId) || !(await terminate(temporal, orderId))) continue;
        terminated.set(orderId, { point, at: new Date() });
        plan.onTermination?.({ orderId, point }, terminated.size);
      }
      await untilFact(
        'every terminated order is shown, or its last step had ended it in the books',
        async () =>
          (
            await stillOpen(
              shop,
              [...terminated.keys()].filter((id) => shownAt(id) === null),
            )
          ).length === 0,
      );
    } finally {
      await traffic.stop();
      await adopter.stop();
    }
    const { lost, ...sums } = summarizeOrders(traffic);
    const terminations = [...terminated].map(([orderId, { point, at }]) => {
      const shown = shownAt(orderId);
      return { orderId, point, shownMs: shown === null ? null : Number(shown) - Number(at) };
    });
    const late = terminations.flatMap(({ orderId, point, shownMs }) =>
      shownMs !== null && shownMs > SHOWN_WITHIN_MS
        ? [`${orderId}, terminated while ${point}, was shown after ${shownMs / 1000} s only`]
        : [],
    );
    return { ...sums, lost: [...lost, ...adopter.refusals, ...late], terminations, ...(await checkOutcome(shop)) };
  });

/** Ends an order's workflow by hand; false when it had ended. */
async function terminate(temporal: Client, orderId: string): Promise<boolean> {
  try {
    await temporal.workflow.getHandle(orderWorkflowId(orderId)).terminate('ended by hand');
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Lists those of some orders that are open in the books. */
const stillOpen = ({ stack }: Shop, orderIds: readonly string[]): Promise<string[]> =>
  withOwner(stack.urls.databaseOwner ?? '', async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'select id from orders where id = any($1) and "closedAt" is null',
      [orderIds],
    );
    return rows.map(({ id }) => id);
  });

/** Finds the order whose workflow began last: the request that placed it is not answered yet. */
async function lastPlaced(temporal: Client): Promise<string | null> {
  const prefix = orderWorkflowId('');
  const query = `WorkflowType = '${ORDER_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: 1 }))
    return workflowId.slice(prefix.length);
  return null;
}
