import { z } from 'zod';
import { ReplenishmentId } from '../../../contracts/ids';
import { pageOf } from '../../../contracts/page';
import {
  CloseReplenishment,
  ListReplenishments,
  RecordAnswer,
  ReplenishmentResource,
} from '../../../contracts/purchasing/replenishment';
import { sendAnswer, sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { operation } from '../../operation';
import { CALLER_CODES, describeResponse, IdempotencyKey, POST_CODES, describeResponses } from '../../schemas';

const READERS = ['merchant', 'warehouse', 'support', 'platform'] as const;
const OWNERS = ['merchant', 'platform'] as const;
const RECORDERS = ['merchant', 'support', 'platform'] as const;

const Replenishments = pageOf(ReplenishmentResource).meta({ id: 'ReplenishmentPage' });

/** Serves replenishments, and the answers of suppliers to them. */
export const replenishmentRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/replenishments',
      {
        config: { roles: READERS },
        schema: {
          ...operation(READERS, {
            operationId: 'listReplenishments',
            tag: 'stock',
            summary: 'List replenishments',
            description: 'Newest first. A merchant sees its own, a warehouse those for its shelves.',
          }),
          querystring: ListReplenishments,
          response: describeResponses(
            { 200: describeResponse('A page of replenishments', Replenishments) },
            CALLER_CODES,
          ),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await services.replenishments.list(caller, query)),
    );

    api.post(
      '/replenishments/:replenishmentId/answers',
      {
        config: { roles: RECORDERS },
        schema: {
          ...operation(RECORDERS, {
            operationId: 'recordSupplierAnswer',
            tag: 'stock',
            summary: 'Record what a supplier answered by mail or phone',
            description:
              'Has the effect of a signed webhook of the supplier; a later answer may correct it. ' +
              'Who recorded it is kept.',
          }),
          params: z.object({ replenishmentId: ReplenishmentId }),
          headers: IdempotencyKey,
          body: RecordAnswer,
          response: describeResponses({ 200: describeResponse('The current replenishment', ReplenishmentResource) }, [
            ...POST_CODES,
            'not_found',
            'answer_not_awaited',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.replenishments.answer(caller, intent, params.replenishmentId, body)),
    );

    api.post(
      '/replenishments/:replenishmentId/closure',
      {
        config: { roles: OWNERS },
        schema: {
          ...operation(OWNERS, {
            operationId: 'closeReplenishment',
            tag: 'stock',
            summary: 'Close a replenishment whose goods will not come',
            description:
              'The supplier is not notified: cancel the purchase order there. ' +
              'The next order that leaves the shelf low opens a new replenishment.',
          }),
          params: z.object({ replenishmentId: ReplenishmentId }),
          headers: IdempotencyKey,
          body: CloseReplenishment,
          response: describeResponses({ 200: describeResponse('The current replenishment', ReplenishmentResource) }, [
            ...POST_CODES,
            'not_found',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.replenishments.close(caller, intent, params.replenishmentId, body)),
    );
  };
