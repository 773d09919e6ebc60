import { z } from 'zod';
import { OrderId } from '../../../contracts/ids';
import {
  AttentionResource,
  ChooseCarrier,
  HandToPerson,
  InterventionResource,
  ListAttention,
  RetryNow,
} from '../../../contracts/interventions/interventions';
import { AdoptionResource, AdoptOrder } from '../../../contracts/interventions/adoption';
import { pageOf } from '../../../contracts/page';
import { sendAnswer, sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { operation } from '../../operation';
import { CALLER_CODES, describeResponse, IdempotencyKey, POST_CODES, describeResponses } from '../../schemas';

const STAFF = ['support', 'platform'] as const;

const AttentionPage = pageOf(AttentionResource).meta({ id: 'AttentionPage' });
const byId = z.object({ orderId: OrderId });
const outcomes = {
  200: describeResponse('The outcome', InterventionResource),
  202: describeResponse(
    'The order has not answered yet. Send the same request again after `Retry-After`',
    InterventionResource,
  ),
};

/** Serves staff: orders that need a person, and interventions in them. */
export const interventionRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/attention',
      {
        config: { roles: STAFF },
        schema: {
          ...operation(STAFF, {
            operationId: 'listAttention',
            tag: 'orders',
            summary: 'List orders that need a person',
            description:
              'The longest waiting first: why and since when they need a person, what they wait for, which verbs help.',
          }),
          querystring: ListAttention,
          response: describeResponses({ 200: describeResponse('A page of orders', AttentionPage) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await services.interventions.attention(caller, query)),
    );

    api.post(
      '/orders/:orderId/retry',
      {
        config: { roles: STAFF },
        schema: {
          ...operation(STAFF, {
            operationId: 'retryNow',
            tag: 'orders',
            summary: 'Try stuck steps again now',
            description:
              'Calls that wait for a provider are made at once; steps that failed for good run again. ' +
              'Nothing is done twice: every effect has its own key.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: RetryNow,
          response: describeResponses(outcomes, [...POST_CODES, 'not_found', 'nothing_to_retry', 'order_closed']),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.interventions.intervene(caller, intent, params.orderId, 'retryNow', body)),
    );

    api.post(
      '/orders/:orderId/carrier-choice',
      {
        config: { roles: STAFF },
        schema: {
          ...operation(STAFF, {
            operationId: 'chooseCarrier',
            tag: 'orders',
            summary: 'Book a packed fulfillment with another carrier',
            description: 'While the fulfillment waits for its label. A label of the earlier carrier is voided.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: ChooseCarrier,
          response: describeResponses(outcomes, [
            ...POST_CODES,
            'not_found',
            'label_not_awaited',
            'carrier_not_offered',
            'order_closed',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(
          reply,
          await services.interventions.intervene(caller, intent, params.orderId, 'chooseCarrier', body),
        ),
    );

    api.post(
      '/orders/:orderId/adoption',
      {
        config: { roles: STAFF },
        schema: {
          ...operation(STAFF, {
            operationId: 'adoptOrder',
            tag: 'orders',
            summary: 'Replace the workflow of an order that cannot go on',
            description:
              'For an order that shows `workflow_failing`: a new workflow continues from where the books stand. ' +
              'Nothing is done twice: every effect has its own key.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: AdoptOrder,
          response: describeResponses({ 200: describeResponse('The outcome', AdoptionResource) }, [
            ...POST_CODES,
            'not_found',
            'workflow_running',
            'order_closed',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.adoptions.adopt(caller, intent, params.orderId, body)),
    );

    api.post(
      '/orders/:orderId/attendance',
      {
        config: { roles: STAFF },
        schema: {
          ...operation(STAFF, {
            operationId: 'handToPerson',
            tag: 'orders',
            summary: 'Hand an order to a person',
            description:
              'Opens an `attend` task; the order shows `handed_to_person` until it is done, and goes on meanwhile.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: HandToPerson,
          response: describeResponses(outcomes, [...POST_CODES, 'not_found', 'already_attended', 'order_closed']),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.interventions.intervene(caller, intent, params.orderId, 'handToPerson', body)),
    );
  };
