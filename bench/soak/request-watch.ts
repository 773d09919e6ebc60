import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** A request as Node's `fetch` tells of it (undici's diagnostics channels). */
interface Told {
  readonly request: { readonly origin: string; readonly method: string; readonly path: string };
  readonly response?: { readonly statusCode: number; readonly headers: readonly Buffer[] };
  readonly error?: Error & { readonly code?: string; readonly cause?: { readonly code?: string } };
}

/** What became of the requests to one server. */
export interface RequestCounts {
  readonly answered: number;
  /** No connection was to be had: the request never left, and its client tries again. */
  readonly refused: number;
  /** Turned away with 503 or 429 and a time to come back. */
  readonly later: number;
  /** Requests that broke off after they had been sent, and answers that a server in good order does not give. */
  readonly dropped: readonly string[];
}

/**
 * Watches every request of this process to one server, below whoever sends it: what is retried is counted all the same.
 */
export class RequestWatch {
  #answered = 0;
  #refused = 0;
  #later = 0;
  readonly #dropped: string[] = [];

  constructor(private readonly origin: string) {
    subscribe('undici:request:headers', this.#onAnswer);
    subscribe('undici:request:error', this.#onError);
  }

  get counts(): RequestCounts {
    return { answered: this.#answered, refused: this.#refused, later: this.#later, dropped: this.#dropped };
  }

  stop(): void {
    unsubscribe('undici:request:headers', this.#onAnswer);
    unsubscribe('undici:request:error', this.#onError);
  }

  readonly #onAnswer = (message: unknown): void => {
    const { request, response } = message as Told;
    if (request.origin !== this.origin || response === undefined) return;
    const { statusCode, headers } = response;
    if (statusCode < 500 && statusCode !== 429) this.#answered += 1;
    else if (
      (statusCode === 503 || statusCode === 429) &&
      headers.some((name, at) => at % 2 === 0 && String(name).toLowerCase() === 'retry-after')
    )
      this.#later += 1;
    else this.#dropped.push(`${request.method} ${request.path}: answered ${statusCode}`);
  };

  readonly #onError = (message: unknown): void => {
    const { request, error } = message as Told;
    if (request.origin !== this.origin) return;
    if (error?.code === 'ECONNREFUSED') this.#refused += 1;
    else
      this.#dropped.push(
        `${request.method} ${request.path}: ${error?.code ?? error?.name ?? ''} ${error?.message ?? ''} ${error?.cause?.code ?? ''}`.trimEnd(),
      );
  };
}
