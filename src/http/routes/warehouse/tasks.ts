import { z } from 'zod';
import { TaskId } from '../../../contracts/ids';
import { pageOf } from '../../../contracts/page';
import { CompleteTask, ListTasks, TaskResource } from '../../../contracts/warehouse/task';
import { sendAnswer, sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { operation } from '../../operation';
import {
  CALLER_CODES,
  describeResponse,
  IdempotencyKey,
  EmptyBody,
  POST_CODES,
  describeResponses,
} from '../../schemas';

const WORKERS = ['warehouse', 'support', 'platform'] as const;

const Tasks = pageOf(TaskResource).meta({ id: 'TaskPage' });
const byId = z.object({ taskId: TaskId });
const task = describeResponse('The current task', TaskResource);

/**
 * Serves tasks: picking, rechecking and packing in warehouses, and attending to orders that were handed to a person.
 */
export const taskRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/tasks',
      {
        config: { roles: WORKERS },
        schema: {
          ...operation(WORKERS, {
            operationId: 'listTasks',
            tag: 'tasks',
            summary: 'List tasks',
            description:
              'In the order of work: urgent orders first, then the longest waiting. ' +
              'A warehouse sees its own; support sees all, and does `attend` tasks.',
          }),
          querystring: ListTasks,
          response: describeResponses({ 200: describeResponse('A page of tasks', Tasks) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await services.tasks.list(caller, query)),
    );

    api.get(
      '/tasks/:taskId',
      {
        config: { roles: WORKERS },
        schema: {
          ...operation(WORKERS, { operationId: 'getTask', tag: 'tasks', summary: 'Read a task' }),
          params: byId,
          response: describeResponses({ 200: task }, [...CALLER_CODES, 'not_found']),
        },
      },
      async ({ caller, params }, reply) => sendResult(reply, await services.tasks.get(caller, params.taskId)),
    );

    api.post(
      '/tasks/:taskId/claim',
      {
        config: { roles: WORKERS },
        schema: {
          ...operation(WORKERS, {
            operationId: 'claimTask',
            tag: 'tasks',
            summary: 'Claim a task',
            description: 'For the holder of the key. Claiming your own task again changes nothing.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: EmptyBody,
          response: describeResponses({ 200: task }, [
            ...POST_CODES,
            'not_found',
            'task_not_open',
            'task_claimed_by_another',
          ]),
        },
      },
      async ({ caller, intent, params }, reply) =>
        sendAnswer(reply, await services.tasks.claim(caller, intent, params.taskId)),
    );

    api.post(
      '/tasks/:taskId/completion',
      {
        config: { roles: WORKERS },
        schema: {
          ...operation(WORKERS, {
            operationId: 'completeTask',
            tag: 'tasks',
            summary: 'Complete a task',
            description:
              'The next task of the fulfillment opens. After `pack` the label is bought: send the weight and size of ' +
              'the box, or leave the body empty. An `attend` task needs its `outcome`.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: CompleteTask.nullish(),
          response: describeResponses({ 200: task }, [
            ...POST_CODES,
            'not_found',
            'task_not_open',
            'task_claimed_by_another',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.tasks.complete(caller, intent, params.taskId, body ?? {})),
    );
  };
