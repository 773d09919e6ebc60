import { z } from 'zod';
import { refuse } from '../../contracts/errors';
import type { Api } from '../api';
import type { AppDeps } from '../deps';
import { sendProblem } from '../errors';
import { openOperation } from '../operation';
import { described, responses } from '../schemas';

const ANSWER_WITHIN_MS = 3_000;

const Alive = z.strictObject({ status: z.literal('ok') });

/** What operators and load balancers ask of the process itself. */
export const serviceRoutes =
  ({ readiness, meter }: AppDeps) =>
  async (api: Api): Promise<void> => {
    api.get(
      '/healthz',
      {
        schema: {
          ...openOperation({ operationId: 'getHealth', tag: 'service', summary: 'Ask whether the process lives' }),
          response: responses({ 200: described('It lives', Alive) }, []),
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
            summary: 'Ask whether it can take orders',
            description: '503 names in `missing` what does not answer.',
          }),
          response: responses({ 200: described('It can', Alive) }, []),
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
          refuse('starting', { detail: `No answer from: ${missing.join(', ')}`, extensions: { missing } }),
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
            summary: 'Read the figures of this process and of the mall, for Prometheus',
            description:
              'For the machine that it runs on, or for who shows the metrics token as bearer token; an API key opens nothing here.',
          }),
          response: responses({ 200: described('Every figure', z.string(), 'text/plain') }, ['unauthenticated']),
        },
      },
      async (request, reply) => {
        const from = { address: request.socket.remoteAddress ?? '', headers: request.headers };
        if (!meter.mayRead(from))
          return sendProblem(
            reply,
            refuse('unauthenticated', { detail: 'Ask from the machine itself, or show the metrics token' }),
          );
        const { contentType, body } = await meter.text();
        return reply.type(contentType).header('cache-control', 'no-store').serializer(String).send(body);
      },
    );

    api.get(
      '/openapi.json',
      {
        schema: {
          ...openOperation({ operationId: 'getOpenApi', tag: 'service', summary: 'Read this description' }),
          response: responses({ 200: described('OpenAPI 3.1', z.looseObject({})) }, []),
        },
      },
      async (_request, reply) => reply.send({ ...api.swagger() }),
    );
  };

/** Bounds a check, so that a server that accepts and says nothing counts as missing. */
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
