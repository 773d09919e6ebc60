import type { z } from 'zod';
import { ProviderUnavailable } from './unavailable';

/** Describes a provider's address and our key for it. `timeoutMs` limits one call, its body included. */
export interface ProviderConnection {
  readonly provider: string;
  readonly url: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
  /** Records every call in its trace; without it, nothing is recorded. */
  readonly trace?: TraceCall | undefined;
}

/** Runs one call to a provider inside a span, with the headers that let the provider continue the trace. */
export type TraceCall = (
  call: { readonly provider: string; readonly method: string },
  run: (headers: Readonly<Record<string, string>>) => Promise<JsonAnswer>,
) => Promise<JsonAnswer>;

export interface JsonCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** The statuses that this call expects; any other one below 500 is a defect. */
  readonly expect: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Thrown when a provider's answer breaks the agreed protocol: wrong key, reused key, unknown body. Another attempt does
 * not help.
 */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    readonly provider: string,
    description: string,
    options?: ErrorOptions,
  ) {
    super(`${provider}: ${description}`, options);
  }
}

/** Lists the statuses by which a provider requests a later attempt: timed out, too early, too many requests. */
const TRY_LATER = [408, 425, 429];

/**
 * Calls a provider once, with JSON and its bearer key; the caller decides on further attempts. Throws
 * `ProviderUnavailable` on a refused or reset connection, on the time-out, on 408, 425, 429 and 5xx, and on a body that
 * is not JSON; `UnexpectedAnswer` on any other status that is not expected; the signal's reason once it is aborted.
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
  const callName = `${call.method} ${url.pathname}`;
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
    const reason = deadline.aborted
      ? `no answer to ${callName} within ${timeoutMs} ms`
      : `no connection for ${callName}`;
    throw new ProviderUnavailable(provider, reason, { cause: error });
  }
  if (status >= 500 || TRY_LATER.includes(status)) throw new ProviderUnavailable(provider, `${status} to ${callName}`);
  if (!call.expect.includes(status)) throw new UnexpectedAnswer(provider, `${status} to ${callName}`);
  try {
    return { status, body: JSON.parse(text) as unknown };
  } catch (error) {
    throw new ProviderUnavailable(provider, `no JSON in the ${status} to ${callName}`, { cause: error });
  }
}

/** Parses an answer by its schema. Throws `UnexpectedAnswer`, which names the members that do not fit. */
export function readAnswer<T>(connection: ProviderConnection, answer: JsonAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  const members = parsed.error.issues.map((issue) => issue.path.join('.') || '(body)').join(', ');
  throw new UnexpectedAnswer(connection.provider, `an answer that does not fit its schema: ${members}`, {
    cause: parsed.error,
  });
}
