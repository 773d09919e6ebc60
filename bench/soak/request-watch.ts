import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Describes a request as Node's `fetch` reports it (undici's diagnostics channels). */
interface FetchEvent {
  readonly request: { readonly origin: string; readonly method: string; readonly path: string };
  readonly response?: { readonly statusCode: number; readonly headers: readonly Buffer[] };
  readonly error?: Error & { readonly code?: string; readonly cause?: { readonly code?: string } };
}

/** Counts the requests to one server by their outcome. */
export interface RequestCounts {
  readonly answered: number;
  /** Requests whose connection was refused: they were never sent, and their client tries again. */
  readonly refused: number;
  /** Requests that were answered 503 or 429 with Retry-After. */
  readonly later: number;
  /** Requests that were sent and then broke off, and answers that a healthy server does not give. */
  readonly dropped: readonly string[];
}

/** Watches every request of this process to one server, at the level of `fetch`: retries count as well. */
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
    const { request, response } = message as FetchEvent;
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
    const { request, error } = message as FetchEvent;
    if (request.origin !== this.origin) return;
    if (error?.code === 'ECONNREFUSED') this.#refused += 1;
    else {
      const reason = [error?.code ?? error?.name, error?.message, error?.cause?.code].map((text) => text ?? '');
      this.#dropped.push(`${request.method} ${request.path}: ${reason.join(' ')}`.trimEnd());
    }
  };
}
