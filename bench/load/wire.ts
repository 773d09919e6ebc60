import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import type { Faults } from './faults';

const ANSWER_WITHIN_MS = 60_000;

export interface Call<T extends z.ZodType> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly expect: number;
  readonly schema: T;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/**
 * Calls a server over kept-alive connections, by Node's `http`, which uses the shared processors the least. Counts any
 * answer but the expected one and throws it as `Unexpected`; counts 429 and 503 with Retry-After, and calls again then.
 * An answer without a body is `undefined` to the schema. A `key` of null sends none.
 */
export class Wire {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #url: URL;

  constructor(
    url: string,
    private readonly key: string | null,
    private readonly faults: Faults,
    private readonly signal: AbortSignal,
  ) {
    this.#url = new URL(url);
  }

  async call<T extends z.ZodType>(call: Call<T>): Promise<z.infer<T>> {
    for (;;) {
      const { status, retryAfter, text } = await this.#send(call);
      if (status === call.expect) return call.schema.parse(text === '' ? undefined : JSON.parse(text));
      if ((status !== 429 && status !== 503) || retryAfter === undefined)
        throw this.faults.add(`${nameOf(call)}: ${status} ${text.slice(0, 160)}`);
      this.faults.putOff += 1;
      await wait(Number(retryAfter) * 1000, undefined, { signal: this.signal });
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send({ method, path, body, idempotencyKey }: Call<z.ZodType>): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const sent = request(
          {
            agent: this.#agent,
            hostname: this.#url.hostname,
            port: this.#url.port,
            method,
            path,
            signal: this.signal,
            timeout: ANSWER_WITHIN_MS,
            headers: {
              ...(this.key === null ? {} : { authorization: `Bearer ${this.key}` }),
              ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
              ...(payload === undefined
                ? {}
                : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
            },
          },
          (response) => {
            readAll(response).then(resolve, reject);
          },
        );
        sent.once('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)));
        sent.once('error', reject);
        sent.end(payload);
      });
    } catch (error) {
      this.signal.throwIfAborted();
      throw this.faults.add(`${nameOf({ method, path })}: ${(error as Error).message}`);
    }
  }
}

async function readAll(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    text: Buffer.concat(chunks).toString(),
  };
}

/** Names a call without the ids in it, so that the same fault counts as one. */
const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path.replace(/\?.*$/, '').replaceAll(/\/[a-z]{3}_[0-9A-Z]+/g, '/{id}')}`;
