import { BackorderResource, SetBackorder } from '../../../contracts/inventory/backorder';
import { pageOf } from '../../../contracts/page';
import {
  AdjustLot,
  AskAvailability,
  AvailabilityResource,
  CountLot,
  ListStock,
  ReceiveStock,
  SetStock,
  ShelfResource,
} from '../../../contracts/inventory/stock';
import { sendAnswer, sendResult } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { operation } from '../../operation';
import { CALLER_CODES, describeResponse, IdempotencyKey, POST_CODES, describeResponses } from '../../schemas';

const KEEPERS = ['merchant', 'warehouse', 'platform'] as const;
const OWNERS = ['merchant', 'platform'] as const;
const READERS = ['merchant', 'warehouse', 'support', 'platform'] as const;
const SELLERS = ['storefront', 'merchant', 'support', 'platform'] as const;

const Shelves = pageOf(ShelfResource).meta({ id: 'ShelfPage' });
const changed = describeResponses({ 200: describeResponse('The shelf after the change', ShelfResource) }, [
  ...POST_CODES,
  'not_found',
  'stock_promised',
]);

/** Serves stock: availability, shelves, deliveries, counts, adjustments, settings. */
export const stockRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/availability',
      {
        config: { roles: SELLERS },
        schema: {
          ...operation(SELLERS, {
            operationId: 'getAvailability',
            tag: 'stock',
            summary: 'Read the available units of a SKU, with warehouses and delivery days',
            description: 'At this moment, without a promise: only an order reserves stock.',
          }),
          querystring: AskAvailability,
          response: describeResponses({ 200: describeResponse('The availability', AvailabilityResource) }, [
            ...CALLER_CODES,
            'unknown_sku',
          ]),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await services.stock.availability(caller, query)),
    );

    api.get(
      '/stock',
      {
        config: { roles: READERS },
        schema: {
          ...operation(READERS, {
            operationId: 'listStock',
            tag: 'stock',
            summary: 'List shelves',
            description: 'A merchant sees its own SKUs, a warehouse its own shelves.',
          }),
          querystring: ListStock,
          response: describeResponses({ 200: describeResponse('A page of shelves', Shelves) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await services.stock.list(caller, query)),
    );

    api.post(
      '/stock/receipts',
      {
        config: { roles: KEEPERS },
        schema: {
          ...operation(KEEPERS, { operationId: 'receiveStock', tag: 'stock', summary: 'Record a delivery' }),
          headers: IdempotencyKey,
          body: ReceiveStock,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await services.stock.receive(caller, intent, body)),
    );

    api.post(
      '/stock/counts',
      {
        config: { roles: KEEPERS },
        schema: {
          ...operation(KEEPERS, {
            operationId: 'countLot',
            tag: 'stock',
            summary: 'Set a lot to the counted units',
            description: 'Refused when fewer units would be left than orders have reserved.',
          }),
          headers: IdempotencyKey,
          body: CountLot,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await services.stock.count(caller, intent, body)),
    );

    api.post(
      '/stock/adjustments',
      {
        config: { roles: KEEPERS },
        schema: {
          ...operation(KEEPERS, {
            operationId: 'adjustLot',
            tag: 'stock',
            summary: 'Adjust a lot by hand, with a reason',
            description: 'Refused when fewer units would be left than orders have reserved.',
          }),
          headers: IdempotencyKey,
          body: AdjustLot,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await services.stock.adjust(caller, intent, body)),
    );

    api.post(
      '/stock/settings',
      {
        config: { roles: OWNERS },
        schema: {
          ...operation(OWNERS, {
            operationId: 'setStock',
            tag: 'stock',
            summary: 'Set safety stock and reorder levels',
          }),
          headers: IdempotencyKey,
          body: SetStock,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await services.stock.set(caller, intent, body)),
    );

    api.post(
      '/stock/backorders',
      {
        config: { roles: OWNERS },
        schema: {
          ...operation(OWNERS, {
            operationId: 'setBackorder',
            tag: 'stock',
            summary: 'Sell a SKU on backorder, or stop that',
            description:
              'Orders beyond the stock are then taken with an agreed date, and wait. ' +
              'The SKU needs a shelf in at least one warehouse.',
          }),
          headers: IdempotencyKey,
          body: SetBackorder,
          response: describeResponses(
            { 200: describeResponse('The backorder settings of the SKU', BackorderResource) },
            [...POST_CODES, 'not_found'],
          ),
        },
      },
      async ({ caller, intent, body }, reply) =>
        sendAnswer(reply, await services.stock.setBackorder(caller, intent, body)),
    );
  };
