import { z } from 'zod';
import { refuse } from '../../contracts/errors';
import type { Api } from '../api';
import type { AppDeps } from '../deps';
import { sendProblem } from '../errors';
import { openOperation } from '../operation';
import { describeResponse, describeResponses } from '../schemas';

const ANSWER_WITHIN_MS = 3_000;

const Alive = z.strictObject({ status: z.literal('ok') });

/** Serves staff and load balancers: health, readiness, metrics and the OpenAPI document. */
export const serviceRoutes =
  ({ readiness, meter }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/healthz',
      {
        schema: {
          ...openOperation({ operationId: 'getHealth', tag: 'service', summary: 'Check that the process is alive' }),
          response: describeResponses({ 200: describeResponse('The process is alive', Alive) }, []),
        },
      },
      async () => ({ status: 'ok' as const }),
    );

    api.get(
      '/readyz',
      {
        schema: {
          ...openOperation({
            operationId: 'getReadiness',
            tag: 'service',
            summary: 'Check that the process can take orders',
            description: 'A 503 lists in `missing` the systems that do not answer.',
          }),
          response: describeResponses({ 200: describeResponse('The process can take orders', Alive) }, []),
        },
      },
      async (request, reply) => {
        const checks = Object.entries(readiness);
        const results = await Promise.allSettled(checks.map(([, check]) => inTime(check())));
        const missing = checks.flatMap(([name], index) => {
          const result = results[index];
          if (result?.status === 'rejected')
            request.log.warn({ err: result.reason as unknown, part: name }, 'not ready');
          return result?.status === 'rejected' ? [name] : [];
        });
        if (missing.length === 0) return reply.send({ status: 'ok' as const });
        return sendProblem(
          reply,
          refuse('starting', { detail: `These systems do not answer: ${missing.join(', ')}`, extensions: { missing } }),
        );
      },
    );

    api.get(
      '/metrics',
      {
        schema: {
          ...openOperation({
            operationId: 'getMetrics',
            tag: 'service',
            summary: 'Read the metrics of this process and of the mall, for Prometheus',
            description:
              'From the machine that the process runs on, or with the metrics token as bearer token. ' +
              'API keys are not accepted.',
          }),
          response: describeResponses({ 200: describeResponse('Every metric', z.string(), 'text/plain') }, [
            'unauthenticated',
          ]),
        },
      },
      async (request, reply) => {
        const from = { address: request.socket.remoteAddress ?? '', headers: request.headers };
        if (!meter.mayRead(from))
          return sendProblem(
            reply,
            refuse('unauthenticated', { detail: 'Read the metrics from the same machine, or send the metrics token' }),
          );
        const { contentType, body } = await meter.text();
        return reply.type(contentType).header('cache-control', 'no-store').serializer(String).send(body);
      },
    );

    api.get(
      '/openapi.json',
      {
        schema: {
          ...openOperation({ operationId: 'getOpenApi', tag: 'service', summary: 'Read this document' }),
          response: describeResponses({ 200: describeResponse('OpenAPI 3.1', z.looseObject({})) }, []),
        },
      },
      async (_request, reply) => reply.send({ ...api.swagger() }),
    );
  };

/** Limits the time of a check, so that a server that accepts a connection and sends nothing counts as missing. */
async function inTime(check: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      check,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`));
        }, ANSWER_WITHIN_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
