import { z } from 'zod';
import { HttpClient } from '../../src/cli/http-client';
import { untilFact } from './until-fact';

const Left = z.object({
  faults: z.array(z.object({ operation: z.string().optional(), delayMs: z.number().optional(), times: z.number() })),
});
const Health = z.object({ undelivered: z.number() });

export interface SandboxFault {
  readonly mode: 'execute_then_timeout' | 'slow' | 'down' | 'error_after' | 'error_before';
  readonly operation: string;
  readonly times?: number;
  readonly delayMs?: number;
}

/** Makes a sandbox fail on demand, and reports when a fault has happened. */
export class SandboxFaults {
  readonly #http: HttpClient;
  #held = 0;

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {
    this.#http = new HttpClient(url, key);
  }

  /** Makes the next calls of an operation fail. */
  async arm(fault: SandboxFault): Promise<void> {
    await this.#http.send({ method: 'POST', path: '/sandbox/faults', body: fault, repeatable: false });
  }

  /**
   * Makes a sandbox execute the next `times` calls of an operation, and answer later than a caller waits. The returned
   * function waits until all of them are executed.
   */
  async hold(operation: string, times = 1): Promise<() => Promise<void>> {
    this.#held += 1;
    const delayMs = 20_000 + this.#held;
    await this.arm({ mode: 'execute_then_timeout', operation, times, delayMs });
    return () =>
      untilFact(`${times} calls of ${operation} are executed and held`, async () =>
        (await this.#left()).every((fault) => fault.delayMs !== delayMs),
      );
  }

  /** Counts the calls of an operation that will still fail. */
  async left(operation: string): Promise<number> {
    return (await this.#left())
      .filter((fault) => fault.operation === operation)
      .reduce((sum, { times }) => sum + times, 0);
  }

  /** Removes every fault that has not happened yet. Calls that are held stay held. */
  async clear(): Promise<void> {
    const response = await fetch(`${this.url}/sandbox/faults`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.key}` },
    });
    if (!response.ok) throw new Error(`${this.url} did not remove its faults: ${response.status}`);
  }

  /** Counts the webhooks that are not delivered yet. */
  async undelivered(): Promise<number> {
    return Health.parse(await (await this.#http.send({ method: 'GET', path: '/healthz' })).json()).undelivered;
  }

  async #left(): Promise<z.infer<typeof Left>['faults']> {
    return Left.parse(await (await this.#http.send({ method: 'GET', path: '/sandbox/faults' })).json()).faults;
  }
}
