import { z } from 'zod';
import { PromotionId } from '../../../contracts/ids';
import {
  CreatePromotion,
  DraftPromotion,
  ListPromotions,
  PreviewPromotion,
  PromotionLimits,
  PromotionPage,
  PromotionResource,
} from '../../../contracts/pricing/promotion-api';
import { PriceBreakdown } from '../../../contracts/pricing/quote';
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

const OWNERS = ['merchant', 'platform'] as const;
const byId = z.object({ promotionId: PromotionId });
const current = describeResponse('The current promotion', PromotionResource);
const headers = IdempotencyKey;

const documented = (operationId: string, summary: string, description?: string) =>
  operation(OWNERS, { operationId, tag: 'promotions', summary, ...(description === undefined ? {} : { description }) });

/** Serves promotions and coupons: drafts, versions, pauses, limits, previews. A merchant sees and changes its own. */
export const promotionRoutes =
  ({ services: { promotions } }: AppDeps) =>
  async (api: Api): Promise<void> => {
    const config = { roles: OWNERS };

    api.get(
      '/promotions',
      {
        config,
        schema: {
          ...documented('listPromotions', 'List promotions', 'Newest first; only promotions that the caller may see.'),
          querystring: ListPromotions,
          response: describeResponses({ 200: describeResponse('A page of promotions', PromotionPage) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await promotions.list(caller, query)),
    );

    api.get(
      '/promotions/:promotionId',
      {
        config,
        schema: {
          ...documented('getPromotion', 'Read a promotion'),
          params: byId,
          response: describeResponses({ 200: current }, [...CALLER_CODES, 'not_found']),
        },
      },
      async ({ caller, params }, reply) => sendResult(reply, await promotions.get(caller, params.promotionId)),
    );

    api.post(
      '/promotions',
      {
        config,
        schema: {
          ...documented('createPromotion', 'Draft a promotion', 'A draft changes no price until it is published.'),
          headers,
          body: CreatePromotion,
          response: describeResponses({ 201: current }, POST_CODES),
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await promotions.create(caller, intent, body)),
    );

    const change = {
      config,
      schema: {
        params: byId,
        headers,
        response: describeResponses({ 200: current }, [...POST_CODES, 'not_found', 'promotion_not_ready']),
      },
    };

    api.post(
      '/promotions/:promotionId/draft',
      {
        ...change,
        schema: {
          ...change.schema,
          ...documented(
            'draftPromotion',
            'Replace the draft',
            'The version in force stays until the draft is published.',
          ),
          body: DraftPromotion,
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await promotions.draft(caller, intent, params.promotionId, body.definition)),
    );

    api.post(
      '/promotions/:promotionId/publication',
      {
        config,
        schema: {
          ...documented(
            'publishPromotion',
            'Publish the draft',
            'As a new version, in force at once. Orders keep the version that they were priced with. ' +
              'Only the mall publishes a promotion of which it pays a share.',
          ),
          params: byId,
          headers,
          body: EmptyBody,
          response: describeResponses({ 200: current }, [
            ...POST_CODES,
            'not_found',
            'promotion_not_ready',
            'promotion_code_taken',
          ]),
        },
      },
      async ({ caller, intent, params }, reply) =>
        sendAnswer(reply, await promotions.publish(caller, intent, params.promotionId)),
    );

    api.post(
      '/promotions/:promotionId/pause',
      {
        ...change,
        schema: {
          ...change.schema,
          ...documented('pausePromotion', 'Pause a promotion', 'At once, for new orders.'),
          body: EmptyBody,
        },
      },
      async ({ caller, intent, params }, reply) =>
        sendAnswer(reply, await promotions.pause(caller, intent, params.promotionId)),
    );

    api.post(
      '/promotions/:promotionId/resumption',
      {
        ...change,
        schema: {
          ...change.schema,
          ...documented(
            'resumePromotion',
            'Resume a paused promotion',
            'Only the mall resumes what the mall paused: `forbidden` for the merchant.',
          ),
          body: EmptyBody,
        },
      },
      async ({ caller, intent, params }, reply) =>
        sendAnswer(reply, await promotions.resume(caller, intent, params.promotionId)),
    );

    api.post(
      '/promotions/:promotionId/limits',
      {
        ...change,
        schema: {
          ...change.schema,
          ...documented(
            'limitPromotion',
            'Change the limits',
            'At once, without a new version. Uses beyond a lower limit stay. ' +
              'Where the mall pays a share, the merchant may only lower the limits: `forbidden` otherwise.',
          ),
          body: PromotionLimits,
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await promotions.limit(caller, intent, params.promotionId, body)),
    );

    api.post(
      '/promotions/:promotionId/preview',
      {
        config,
        schema: {
          ...documented(
            'previewPromotion',
            'Price a cart as if the draft were live',
            'Together with the live promotions that the caller may see. Writes nothing.',
          ),
          params: byId,
          headers,
          body: PreviewPromotion,
          response: describeResponses({ 200: describeResponse('The price, explained', PriceBreakdown) }, [
            ...POST_CODES,
            'not_found',
            'unknown_sku',
            'currency_not_sold',
            'price_changed',
            'order_too_large',
          ]),
        },
      },
      async ({ caller, params, body }, reply) =>
        sendResult(reply, await promotions.preview(caller, params.promotionId, body)),
    );
  };
