import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Reception } from '../../../services/webhooks/webhook-service';
import { refuse } from '../../../contracts/errors';
import type { VerifiedWebhook } from '../../../contracts/webhooks/provider-events';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { sendProblem } from '../../errors';
import { openOperation, type OperationDoc } from '../../operation';
import { describeResponse, describeResponses } from '../../schemas';
import { unstorablePaths } from '../../validation';

const MAX_EVENT_ID = 255;

const Received = z
  .strictObject({
    received: z
      .enum(['applied', 'duplicate', 'parked'])
      .describe('`parked`: its subject is not known yet; kept for 7 days until it is'),
  })
  .meta({ id: 'WebhookReceived' });

interface Reader<T> {
  readonly code: string;
  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<T> | undefined;
}

const schemaOf = (doc: Omit<OperationDoc, 'tag'>) => ({
  ...openOperation({ tag: 'webhooks', ...doc }),
  params: z.object({ provider: z.string().max(100) }),
  response: describeResponses({ 200: describeResponse('Received', Received) }, [
    'webhook_signature_invalid',
    'not_found',
    'validation_failed',
    'body_too_large',
  ]),
});
const SIGNED =
  'Signed by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`). Needs no API key.';

/**
 * Receives reports of carriers, gateways and suppliers. The signature over the raw body is verified before it is
 * parsed.
 */
export const webhookRoutes =
  ({ services, paymentReaders, carrierReaders, supplierReaders }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.post(
      '/webhooks/payments/:provider',
      {
        schema: schemaOf({
          operationId: 'receivePaymentWebhook',
          summary: 'Report the outcome of a payment at the gateway',
          description: SIGNED,
        }),
      },
      (request, reply) =>
        receive(request, reply, paymentReaders, request.params.provider, (webhook) =>
          services.webhooks.payment(request.params.provider, webhook),
        ),
    );

    api.post(
      '/webhooks/carriers/:provider',
      {
        schema: schemaOf({
          operationId: 'receiveCarrierWebhook',
          summary: 'Report a scan of a parcel',
          description: SIGNED,
        }),
      },
      (request, reply) =>
        receive(request, reply, carrierReaders, request.params.provider, (webhook) =>
          services.webhooks.carrier(request.params.provider, webhook),
        ),
    );

    api.post(
      '/webhooks/suppliers/:provider',
      {
        schema: schemaOf({
          operationId: 'receiveSupplierWebhook',
          summary: 'Report what a supplier sends for a purchase order',
          description: SIGNED,
        }),
      },
      (request, reply) =>
        receive(request, reply, supplierReaders, request.params.provider, (webhook) =>
          services.webhooks.supplier(request.params.provider, webhook),
        ),
    );
  };

async function receive<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  readers: readonly Reader<T>[],
  provider: string,
  apply: (webhook: VerifiedWebhook<T>) => Promise<Reception>,
): Promise<FastifyReply> {
  const reader = readers.find(({ code }) => code === provider);
  if (!reader) return sendProblem(reply, refuse('not_found'));
  const webhook = readOrError(() =>
    reader.read(headersOf(request), typeof request.body === 'string' ? request.body : ''),
  );
  if (webhook instanceof Error) return sendProblem(reply, refuse('validation_failed', { detail: webhook.message }));
  if (!webhook) return sendProblem(reply, refuse('webhook_signature_invalid'));
  if (webhook.eventId.length > MAX_EVENT_ID)
    return sendProblem(
      reply,
      refuse('validation_failed', {
        errors: [{ pointer: 'webhook-id', detail: `The event id is longer than ${MAX_EVENT_ID} characters` }],
      }),
    );
  if (unstorablePaths(webhook.event).length > 0)
    return sendProblem(reply, refuse('validation_failed', { detail: 'It contains a character that cannot be stored' }));
  return reply.send({ received: await apply(webhook) });
}

/** Reads a webhook. Returns an error when the signature is valid and the body does not fit the vendor's schema. */
function readOrError<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.name === 'WebhookNotUnderstood') return error;
    throw error;
  }
}

const headersOf = (request: FastifyRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
