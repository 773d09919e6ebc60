import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorRule } from '../contracts/error-rule';
import { ERRORS, refuse, type ErrorCode, type FieldError, type Refusal } from '../contracts/errors';

/** Seconds after which a caller may send the same request again. */
export const RETRY_AFTER_SECONDS = 2;

/** Thrown by validation when fields of a request do not fit their schema. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';

  constructor(readonly errors: readonly FieldError[]) {
    super('The request does not fit its schema');
  }
}

/** Thrown where a refusal can only be answered by throwing, as in hooks of other packages. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly refusal: Refusal) {
    super(ERRORS[refusal.refused].title);
  }
}

/**
 * Builds the RFC 9457 document of a refusal. Extensions are added to the standard members and cannot replace them.
 */
export function problemOf(
  { refused, detail, errors, extensions }: Refusal,
  requestId: string,
): Record<string, unknown> {
  const rule: ErrorRule = ERRORS[refused];
  return {
    ...extensions,
    type: `/docs/errors#${refused}`,
    title: rule.title,
    status: rule.status,
    code: refused,
    ...(detail === undefined ? {} : { detail }),
    instance: `urn:uuid:${requestId}`,
    advice: rule.advice,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Answers a refusal as a problem document, with Retry-After where the same request may succeed later. */
export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const rule: ErrorRule = ERRORS[refusal.refused];
  if (rule.retryable) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (rule.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(rule.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .header('x-request-id', reply.request.id)
    .serializer(JSON.stringify)
    .send(problemOf(refusal, reply.request.id));
}

/** Maps the errors of Fastify, raised before a route is reached, to our codes. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_ERR_NOT_FOUND: 'not_found',
};

/** Builds the error handler. It answers a problem document; the cause is logged and never shown. */
export function handleErrors(isUnavailable: (error: unknown) => boolean) {
  return (error: Partial<FastifyError>, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof InvalidRequest)
      return sendProblem(reply, refuse('validation_failed', { errors: error.errors }));
    if (error instanceof Refused) return sendProblem(reply, error.refusal);
    const known = FRAMEWORK_CODES[error.code ?? ''];
    if (known) return sendProblem(reply, refuse(known));
    if (isUnavailable(error)) {
      request.log.warn({ err: error }, 'the database or Temporal is unavailable; the caller was asked to try again');
      return sendProblem(reply, refuse('starting'));
    }
    request.log.error({ err: error }, 'the request failed');
    return sendProblem(reply, refuse('internal'));
  };
}
