import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Caller, KeyRole } from '../../contracts/caller';
import { refuse } from '../../contracts/errors';
import type { AppDeps } from '../deps';
import { sendProblem } from '../errors';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The roles that a route serves. */
    roles?: readonly KeyRole[];
  }
  interface FastifyRequest {
    /** Whom the request's API key speaks for. Set before a handler of a route with roles runs. */
    caller: Caller;
  }
}

/** Reads the API key of a request; undefined when there is none. */
export const secretOf = (request: FastifyRequest): string | undefined =>
  /^Bearer ([\x21-\x7e]{1,255})$/i.exec(request.headers.authorization ?? '')?.[1];

/**
 * Lets only callers of the roles that each route names through, before a body is read: 401 for unknown keys, 403 for
 * other roles, 429 for those who are not known and ask too often. A route of this scope that names no roles is a
 * defect, and stops the start.
 */
export const callers = fp<Pick<AppDeps, 'authenticate' | 'isKnownKey'>>(
  async (scope, { authenticate, isKnownKey: knows }) => {
    scope.decorateRequest('caller');
    scope.addHook('onRoute', ({ method, url, config }) => {
      if (!config?.roles?.length) throw new Error(`${String(method)} ${url} names no roles`);
    });
    scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const secret = secretOf(request);
      const shed = secret !== undefined && knows(secret) ? undefined : await scope.admitStranger(request);
      if (shed) return sendProblem(reply, shed);
      const caller = secret === undefined ? undefined : await authenticate(secret);
      if (!caller) return sendProblem(reply, refuse('unauthenticated'));
      const { roles = [] } = request.routeOptions.config;
      if (!(roles as readonly string[]).includes(caller.role)) {
        return sendProblem(
          reply,
          refuse('forbidden', { detail: `It serves ${roles.join(', ')}; this key is for ${caller.role}` }),
        );
      }
      request.caller = caller;
      return undefined;
    });
  },
  { name: 'callers', dependencies: ['strangers'] },
);
