import { claimTask, completeTask } from '../books/tasks';
import type { Transactions } from '../books/transactions';
import type { Caller } from '../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../contracts/errors';
import type { Page } from '../contracts/order';
import type { CompleteTask, ListTasks, TaskResource } from '../contracts/task';
import { answer, once, type Answer, type Intent } from './intent';
import type { Messenger } from './messenger';
import { listTasks, readTask } from './read-tasks';

/** The work of people in warehouses. */
export class TaskClient {
  constructor(private readonly transactions: Transactions, private readonly messenger: Messenger) {}

  list(caller: Caller, query: ListTasks): Promise<Page<TaskResource> | Refusal> {
    return this.transactions.snapshot(caller, (tx) => listTasks(tx, query));
  }

  async get(caller: Caller, taskId: string): Promise<TaskResource | Refusal> {
    return (await this.transactions.snapshot(caller, (tx) => readTask(tx, taskId))) ?? refuse('not_found');
  }

  /** Claims an open task for the caller. */
  claim(caller: Caller, intent: Intent, taskId: string): Promise<Answer<TaskResource> | Refusal> {
    return once(this.transactions, caller, intent, async (tx) => {
      const refusal = await claimTask(tx, taskId, caller.actor);
      return refusal ?? answer(200, (await readTask(tx, taskId)) as TaskResource);
    });
  }

  /** Completes a task; the next one of its fulfillment opens, or its order hears that the parcel is packed. */
  async complete(caller: Caller, intent: Intent, taskId: string, { parcel }: CompleteTask): Promise<Answer<TaskResource> | Refusal> {
    const result = await once(this.transactions, caller, intent, async (tx) => {
      const done = await completeTask(tx, taskId, caller.actor, parcel);
      return isRefusal(done) ? done : answer(200, (await readTask(tx, taskId)) as TaskResource);
    });
    if (!isRefusal(result) && result.body.kind === 'pack') await this.messenger.flush(result.body.orderId);
    return result;
  }
}
