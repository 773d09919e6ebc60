import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { DeliveryTimings } from './deliveries';

/** What either sandbox is built from. */
export interface SandboxOptions {
  /**
   * What callers send as `Authorization: Bearer`. Keys the fingerprints and labels in the journal, so it stays with the
   * file.
   */
  readonly apiKey: string;
  /** `whsec_` and base64: signs the webhooks. */
  readonly webhookSecret: string;
  readonly webhookUrl: string;
  readonly journalFile: string;
  /** The address that the customer's browser reaches; without it, the one that the caller used. */
  readonly publicUrl?: string | undefined;
  readonly logger?: FastifyBaseLogger | undefined;
  readonly now?: (() => Date) | undefined;
  readonly delivery?: DeliveryTimings | undefined;
}

/** A status and its body, made before it is known whether it will be sent: a fault may keep it back. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

export const ok = (body: object): Answer => ({ status: 200, body });
export const refused = (reason: string): Answer => ({ status: 422, body: { status: 'refused', reason } });
export const problem = (status: number, error: string): Answer => ({ status, body: { error } });

/** One page of a list kept in the order of its birth: `after` counts the entries before it. */
export const PageQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
});

/** Cuts one page; `next` is the `after` of the following one, null on the last. */
export function pageOf<T>(all: readonly T[], query: unknown, view: (item: T) => object): Answer {
  const { after, limit } = PageQuery.parse(query);
  const entries = all.slice(after, after + limit).map((item, index) => ({ seq: after + index + 1, ...view(item) }));
  return ok({ entries, next: after + limit < all.length ? after + limit : null });
}

/** Builds a server that answers its own faults as JSON: 400 for a body that does not fit, 500 for a defect (logged). */
export function buildServer(logger: FastifyBaseLogger | undefined): FastifyInstance {
  const app = fastify({
    ...(logger ? { loggerInstance: logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // A client's idle, kept-alive connection must not hold up the stop; a call that is cut off is asked for by its key.
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

/** Lets only callers with the API key through, for every route of this scope. */
export function requireApiKey(scope: FastifyInstance, apiKey: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${apiKey}`);
  scope.addHook('onRequest', async (request, reply) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return undefined;
    return reply.code(401).send({ error: 'unauthenticated' });
  });
}

/**
 * Tells one parsed request from another without keeping what is in it. Keyed, so that a short address cannot be guessed
 * back.
 */
export const fingerprint = (apiKey: string, ...request: unknown[]): string =>
  createHmac('sha256', apiKey).update(JSON.stringify(request)).digest('base64url');
