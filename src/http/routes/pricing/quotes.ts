import { z } from 'zod';
import { OrderId } from '../../../contracts/ids';
import { AskQuote, PriceBreakdown } from '../../../contracts/pricing/quote';
import { sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { operation } from '../../operation';
import { CALLER_CODES, describeResponse, IdempotencyKey, POST_CODES, describeResponses } from '../../schemas';

const BUYERS = ['storefront'] as const;
const READERS = ['storefront', 'support', 'platform'] as const;

/** Serves prices: of a cart before the order, and of an order. */
export const quoteRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.post(
      '/quotes',
      {
        config: { roles: BUYERS },
        schema: {
          ...operation(BUYERS, {
            operationId: 'askQuote',
            tag: 'prices',
            summary: 'Price a cart',
            description:
              'The same function prices the order. Nothing is written and no coupon is used, ' +
              'so a repetition is priced again.',
          }),
          headers: IdempotencyKey,
          body: AskQuote,
          response: describeResponses({ 200: describeResponse('The price, explained', PriceBreakdown) }, [
            ...POST_CODES,
            'unknown_sku',
            'currency_not_sold',
            'price_changed',
            'order_too_large',
          ]),
        },
      },
      async ({ caller, body }, reply) => sendResult(reply, await services.quotes.quote(caller, body)),
    );

    api.get(
      '/orders/:orderId/price',
      {
        config: { roles: READERS },
        schema: {
          ...operation(READERS, {
            operationId: 'getOrderPrice',
            tag: 'prices',
            summary: "Read an order's price",
            description:
              'As explained at placement, or when its address was corrected to another country, ' +
              'with the versions of the promotions.',
          }),
          params: z.object({ orderId: OrderId }),
          response: describeResponses({ 200: describeResponse('The price, explained', PriceBreakdown) }, [
            ...CALLER_CODES,
            'not_found',
          ]),
        },
      },
      async ({ caller, params }, reply) => sendResult(reply, await services.quotes.priceOf(caller, params.orderId)),
    );
  };
