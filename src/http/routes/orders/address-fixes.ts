import { z } from 'zod';
import { AddressFixByLink, AddressMended } from '../../../contracts/addresses/address-findings';
import { OrderId } from '../../../contracts/ids';
import { OrderResource } from '../../../contracts/orders/order';
import { Recipient } from '../../../contracts/addresses/recipient';
import { sendAnswer, sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { sendProblem } from '../../errors';
import { openOperation, operation } from '../../operation';
import { describeResponse, IdempotencyKey, POST_CODES, describeResponses } from '../../schemas';

const CORRECTORS = ['storefront'] as const;
const byToken = z.object({ token: z.string().max(255) });
const CORRECTION_CODES = [
  'address_incomplete',
  'address_not_awaited',
  'destination_not_served',
  'parcel_too_heavy',
  'out_of_stock',
  'price_changed',
  'payment_declined',
] as const;
const UNTIL = 'While the order is `awaiting_address`, until `addressFix.until`. A refusal leaves the order on hold.';

/** Serves address fixes by the storefront of an order on hold. */
export const addressFixRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.put(
      '/orders/:orderId/recipient',
      {
        config: { roles: CORRECTORS },
        schema: {
          ...operation(CORRECTORS, {
            operationId: 'mendRecipient',
            tag: 'orders',
            summary: 'Correct the recipient of an order on hold',
            description:
              `${UNTIL} Answers after the attempt to pay. ` +
              'The order then goes on as if it had been placed with this recipient.',
          }),
          params: z.object({ orderId: OrderId }),
          headers: IdempotencyKey,
          body: Recipient,
          response: describeResponses(
            {
              200: describeResponse('The current order', OrderResource),
              202: describeResponse(
                'Corrected; the payment is not decided yet. Read the order after `Retry-After`',
                OrderResource,
              ),
            },
            [...POST_CODES, 'not_found', ...CORRECTION_CODES],
          ),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.addresses.correct(caller, intent, params.orderId, body), ({ status }) =>
          status === 201 ? 200 : status,
        ),
    );
  };

/** Serves address fixes by the link of a message. Its signed token is the key: valid once, until the hold ends. */
export const addressLinkRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.addHook('onRequest', async (request, reply) => {
      const refusal = await api.admitUnauthenticated(request);
      return refusal && sendProblem(reply, refusal);
    });

    api.get(
      '/address-fixes/:token',
      {
        schema: {
          ...openOperation({
            operationId: 'readAddressFix',
            tag: 'orders',
            summary: 'Read what a customer has to correct',
            description: 'For the page behind the link of a message. Needs no API key.',
          }),
          params: byToken,
          response: describeResponses(
            { 200: describeResponse('The faults, and the current recipient', AddressFixByLink) },
            ['address_link_invalid', 'address_not_awaited', 'validation_failed', 'rate_limited'],
          ),
        },
      },
      async ({ params }, reply) =>
        sendResult(reply.header('cache-control', 'no-store'), await services.addresses.readByLink(params.token)),
    );

    api.post(
      '/address-fixes/:token',
      {
        schema: {
          ...openOperation({
            operationId: 'mendByLink',
            tag: 'orders',
            summary: 'Correct the recipient by the link of a message',
            description: `${UNTIL} Needs no API key and no Idempotency-Key: the link works once.`,
          }),
          params: byToken,
          body: Recipient,
          response: describeResponses(
            {
              200: describeResponse('Corrected', AddressMended),
              202: describeResponse('Corrected; the payment is not decided yet', AddressMended),
            },
            [
              'address_link_invalid',
              ...CORRECTION_CODES,
              'validation_failed',
              'malformed_json',
              'body_too_large',
              'unsupported_media_type',
              'rate_limited',
            ],
          ),
        },
      },
      async ({ params, body }, reply) =>
        sendAnswer(reply, await services.addresses.correctByLink(params.token, body), ({ status }) =>
          status === 201 ? 200 : status,
        ),
    );
  };
