import fp from 'fastify-plugin';
import type { IdempotentRequest } from '../../services/idempotent-request';
import { refuse } from '../../contracts/errors';
import { sendProblem } from '../errors';
import type { AppDeps } from '../deps';

declare module 'fastify' {
  interface FastifyRequest {
    /** Identifies what the caller wants done once. Set before the handler of a POST or PUT runs. */
    intent: IdempotentRequest;
    /** The body before its validation, which adds defaults. */
    sentBody: unknown;
  }
}

const KEY = /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** Lists the methods that need an Idempotency-Key: those that change something. */
const CHANGING: readonly string[] = ['POST', 'PUT'];

/**
 * Requires an Idempotency-Key on every POST and PUT of the scope, before the body is read. Sets the request's intent.
 */
export const idempotentRequests = fp<Pick<AppDeps, 'idempotentRequest'>>(
  async (scope, { idempotentRequest: intentOf }) => {
    scope.decorateRequest('intent');
    scope.decorateRequest('sentBody');
    scope.addHook('onRequest', async (request, reply) => {
      if (!CHANGING.includes(request.method)) return undefined;
      const key = request.headers['idempotency-key'];
      if (typeof key === 'string' && KEY.test(key)) return undefined;
      const detail = key === undefined ? 'The header is missing' : 'It must be 1 to 255 printable ASCII characters';
      return sendProblem(
        reply,
        refuse('idempotency_key_missing', { errors: [{ pointer: 'Idempotency-Key', detail }] }),
      );
    });
    scope.addHook('preValidation', async (request) => {
      request.sentBody = request.body;
    });
    scope.addHook('preHandler', async (request) => {
      if (!CHANGING.includes(request.method)) return;
      const { method, url, sentBody, body } = request;
      const key = String(request.headers['idempotency-key']);
      request.intent = intentOf({ method, url, key, sent: sentBody, understood: body });
    });
  },
  { name: 'intents' },
);
