import type { z } from 'zod';
import { ProviderUnavailable } from './unavailable';

/** Where a provider is reached and how it knows us. `timeoutMs` bounds one call, its body included. */
export interface ProviderConnection {
  readonly provider: string;
  readonly url: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
  /** Notes every call in the trace that it belongs to; without one, nothing is noted. */
  readonly trace?: TraceCall | undefined;
}

/**
 * Runs one call to a provider inside a span, and hands it the headers by which the provider can go on with the trace.
 */
export type TraceCall = (
  call: { readonly provider: string; readonly method: string },
  run: (headers: Readonly<Record<string, string>>) => Promise<JsonAnswer>,
) => Promise<JsonAnswer>;

export interface JsonCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Statuses that are an answer of this call; any other one below 500 is a defect. */
  readonly expect: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Thrown when a provider answered what the agreed protocol does not know: wrong key, reused key, foreign body. Trying
 * again is no help.
 */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    readonly provider: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${provider}: ${what}`, options);
  }
}

/** Too early, too many, or gone over its own time: the provider asks for a later try. */
const TRY_LATER = [408, 425, 429];

/**
 * Calls a provider with JSON and its bearer key, once: whoever calls decides on tries. Throws `ProviderUnavailable` on
 * a refused or reset connection, on the time-out, on 408, 425, 429 and 5xx, and on a body that is no JSON;
 * `UnexpectedAnswer` on a status not expected; the signal's own reason when the caller gave up.
 */
export function callJson(connection: ProviderConnection, call: JsonCall): Promise<JsonAnswer> {
  const { provider, trace } = connection;
  return trace === undefined
    ? send(connection, call, {})
    : trace({ provider, method: call.method }, (headers) => send(connection, call, headers));
}

async function send(
  connection: ProviderConnection,
  call: JsonCall,
  traceHeaders: Readonly<Record<string, string>>,
): Promise<JsonAnswer> {
  const { provider, timeoutMs } = connection;
  const url = new URL(call.path, connection.url);
  const what = `${call.method} ${url.pathname}`;
  const deadline = AbortSignal.timeout(timeoutMs);
  const headers = new Headers({
    ...traceHeaders,
    authorization: `Bearer ${connection.apiKey}`,
    accept: 'application/json',
  });
  if (call.body !== undefined) headers.set('content-type', 'application/json');
  const init: RequestInit = {
    method: call.method,
    headers,
    redirect: 'manual',
    signal: call.signal ? AbortSignal.any([call.signal, deadline]) : deadline,
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  };

  let status: number;
  let text: string;
  try {
    const response = await fetch(url, init);
    status = response.status;
    text = await response.text();
  } catch (error) {
    call.signal?.throwIfAborted();
    const why = deadline.aborted ? `no answer to ${what} within ${timeoutMs} ms` : `no connection for ${what}`;
    throw new ProviderUnavailable(provider, why, { cause: error });
  }
  if (status >= 500 || TRY_LATER.includes(status)) throw new ProviderUnavailable(provider, `${status} to ${what}`);
  if (!call.expect.includes(status)) throw new UnexpectedAnswer(provider, `${status} to ${what}`);
  try {
    return { status, body: JSON.parse(text) as unknown };
  } catch (error) {
    throw new ProviderUnavailable(provider, `no JSON in the ${status} to ${what}`, { cause: error });
  }
}

/** Reads an answer by its schema. Throws `UnexpectedAnswer` that names the members which do not fit. */
export function readAnswer<T>(connection: ProviderConnection, answer: JsonAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  const members = parsed.error.issues.map((issue) => issue.path.join('.') || '(body)').join(', ');
  throw new UnexpectedAnswer(connection.provider, `an answer that does not fit its schema: ${members}`, {
    cause: parsed.error,
  });
}
