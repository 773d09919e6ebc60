import { claimTask, completeTask } from '../../books/warehouse/tasks';
import type { Transactions, Tx } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { Page } from '../../contracts/page';
import { TaskKind } from '../../contracts/statuses';
import type { CompleteTask, ListTasks, TaskResource } from '../../contracts/warehouse/task';
import { buildAnswer, runIdempotently, type Answer, type IdempotentRequest } from '../idempotent-request';
import type { OutboxSender } from '../outbox-sender';
import { listTasks, readTask } from './read-tasks';

/** Lists, claims and completes the tasks of people. */
export class TaskService {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: OutboxSender,
  ) {}

  list(caller: Caller, query: ListTasks): Promise<Page<TaskResource> | Refusal> {
    return this.transactions.snapshot(caller, (tx) => listTasks(tx, query));
  }

  async get(caller: Caller, taskId: string): Promise<TaskResource | Refusal> {
    return (await this.transactions.snapshot(caller, (tx) => readTask(tx, taskId))) ?? refuse('not_found');
  }

  /** Claims an open task for the caller. */
  claim(caller: Caller, intent: IdempotentRequest, taskId: string): Promise<Answer<TaskResource> | Refusal> {
    return runIdempotently(this.transactions, caller, intent, async (tx) => {
      const refusal = (await refuseWarehouseTask(tx, caller, taskId)) ?? (await claimTask(tx, taskId, caller.actor));
      return refusal ?? buildAnswer(200, (await readTask(tx, taskId)) as TaskResource);
    });
  }

  /** Completes a task. The next task of its fulfillment opens, or its order is signalled. */
  async complete(
    caller: Caller,
    intent: IdempotentRequest,
    taskId: string,
    result: CompleteTask,
  ): Promise<Answer<TaskResource> | Refusal> {
    const answered = await runIdempotently(this.transactions, caller, intent, async (tx) => {
      const refusal =
        (await refuseWarehouseTask(tx, caller, taskId)) ?? (await completeTask(tx, taskId, caller.actor, result));
      return refusal ?? buildAnswer(200, (await readTask(tx, taskId)) as TaskResource);
    });
    if (isRefusal(answered)) return answered;
    const { kind, orderId } = answered.body;
    if (orderId !== null && SIGNALLED.includes(kind)) await this.outbox.flush(orderId);
    return answered;
  }
}

/** The kinds of task whose completion is signalled to the order. */
const SIGNALLED: readonly TaskKind[] = [TaskKind.pack, TaskKind.attend];

/** The kinds of task that belong to no warehouse. */
const STAFF_WORK: readonly TaskKind[] = [TaskKind.attend, TaskKind.followUpSupplier];

/** Refuses the tasks of a warehouse to support, which may read them only. */
async function refuseWarehouseTask(tx: Tx, { role }: Caller, taskId: string): Promise<Refusal | undefined> {
  if (role !== 'support') return undefined;
  const task = await readTask(tx, taskId);
  return task && !STAFF_WORK.includes(task.kind)
    ? refuse('forbidden', { detail: `Only warehouse and platform may do a ${task.kind} task` })
    : undefined;
}
