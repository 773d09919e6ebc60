import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { DeliveryTimings } from './deliveries';

/** Describes the options of a sandbox. */
export interface SandboxOptions {
  /** The bearer token of callers. It also keys the fingerprints and labels in the journal, so keep it with the file. */
  readonly apiKey: string;
  /** The key that signs the webhooks: `whsec_` and base64. */
  readonly webhookSecret: string;
  readonly webhookUrl: string;
  readonly journalFile: string;
  /** The address for the customer's browser; without it, the one that the caller used. */
  readonly publicUrl?: string | undefined;
  readonly logger?: FastifyBaseLogger | undefined;
  readonly now?: (() => Date) | undefined;
  readonly delivery?: DeliveryTimings | undefined;
}

/** Describes a status and a body that may be sent: a fault may prevent it. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Answers 200 with a body. */
export const ok = (body: object): Answer => ({ status: 200, body });
/** Answers 422: the provider refuses the request, and would refuse it again. */
export const refused = (reason: string): Answer => ({ status: 422, body: { status: 'refused', reason } });
/** Answers with a status that reports an error. */
export const problem = (status: number, error: string): Answer => ({ status, body: { error } });

/** Selects one page of a list in its order of creation: `after` counts the entries before the page. */
export const PageQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
});

/** Returns one page; `next` is the `after` of the following page, null on the last. */
export function pageOf<T>(all: readonly T[], query: unknown, view: (item: T) => object): Answer {
  const { after, limit } = PageQuery.parse(query);
  const entries = all.slice(after, after + limit).map((item, index) => ({ seq: after + index + 1, ...view(item) }));
  return ok({ entries, next: after + limit < all.length ? after + limit : null });
}

/**
 * Builds a server that reports errors as JSON. It answers 400 for a body that does not fit, 500 for a defect (logged).
 */
export function buildServer(logger: FastifyBaseLogger | undefined): FastifyInstance {
  const app = fastify({
    ...(logger ? { loggerInstance: logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // A client's idle connection must not delay the stop; after a cut-off call the caller asks by key.
    forceCloseConnections: true,
    bodyLimit: 256 * 1024,
    routerOptions: { maxParamLength: 1_000 },
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof z.ZodError)
      return reply.code(400).send({ error: 'invalid_request', message: z.prettifyError(error) });
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status < 500) return reply.code(status).send({ error: 'invalid_request' });
    request.log.error({ err: error }, 'the sandbox failed');
    return reply.code(500).send({ error: 'internal' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not_found' }));
  return app;
}

/** Requires the API key for every route of a scope. */
export function requireApiKey(scope: FastifyInstance, apiKey: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${apiKey}`);
  scope.addHook('onRequest', async (request, reply) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return undefined;
    return reply.code(401).send({ error: 'unauthenticated' });
  });
}

/** Hashes a parsed request, to compare requests without storing them. Keyed, so that nobody can guess the content. */
export const fingerprint = (apiKey: string, ...request: unknown[]): string =>
  createHmac('sha256', apiKey).update(JSON.stringify(request)).digest('base64url');
