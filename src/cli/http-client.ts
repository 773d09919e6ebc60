import { setTimeout as wait } from 'node:timers/promises';
import type { ErrorCode } from '../contracts/errors';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const RETRY_FOR_MS = 120_000;
const ANSWER_WITHIN_MS = 60_000;

/** Thrown when the API refuses. Holds its problem document and its code. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ErrorCode | 'unknown';

  constructor(
    readonly status: number,
    readonly problem: Readonly<Record<string, unknown>>,
  ) {
    const { code, title, detail, errors } = problem;
    const said = [title, detail].filter((text) => typeof text === 'string');
    const texts = errors === undefined ? said : [...said, JSON.stringify(errors)];
    super(`${typeof code === 'string' ? code : status}: ${texts.join('. ')}`);
    this.code = typeof code === 'string' ? (code as ErrorCode) : 'unknown';
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** False for a POST that must not be sent twice. True unless said otherwise: every other POST carries a key. */
  readonly repeatable?: boolean;
}

/** Sends requests to one server, with one API key. */
export class HttpClient {
  constructor(
    readonly url: string,
    private readonly key: string,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * Sends a request over kept-alive connections until it is answered. It tries again for two minutes after 503, 429, a
   * running request with the same key, and broken connections, as Retry-After says or with growing pauses.
   * Throws `ApiProblem` for any other answer that is not a success.
   */
  async send(request: HttpRequest): Promise<Response> {
    const end = Date.now() + RETRY_FOR_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const outcome = await this.#attempt(request);
      if (outcome instanceof Response) return outcome;
      const { error, retryAfterMs } = outcome;
      if (Date.now() > end || request.repeatable === false) throw error;
      await wait(retryAfterMs ?? pauseMs, undefined, this.signal ? { signal: this.signal } : {});
    }
  }

  /** Opens a stream: one attempt, without a time limit. */
  open(request: HttpRequest): Promise<Response> {
    return fetch(`${this.url}${request.path}`, {
      headers: this.#headers(request),
      ...(this.signal ? { signal: this.signal } : {}),
    });
  }

  async #attempt(request: HttpRequest): Promise<Response | { error: Error; retryAfterMs: number | undefined }> {
    const { method, path, body } = request;
    const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: this.#headers(request),
        signal: this.signal ? AbortSignal.any([this.signal, limit]) : limit,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.ok) return response;
      const problem = await problemOf(response);
      if (!mayRetry(problem)) throw problem;
      return { error: problem, retryAfterMs: retryAfter(response) };
    } catch (error) {
      if (isBroken(error) || (error as Error).name === 'TimeoutError')
        return { error: error as Error, retryAfterMs: undefined };
      throw error;
    }
  }

  #headers({ body, headers }: HttpRequest): Record<string, string> {
    return {
      authorization: `Bearer ${this.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
  }
}

/** Returns whether a connection was refused or broke: fetch reports that as a TypeError with its cause. */
export const isBroken = (error: unknown): boolean =>
  (error as Error).name === 'TypeError' && (error as Error).cause !== undefined;

/** Reads the problem document of an answer. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return new ApiProblem(
    response.status,
    isJson ? (JSON.parse(text) as Record<string, unknown>) : { detail: text.slice(0, 200) },
  );
}

const mayRetry = ({ status, code }: ApiProblem): boolean =>
  status === 503 || status === 429 || code === 'idempotency_in_flight';

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, LONGEST_PAUSE_MS) : undefined;
}
