import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { ORDER_WORKFLOW, orderWorkflowId } from '../../contracts/temporal-names';
import type { AttentionDetail } from '../../contracts/interventions/interventions';
import { AttentionReason, type WatchdogReason } from '../../contracts/statuses';
import type { OrderToExamine } from './orders-to-examine';

/** Describes the result of examining one order. */
export interface Finding {
  readonly reason: WatchdogReason | null;
  readonly detail: AttentionDetail | null;
}

/** Temporal retries a workflow task at once: the third attempt follows two failures or timeouts. */
const TASK_ATTEMPTS = 3;
/** gRPC's INVALID_ARGUMENT: the server does not know the search attribute. */
const NOT_UNDERSTOOD: readonly number[] = [3];
const NO_STEP = { step: null, attempts: null, failure: null };
const ID_PREFIX = orderWorkflowId('');
/** The most that visibility answers at once. */
const PAGE = 1_000;

/**
 * Examines an order's workflow. It finds that its tasks fail, or that it is gone; that a step was tried `attempts`
 * times or more; that a step is missing; that its stage is overdue; or nothing. Throws while Temporal is unavailable.
 */
export async function examineWorkflow(
  temporal: Client,
  orderId: string,
  { overdueSince, failing, isStepMissing = false }: OrderToExamine,
  attempts: number,
): Promise<Finding> {
  const overdue = overdueSince?.toISOString() ?? null;
  const broken = (failure: string, tried: number | null): Finding => ({
    reason: AttentionReason.workflowFailing,
    detail: { step: null, attempts: tried, failure, overdueSince: overdue },
  });
  const described = await describe(temporal, orderId);
  if (described?.status.name !== 'RUNNING' && described?.status.name !== 'PAUSED')
    return broken('workflow_not_running', null);
  const { pendingWorkflowTask, pendingActivities } = described.raw;
  const task = pendingWorkflowTask?.attempt ?? 0;
  if (task >= TASK_ATTEMPTS) return broken('workflow_task_failing', task);

  const steps = (pendingActivities ?? []).map((pending) => ({
    step: pending.activityType?.name ?? null,
    attempts: pending.attempt ?? 0,
    failure: failureOf(pending.lastFailure),
  }));
  if (failing) steps.push({ step: failing.step, attempts: failing.attempts, failure: failing.failure });
  const worst = steps.sort((a, b) => b.attempts - a.attempts)[0];
  const tried = worst?.attempts ?? 0;
  const failingStep = worst && tried > 1 ? worst : NO_STEP;
  const detail = tried > 1 || overdue ? { ...failingStep, overdueSince: overdue } : null;
  if (tried >= attempts) return { reason: AttentionReason.activityRetrying, detail };
  if (isStepMissing) return { reason: AttentionReason.stepMissing, detail };
  return { reason: overdue ? AttentionReason.stageOverdue : null, detail };
}

async function describe(temporal: Client, orderId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await temporal.workflow.getHandle(orderWorkflowId(orderId)).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

type RawFailure = NonNullable<
  NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number]['lastFailure']
>;

/** Names a failure's type only: its message could contain what somebody typed. */
const failureOf = (failure: RawFailure | null | undefined): string | null => {
  if (!failure) return null;
  return failure.applicationFailureInfo?.type ?? (failure.timeoutFailureInfo ? 'timeout' : 'unknown');
};

/**
 * Lists orders whose workflow tasks fail, by one visibility query. Servers keep count of that from 1.30 on; `not_known`
 * where they do not.
 */
export async function reportedProblems(temporal: Client, limit: number): Promise<string[] | 'not_known'> {
  try {
    return await listOrders(temporal, "ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL", limit);
  } catch (error) {
    const cause = error instanceof ServiceError ? error.cause : error;
    if (isGrpcServiceError(cause) && NOT_UNDERSTOOD.includes(cause.code)) return 'not_known';
    throw error;
  }
}

/**
 * Lists orders of which a workflow was terminated, cancelled, timed out or failed since a time. Null: as far as
 * Temporal keeps them. Many of them were adopted since, or have ended: their books and workflows show that.
 */
export const listAbnormallyClosed = (temporal: Client, since: Date | null): Promise<string[]> =>
  listOrders(
    temporal,
    "ExecutionStatus IN ('Terminated', 'Canceled', 'TimedOut', 'Failed')" +
      (since === null ? '' : ` AND CloseTime > '${since.toISOString()}'`),
    Number.POSITIVE_INFINITY,
  );

/** Lists the orders of the workflows that a condition of visibility holds for, each once. */
async function listOrders(temporal: Client, condition: string, limit: number): Promise<string[]> {
  const ids = new Set<string>();
  const query = `WorkflowType = '${ORDER_WORKFLOW}' AND ${condition}`;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: Math.min(limit, PAGE) })) {
    if (workflowId.startsWith(ID_PREFIX)) ids.add(workflowId.slice(ID_PREFIX.length));
    if (ids.size >= limit) break;
  }
  return [...ids];
}
