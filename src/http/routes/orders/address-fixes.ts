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
import { described, IdempotencyKey, POST_CODES, responses } from '../../schemas';

const MENDERS = ['storefront'] as const;
const byToken = z.object({ token: z.string().max(255) });
const MENDED_CODES = [
  'address_incomplete',
  'address_not_awaited',
  'destination_not_served',
  'parcel_too_heavy',
  'out_of_stock',
  'price_changed',
  'payment_declined',
] as const;
const UNTIL = 'While the order is `awaiting_address`, until `addressFix.until`. A refusal leaves it on hold.';

/** Addresses of orders on hold, mended by their storefront. */
export const addressFixRoutes =
  ({ services: clients }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.put(
      '/orders/:orderId/recipient',
      {
        config: { roles: MENDERS },
        schema: {
          ...operation(MENDERS, {
            operationId: 'mendRecipient',
            tag: 'orders',
            summary: 'Mend the recipient of an order on hold',
            description: `${UNTIL} Answers once the payment was tried: the order then goes on as if it had been placed so.`,
          }),
          params: z.object({ orderId: OrderId }),
          headers: IdempotencyKey,
          body: Recipient,
          response: responses(
            {
              200: described('The order as it stands', OrderResource),
              202: described(
                'Mended; its payment is not decided yet. Read the order after `Retry-After`',
                OrderResource,
              ),
            },
            [...POST_CODES, 'not_found', ...MENDED_CODES],
          ),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await clients.addresses.mend(caller, intent, params.orderId, body), ({ status }) =>
          status === 201 ? 200 : status,
        ),
    );
  };

/** The same by the link of a message. The token is the key: it is signed, ends with the hold, and is good once. */
export const addressLinkRoutes =
  ({ services: clients }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.addHook('onRequest', async (request, reply) => {
      const shed = await api.admitStranger(request);
      return shed && sendProblem(reply, shed);
    });

    api.get(
      '/address-fixes/:token',
      {
        schema: {
          ...openOperation({
            operationId: 'readAddressFix',
            tag: 'orders',
            summary: 'Read what a customer has to mend',
            description: 'For the page behind the link of a message; no API key.',
          }),
          params: byToken,
          response: responses({ 200: described('What is wrong, and the recipient as it stands', AddressFixByLink) }, [
            'address_link_invalid',
            'address_not_awaited',
            'validation_failed',
            'rate_limited',
          ]),
        },
      },
      async ({ params }, reply) =>
        sendResult(reply.header('cache-control', 'no-store'), await clients.addresses.readByLink(params.token)),
    );

    api.post(
      '/address-fixes/:token',
      {
        schema: {
          ...openOperation({
            operationId: 'mendByLink',
            tag: 'orders',
            summary: 'Mend the recipient by the link of a message',
            description: `${UNTIL} No API key and no Idempotency-Key: the link is good once.`,
          }),
          params: byToken,
          body: Recipient,
          response: responses(
            {
              200: described('Mended', AddressMended),
              202: described('Mended; its payment is not decided yet', AddressMended),
            },
            [
              'address_link_invalid',
              ...MENDED_CODES,
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
        sendAnswer(reply, await clients.addresses.mendByLink(params.token, body), ({ status }) =>
          status === 201 ? 200 : status,
        ),
    );
  };
