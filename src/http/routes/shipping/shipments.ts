import { z } from 'zod';
import { isRefusal } from '../../../contracts/errors';
import { FulfillmentId, ShipmentId } from '../../../contracts/ids';
import { sendAnswer } from '../../send-answer';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { sendProblem } from '../../errors';
import { operation } from '../../operation';
import {
  CALLER_CODES,
  describeResponse,
  IdempotencyKey,
  EmptyBody,
  POST_CODES,
  describeResponses,
} from '../../schemas';

const WORKERS = ['warehouse', 'platform'] as const;

const HandedOver = z
  .strictObject({ fulfillmentId: FulfillmentId, status: z.literal('handed_over') })
  .meta({ id: 'HandedOver' });

/** Serves the labels and the hand-over of parcels. */
export const shipmentRoutes =
  ({ services }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.post(
      '/fulfillments/:fulfillmentId/hand-over',
      {
        config: { roles: WORKERS },
        schema: {
          ...operation(WORKERS, {
            operationId: 'handOver',
            tag: 'shipments',
            summary: 'Hand a parcel to its carrier',
            description:
              'Its goods leave the stock and its share of the payment is captured. A second call changes nothing.',
          }),
          params: z.object({ fulfillmentId: FulfillmentId }),
          headers: IdempotencyKey,
          body: EmptyBody,
          response: describeResponses({ 200: describeResponse('Handed over', HandedOver) }, [
            ...POST_CODES,
            'not_found',
            'fulfillment_not_ready',
          ]),
        },
      },
      async ({ caller, intent, params }, reply) =>
        sendAnswer(reply, await services.shipments.handOver(caller, intent, params.fulfillmentId)),
    );

    api.get(
      '/shipments/:shipmentId/label',
      {
        config: { roles: WORKERS },
        schema: {
          ...operation(WORKERS, {
            operationId: 'getLabel',
            tag: 'shipments',
            summary: "Fetch a parcel's label for the printer",
            description: 'In ZPL. The label shows the recipient: print it, do not keep it.',
          }),
          params: z.object({ shipmentId: ShipmentId }),
          response: describeResponses({ 200: describeResponse('The label', z.string(), 'text/plain') }, [
            ...CALLER_CODES,
            'not_found',
          ]),
        },
      },
      async ({ caller, params }, reply) => {
        const label = await services.shipments.label(caller, params.shipmentId);
        return isRefusal(label)
          ? sendProblem(reply, label)
          : reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(label);
      },
    );
  };
