import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Caller, KeyRole } from '../../contracts/caller';
import { refuse } from '../../contracts/errors';
import type { AppDeps } from '../deps';
import { sendProblem } from '../errors';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Names the roles that a route serves. */
    roles?: readonly KeyRole[];
  }
  interface FastifyRequest {
    /** Names the caller by the request's API key. Set before a handler of a route with roles runs. */
    caller: Caller;
  }
}

/** Reads the API key of a request; undefined without one. */
export const secretOf = (request: FastifyRequest): string | undefined =>
  /^Bearer ([\x21-\x7e]{1,255})$/i.exec(request.headers.authorization ?? '')?.[1];

/**
 * Admits only callers whose role the route names. It answers before the body is read: 401 for unknown keys, 403 for
 * other roles, 429 for too many requests without a known key. A route of this scope without roles is a defect: the
 * start fails.
 */
export const authenticateCallers = fp<Pick<AppDeps, 'authenticate' | 'isKnownKey'>>(
  async (scope, { authenticate, isKnownKey }) => {
    scope.decorateRequest('caller');
    scope.addHook('onRoute', ({ method, url, config }) => {
      if (!config?.roles?.length) throw new Error(`${String(method)} ${url} names no roles`);
    });
    scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const secret = secretOf(request);
      const refusal =
        secret !== undefined && isKnownKey(secret) ? undefined : await scope.admitUnauthenticated(request);
      if (refusal) return sendProblem(reply, refusal);
      const caller = secret === undefined ? undefined : await authenticate(secret);
      if (!caller) return sendProblem(reply, refuse('unauthenticated'));
      const { roles = [] } = request.routeOptions.config;
      if (!(roles as readonly string[]).includes(caller.role)) {
        return sendProblem(
          reply,
          refuse('forbidden', {
            detail: `This route serves ${roles.join(', ')}; the role of this key is ${caller.role}`,
          }),
        );
      }
      request.caller = caller;
      return undefined;
    });
  },
  { name: 'callers', dependencies: ['unauthenticated-limit'] },
);
