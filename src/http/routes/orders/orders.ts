import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isRefusal } from '../../../contracts/errors';
import { OrderId } from '../../../contracts/ids';
import { ListOrders, OrderResource, OrderSummary } from '../../../contracts/orders/order';
import { pageOf } from '../../../contracts/page';
import { CancelOrder, PaymentInstruction, PlaceOrder } from '../../../contracts/orders/place-order';
import { sendAnswer, sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { sendProblem } from '../../errors';
import { operation } from '../../operation';
import { CALLER_CODES, describeResponse, IdempotencyKey, POST_CODES, describeResponses } from '../../schemas';

const BUYERS = ['storefront'] as const;
const READERS = ['storefront', 'merchant', 'support', 'platform'] as const;
const CANCELLERS = ['storefront', 'support', 'platform'] as const;

const Orders = pageOf(OrderSummary).meta({ id: 'OrderPage' });
const byId = z.object({ orderId: OrderId });
const decided = describeResponse('The current order', OrderResource);
const underWay = describeResponse('Decided and under way. Read the order after `Retry-After`', OrderResource);
const undecided = describeResponse('Accepted, but not decided yet. Read the order after `Retry-After`', OrderResource);

/** Serves orders: placing, reading, paying again, cancelling. */
export const orderRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.post(
      '/orders',
      {
        config: { roles: BUYERS },
        schema: {
          ...operation(BUYERS, {
            operationId: 'placeOrder',
            tag: 'orders',
            summary: 'Place an order',
            description:
              'Prices come from the catalogue and the promotions; `unitPrice` (before promotions) and `total` are ' +
              'only compared with them. A refusal charges nothing and reserves nothing, except `payment_declined`, ' +
              'which keeps the stock reserved until `payUntil`. An order whose address cannot be delivered to is ' +
              'accepted and held: it is `awaiting_address`, lists the faults in `addressFix`, and is charged after ' +
              'they are corrected. An order beyond the stock of goods that are sold on backorder is accepted with an ' +
              'agreed date in `backorder`: it is paid for, and then `awaiting_stock`.',
          }),
          headers: IdempotencyKey,
          body: PlaceOrder,
          response: describeResponses({ 201: decided, 202: undecided }, [
            ...POST_CODES,
            'unknown_sku',
            'currency_not_sold',
            'price_changed',
            'coupon_not_applicable',
            'order_too_large',
            'destination_not_served',
            'parcel_too_heavy',
            'out_of_stock',
            'card_number_refused',
            'payment_declined',
            'overloaded',
          ]),
        },
      },
      async (request, reply) => {
        const answer = await api.admitPlacement(reply, () =>
          services.orders.place(request.caller, request.intent, request.body),
        );
        if (!isRefusal(answer)) request.orderId = answer.body.id;
        return sendAnswer(reply, answer);
      },
    );

    api.get(
      '/orders',
      {
        config: { roles: READERS },
        schema: {
          ...operation(READERS, {
            operationId: 'listOrders',
            tag: 'orders',
            summary: 'List orders',
            description: 'Newest first; only orders that the caller may see.',
          }),
          querystring: ListOrders,
          response: describeResponses({ 200: describeResponse('A page of orders', Orders) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await services.orders.list(caller, query)),
    );

    api.get(
      '/orders/:orderId',
      {
        config: { roles: READERS },
        schema: {
          ...operation(READERS, {
            operationId: 'getOrder',
            tag: 'orders',
            summary: 'Read an order',
            description: 'A merchant sees only its own lines and fulfillments, and no recipient.',
          }),
          params: byId,
          headers: z.object({
            'if-none-match': z.string().optional().describe('The `ETag` that you have; 304 when nothing changed'),
          }),
          response: {
            ...describeResponses({ 200: describeResponse('The order', OrderResource) }, [...CALLER_CODES, 'not_found']),
            304: z.undefined().describe('The order has not changed'),
          },
        },
      },
      async (request, reply) => {
        const order = await services.orders.get(request.caller, request.params.orderId);
        if (isRefusal(order)) return sendProblem(reply, order);
        const etag = `"${createHash('sha256').update(JSON.stringify(order)).digest('base64url')}"`;
        // Each caller sees other members of an order, so no shared cache may keep it.
        reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'Authorization');
        return matchesTag(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(order);
      },
    );

    api.post(
      '/orders/:orderId/payments',
      {
        config: { roles: BUYERS },
        schema: {
          ...operation(BUYERS, {
            operationId: 'payAgain',
            tag: 'orders',
            summary: 'Pay again, or by another method',
            description: 'While the order is `awaiting_payment`, until `payUntil`.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: PaymentInstruction,
          response: describeResponses({ 201: decided, 202: undecided }, [
            ...POST_CODES,
            'not_found',
            'payment_not_awaited',
            'payments_undecided',
            'payment_declined',
            'card_number_refused',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.orders.pay(caller, intent, params.orderId, body)),
    );

    api.post(
      '/orders/:orderId/cancellation',
      {
        config: { roles: CANCELLERS },
        schema: {
          ...operation(CANCELLERS, {
            operationId: 'cancelOrder',
            tag: 'orders',
            summary: 'Cancel an order',
            description:
              'Until the first parcel is handed over. ' +
              'The labels are voided first, then the money is voided and the stock freed. ' +
              '200: read `status`. It is `cancelled`; or the order continues, as a carrier already had a parcel, ' +
              'and its other fulfillments are `cancelled` or `cancelling`: `payments[].voided` is what was voided. ' +
              '409: nothing can be cancelled any more; an earlier request may have cancelled some fulfillments. ' +
              '202: the cancellation is under way; read the order until it is no longer `cancelling`, ' +
              'or send the same request again.',
          }),
          params: byId,
          headers: IdempotencyKey,
          body: CancelOrder,
          response: describeResponses({ 200: decided, 202: underWay }, [
            ...POST_CODES,
            'not_found',
            'order_not_cancellable',
          ]),
        },
      },
      async ({ caller, intent, params, body }, reply) =>
        sendAnswer(reply, await services.orders.cancel(caller, intent, params.orderId, body), (answer) =>
          answer.body.status === 'cancelling' ? 202 : 200,
        ),
    );
  };

/** Checks whether an If-None-Match names a tag. Weak and strong tags compare equal (RFC 9110, 13.1.2). */
const matchesTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
