import { setTimeout as wait } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { sql } from 'kysely';
import type { Transactions } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { ORDER_WORKFLOW, orderWorkflowId } from '../../contracts/temporal-names';
import { closedStatuses } from '../statuses';
import { FindingCollector, runOnce, SourceUnavailable, type Audit } from '../audit';

const PAGE = 1_000;
const AT_ONCE = 16;
/** How many times a mismatch is read before it counts. */
const READS = 3;
/** How many seconds after its lease a draft may wait for the sweeper to start it. */
const SWEEPER_SECONDS = 60;
const ORDER_STATUS = defineSearchAttributeKey('OrderStatus', SearchAttributeType.KEYWORD);

/** Describes the state of an order in the books. */
interface BookedState {
  readonly status: string;
  readonly closed: boolean;
  /** False for a new draft, whose workflow may not have started yet. */
  readonly due: boolean;
  /** True when every fulfillment was handed over: the workflow then says `shipped` before the money is captured. */
  readonly handedOver: boolean;
}

/** Describes the state of the order's workflow. */
interface Run {
  readonly state: 'running' | 'completed' | 'ended otherwise';
  readonly status: string | undefined;
  readonly startedAt: number;
}

type Contradiction = {
  readonly audit: 'missing' | 'different' | 'overrunning' | 'unknown';
  readonly expected: string;
  readonly actual: string;
};

/**
 * Compares orders with their workflows. Reads mismatches again, `pauseMs` apart, as Temporal's lists and the orders
 * change in the meantime.
 */
export const workflowAudits = (transactions: Transactions, temporal: Client, pauseMs: number): Audit[] => {
  const compared = runOnce(() => compare(transactions, temporal, pauseMs));
  return [
    { name: 'Every open order has its workflow running', check: async () => (await compared()).missing },
    { name: 'Every order and its workflow have the same status', check: async () => (await compared()).different },
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
  const contradicts = (id: string) => contradiction(standings.get(id), runs.get(id)) !== undefined;
  const known = new Set([...standings.keys(), ...runs.keys()]);
  let mismatches = [...known].filter(contradicts);
  for (let read = 0; read < READS && mismatches.length > 0; read += 1) {
    if (read > 0) await wait(pauseMs);
    const now = await readStandings(transactions, mismatches);
    for (const id of mismatches) {
      const standing = now.get(id);
      if (standing) standings.set(id, standing);
    }
    await describeRuns(temporal, mismatches, runs);
    mismatches = mismatches.filter(contradicts);
  }
  const found = {
    missing: new FindingCollector(),
    different: new FindingCollector(),
    overrunning: new FindingCollector(),
    unknown: new FindingCollector(),
  };
  for (const id of mismatches) {
    const fault = contradiction(standings.get(id), runs.get(id));
    if (fault) found[fault.audit].add(id, fault.expected, fault.actual);
  }
  return found;
}

/** Says how an order and its workflow contradict each other. Temporal keeps ended workflows only for a time. */
function contradiction(order: BookedState | undefined, run: Run | undefined): Contradiction | undefined {
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
  return agrees ? undefined : { audit: 'different', expected: order.status, actual: shown };
}

async function readStandings(transactions: Transactions, ids?: readonly string[]): Promise<Map<string, BookedState>> {
  const rows = await transactions.snapshot(SYSTEM, (tx) => {
    const query = tx.selectFrom('orders as o').select([
      'o.id',
      'o.status',
      sql<boolean>`o.status in (${closedStatuses})`.as('closed'),
      sql<boolean>`o.status <> 'draft'
        or coalesce(o."startLeaseUntil" < now() - make_interval(secs => ${SWEEPER_SECONDS}), true)`.as('due'),
      sql<boolean>`o.status = 'in_fulfillment' and not exists (
        select 1 from fulfillment f where f."orderId" = o.id and f.status in ('released', 'packed', 'labelled'))`.as(
        'handedOver',
      ),
    ]);
    return (ids ? query.where('o.id', '=', sql<string>`any(${ids}::text[])`) : query).execute();
  });
  return new Map(rows.map(({ id, ...standing }) => [id, standing]));
}

/** Lists the latest run of every order workflow that Temporal keeps. */
async function listRuns(temporal: Client): Promise<Map<string, Run>> {
  const runs = new Map<string, Run>();
  await fromTemporal(async () => {
    for await (const info of temporal.workflow.list({ query: `WorkflowType = '${ORDER_WORKFLOW}'`, pageSize: PAGE })) {
      const id = info.workflowId.slice(orderWorkflowId('').length);
      const run = runOf(info);
      if (run.startedAt >= (runs.get(id)?.startedAt ?? 0)) runs.set(id, run);
    }
  });
  return runs;
}

/** Describes the workflows of some orders one by one: unlike a list, that is never behind. */
async function describeRuns(temporal: Client, ids: readonly string[], runs: Map<string, Run>): Promise<void> {
  const queue = [...ids];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const workflowId = orderWorkflowId(id);
        const run = await fromTemporal(() =>
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

function stateOf(status: WorkflowExecutionInfo['status']['name']): Run['state'] {
  if (status === 'RUNNING' || status === 'PAUSED') return 'running';
  return status === 'COMPLETED' ? 'completed' : 'ended otherwise';
}

const runOf = ({
  status,
  typedSearchAttributes,
  startTime,
}: Pick<WorkflowExecutionInfo, 'status' | 'typedSearchAttributes' | 'startTime'>): Run => ({
  state: stateOf(status.name),
  status: typedSearchAttributes.get(ORDER_STATUS),
  startedAt: startTime.getTime(),
});

async function fromTemporal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new SourceUnavailable('Temporal', error);
  }
}
