import type { ErrorRule } from './error-rule';

/** Lists the codes of requests that are refused before anybody looks at their subject. */
export const REQUEST_ERRORS = {
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    retryable: false,
    advice: 'Send one JSON object, encoded as UTF-8.',
  },
  validation_failed: {
    status: 422,
    title: 'The request does not fit its schema',
    retryable: false,
    advice: 'Correct the fields named in `errors` and send again with a new Idempotency-Key.',
  },
  body_too_large: { status: 413, title: 'The body is too large', retryable: false, advice: 'Send at most 256 KiB.' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not JSON',
    retryable: false,
    advice: 'Send `Content-Type: application/json`.',
  },
  unauthenticated: {
    status: 401,
    title: 'The caller is not known',
    retryable: false,
    advice: 'Send `Authorization: Bearer <API key>`.',
  },
  forbidden: {
    status: 403,
    title: "The caller's role may not do this",
    retryable: false,
    advice: 'Use a key of one of the roles that the documentation names for this route.',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing here',
    retryable: false,
    advice: 'Check the id; things of other callers are not visible.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'The Idempotency-Key header is missing',
    retryable: false,
    advice:
      'Send an Idempotency-Key of 1 to 255 printable characters, one per intent, and the same one when you retry.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used with another request',
    retryable: false,
    advice: 'Use a new key for a new request.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
    retryable: true,
    advice: 'Wait as long as Retry-After says and send the same request again.',
  },
} as const satisfies Record<string, ErrorRule>;

/** Lists the codes of requests that the service cannot answer in that form, or right now. */
export const SERVICE_ERRORS = {
  not_acceptable: {
    status: 406,
    title: 'The resource is not available in that form',
    retryable: false,
    advice: 'Ask for application/json, or for text/event-stream where the documentation names it.',
  },
  starting: {
    status: 503,
    title: 'Mallflow cannot take orders right now',
    retryable: true,
    advice: 'Wait as long as Retry-After says and send the same request with the same Idempotency-Key.',
  },
  overloaded: {
    status: 503,
    title: 'Mallflow has as many orders under way as it can take',
    retryable: true,
    advice:
      'Nothing was written. Wait as long as Retry-After says and send the same request with the same Idempotency-Key.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests with this API key, or from this address without a known one',
    retryable: true,
    advice:
      'Nothing was done. Wait as long as Retry-After says, send the same request again, and send fewer per second.',
  },
  internal: {
    status: 500,
    title: 'Mallflow failed',
    retryable: true,
    advice: 'Send the same request with the same Idempotency-Key; report the `instance` if it fails again.',
  },
} as const satisfies Record<string, ErrorRule>;
