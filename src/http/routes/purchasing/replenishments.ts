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
import { CALLER_CODES, described, IdempotencyKey, POST_CODES, responses } from '../../schemas';

const READERS = ['merchant', 'warehouse', 'support', 'platform'] as const;
const OWNERS = ['merchant', 'platform'] as const;
const LISTENERS = ['merchant', 'support', 'platform'] as const;

const Replenishments = pageOf(ReplenishmentResource).meta({ id: 'ReplenishmentPage' });

/** Goods that shelves need of their suppliers. */
export const replenishmentRoutes =
  ({ services: clients }: AppDeps) =>
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
            description: 'Newest first: a merchant sees its own, a warehouse those that come to it.',
          }),
          querystring: ListReplenishments,
          response: responses({ 200: described('A page of replenishments', Replenishments) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await clients.replenishments.list(caller, query)),
    );

    api.post(
      '/replenishments/:replenishmentId/answers',
      {
        config: { roles: LISTENERS },
        schema: {
          ...operation(LISTENERS, {
            operationId: 'recordSupplierAnswer',
            tag: 'stock',
            summary: 'Record what a supplier said by mail or phone',
            description:
              'It counts as its signed webhook does, and may be corrected by another one. Who recorded it is kept.',
          }),
          params: z.object({ replenishmentId: ReplenishmentId }),
          headers: IdempotencyKey,
          body: RecordAnswer,
          response: responses({ 200: described('The replenishment as it stands', ReplenishmentResource) }, [
            ...POST_CODES,
            'not_found',
            'answer_not_awaited',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await clients.replenishments.answer(caller, intent, params.replenishmentId, body)),
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
              'The supplier is not told: call it off there. The next order that finds the shelf low opens another one.',
          }),
          params: z.object({ replenishmentId: ReplenishmentId }),
          headers: IdempotencyKey,
          body: CloseReplenishment,
          response: responses({ 200: described('The replenishment as it stands', ReplenishmentResource) }, [
            ...POST_CODES,
            'not_found',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await clients.replenishments.close(caller, intent, params.replenishmentId, body)),
    );
  };
