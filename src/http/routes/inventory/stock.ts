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
import { CALLER_CODES, described, IdempotencyKey, POST_CODES, responses } from '../../schemas';

const KEEPERS = ['merchant', 'warehouse', 'platform'] as const;
const OWNERS = ['merchant', 'platform'] as const;
const READERS = ['merchant', 'warehouse', 'support', 'platform'] as const;
const SELLERS = ['storefront', 'merchant', 'support', 'platform'] as const;

const Shelves = pageOf(ShelfResource).meta({ id: 'ShelfPage' });
const changed = responses({ 200: described('The shelf as it stands', ShelfResource) }, [
  ...POST_CODES,
  'not_found',
  'stock_promised',
]);

/** Stock: what can be had, and what those who keep it do with it. */
export const stockRoutes =
  ({ services: clients }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/availability',
      {
        config: { roles: SELLERS },
        schema: {
          ...operation(SELLERS, {
            operationId: 'getAvailability',
            tag: 'stock',
            summary: 'Ask what can be had of a SKU, from where, by when',
            description: 'As it stands: only an order holds stock.',
          }),
          querystring: AskAvailability,
          response: responses({ 200: described('What can be had', AvailabilityResource) }, [
            ...CALLER_CODES,
            'unknown_sku',
          ]),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await clients.stock.availability(caller, query)),
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
          response: responses({ 200: described('A page of shelves', Shelves) }, CALLER_CODES),
        },
      },
      async ({ caller, query }, reply) => sendResult(reply, await clients.stock.list(caller, query)),
    );

    api.post(
      '/stock/receipts',
      {
        config: { roles: KEEPERS },
        schema: {
          ...operation(KEEPERS, { operationId: 'receiveStock', tag: 'stock', summary: 'Book a delivery in' }),
          headers: IdempotencyKey,
          body: ReceiveStock,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await clients.stock.receive(caller, intent, body)),
    );

    api.post(
      '/stock/counts',
      {
        config: { roles: KEEPERS },
        schema: {
          ...operation(KEEPERS, {
            operationId: 'countLot',
            tag: 'stock',
            summary: 'Set a lot to what was counted',
            description: 'Refused when less is left than is promised to orders.',
          }),
          headers: IdempotencyKey,
          body: CountLot,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await clients.stock.count(caller, intent, body)),
    );

    api.post(
      '/stock/adjustments',
      {
        config: { roles: KEEPERS },
        schema: {
          ...operation(KEEPERS, {
            operationId: 'adjustLot',
            tag: 'stock',
            summary: 'Change a lot by hand, for a reason',
            description: 'Refused when less is left than is promised to orders.',
          }),
          headers: IdempotencyKey,
          body: AdjustLot,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await clients.stock.adjust(caller, intent, body)),
    );

    api.post(
      '/stock/settings',
      {
        config: { roles: OWNERS },
        schema: {
          ...operation(OWNERS, { operationId: 'setStock', tag: 'stock', summary: 'Set safety stock and thresholds' }),
          headers: IdempotencyKey,
          body: SetStock,
          response: changed,
        },
      },
      async ({ caller, intent, body }, reply) => sendAnswer(reply, await clients.stock.set(caller, intent, body)),
    );

    api.post(
      '/stock/backorders',
      {
        config: { roles: OWNERS },
        schema: {
          ...operation(OWNERS, {
            operationId: 'setBackorder',
            tag: 'stock',
            summary: 'Sell a SKU before it is there, or stop that',
            description:
              'An order of more than there is is then taken with an agreed date, and waits. It needs a shelf in some warehouse.',
          }),
          headers: IdempotencyKey,
          body: SetBackorder,
          response: responses({ 200: described('How the SKU is sold now', BackorderResource) }, [
            ...POST_CODES,
            'not_found',
          ]),
        },
      },
      async ({ caller, intent, body }, reply) =>
        sendAnswer(reply, await clients.stock.setBackorder(caller, intent, body)),
    );
  };
