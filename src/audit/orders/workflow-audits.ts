import { setTimeout as wait } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { sql } from 'kysely';
import type { Transactions } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { ORDER_WORKFLOW, orderWorkflowId } from '../../contracts/temporal-names';
import { closedStatuses } from '../statuses';
import { Findings, lazily, SourceUnavailable, type Audit } from '../audit';

const PAGE = 1_000;
const AT_ONCE = 16;
/** How often a mismatch is looked at again before it counts. */
const LOOKS = 3;
/** How long after its lease a draft may wait for the sweeper to start it. */
const SWEEPER_SECONDS = 60;
const ORDER_STATUS = defineSearchAttributeKey('OrderStatus', SearchAttributeType.KEYWORD);

/** Where an order stands in the books. */
interface Standing {
  readonly status: string;
  readonly closed: boolean;
  /** False for a fresh draft: its workflow may not have been started yet. */
  readonly due: boolean;
  /** True when every part is with its carrier, which the workflow counts as shipped before the money is collected. */
  readonly handedOver: boolean;
}

/** Where its workflow stands. */
interface Run {
  readonly state: 'running' | 'completed' | 'ended otherwise';
  readonly status: string | undefined;
  readonly startedAt: number;
}

type Contradiction = {
  readonly audit: 'missing' | 'otherwise' | 'overrunning' | 'unknown';
  readonly expected: string;
  readonly actual: string;
};

/**
 * Audits of orders against their workflows. Mismatches are looked at again, as Temporal's lists and the orders move on:
 * `pauseMs` apart.
 */
export const workflowAudits = (transactions: Transactions, temporal: Client, pauseMs: number): Audit[] => {
  const compared = lazily(() => compare(transactions, temporal, pauseMs));
  return [
    { name: 'Every open order has its workflow running', check: async () => (await compared()).missing },
    {
      name: 'Every order and its workflow agree on where the order stands',
      check: async () => (await compared()).otherwise,
    },
    { name: 'No workflow of an order that has ended is running', check: async () => (await compared()).overrunning },
    {
      name: 'Every running workflow of an order is of an order in our books',
      check: async () => (await compared()).unknown,
    },
  ];
};

async function compare(transactions: Transactions, temporal: Client, pauseMs: number) {
  const runs = await listRuns(temporal);
  const standings = await readStandings(transactions);
  let suspects = [...new Set([...standings.keys(), ...runs.keys()])].filter((id) =>
    contradiction(standings.get(id), runs.get(id)),
  );
  for (let look = 0; look < LOOKS && suspects.length > 0; look += 1) {
    if (look > 0) await wait(pauseMs);
    const now = await readStandings(transactions, suspects);
    for (const id of suspects) {
      const standing = now.get(id);
      if (standing) standings.set(id, standing);
    }
    await describeRuns(temporal, suspects, runs);
    suspects = suspects.filter((id) => contradiction(standings.get(id), runs.get(id)));
  }
  const found = {
    missing: new Findings(),
    otherwise: new Findings(),
    overrunning: new Findings(),
    unknown: new Findings(),
  };
  for (const id of suspects) {
    const fault = contradiction(standings.get(id), runs.get(id));
    if (fault) found[fault.audit].add(id, fault.expected, fault.actual);
  }
  return found;
}

/** Says in what an order and its workflow contradict each other. Ended workflows are kept for a time only. */
function contradiction(order: Standing | undefined, run: Run | undefined): Contradiction | undefined {
  const shown = run ? `${run.state}, ${run.status ?? 'no status'}` : 'no workflow';
  const running = run?.state === 'running';
  if (!order) return running ? { audit: 'unknown', expected: 'an order in our books', actual: shown } : undefined;
  if (order.closed && running)
    return { audit: 'overrunning', expected: `ended: the order is ${order.status}`, actual: shown };
  if (!order.closed && !running)
    return order.due
      ? { audit: 'missing', expected: `running: the order is ${order.status}`, actual: shown }
      : undefined;
  if (run === undefined || run.state === 'ended otherwise') return undefined;
  const agrees = run.status === order.status || (order.handedOver && run.status === 'shipped');
  return agrees ? undefined : { audit: 'otherwise', expected: order.status, actual: shown };
}

async function readStandings(transactions: Transactions, ids?: readonly string[]): Promise<Map<string, Standing>> {
  const rows = await transactions.snapshot(SYSTEM, (tx) => {
    const query = tx.selectFrom('orders as o').select([
      'o.id',
      'o.status',
      sql<boolean>`o.status in (${closedStatuses})`.as('closed'),
      sql<boolean>`o.status <> 'draft' or coalesce(o."startLeaseUntil" < now() - make_interval(secs => ${SWEEPER_SECONDS}), true)`.as(
        'due',
      ),
      sql<boolean>`o.status = 'in_fulfillment' and not exists (
        select 1 from fulfillment f where f."orderId" = o.id and f.status in ('released', 'packed', 'labelled'))`.as(
        'handedOver',
      ),
    ]);
    return (ids ? query.where('o.id', '=', sql<string>`any(${ids}::text[])`) : query).execute();
  });
  return new Map(rows.map(({ id, ...standing }) => [id, standing]));
}

/** Lists the latest run of every order's workflow that Temporal keeps. */
async function listRuns(temporal: Client): Promise<Map<string, Run>> {
  const runs = new Map<string, Run>();
  await reaching(async () => {
    for await (const info of temporal.workflow.list({ query: `WorkflowType = '${ORDER_WORKFLOW}'`, pageSize: PAGE })) {
      const id = info.workflowId.slice(orderWorkflowId('').length);
      const run = runOf(info);
      if (run.startedAt >= (runs.get(id)?.startedAt ?? 0)) runs.set(id, run);
    }
  });
  return runs;
}

/** Asks for the workflows of some orders themselves: unlike a list, that is never behind. */
async function describeRuns(temporal: Client, ids: readonly string[], runs: Map<string, Run>): Promise<void> {
  const queue = [...ids];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const workflowId = orderWorkflowId(id);
        const run = await reaching(() =>
          temporal.workflow
            .getHandle(workflowId)
            .describe()
            .then(runOf, (error: unknown) => {
              if (error instanceof WorkflowNotFoundError) return undefined;
              throw error;
            }),
        );
        if (run) runs.set(id, run);
        else runs.delete(id);
      }
    }),
  );
}

const runOf = ({
  status,
  typedSearchAttributes,
  startTime,
}: Pick<WorkflowExecutionInfo, 'status' | 'typedSearchAttributes' | 'startTime'>): Run => ({
  state:
    status.name === 'RUNNING' || status.name === 'PAUSED'
      ? 'running'
      : status.name === 'COMPLETED'
        ? 'completed'
        : 'ended otherwise',
  status: typedSearchAttributes.get(ORDER_STATUS),
  startedAt: startTime.getTime(),
});

async function reaching<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new SourceUnavailable('Temporal', error);
  }
}
