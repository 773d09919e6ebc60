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

/** Makes a sandbox fail on demand, and tells when a fault has struck. */
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
   * Lets the next `times` calls of an operation be executed and holds their answers back for longer than a caller
   * waits. The answer waits until all of them were executed.
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

  /** Counts the calls of an operation that are still to fail. */
  async left(operation: string): Promise<number> {
    return (await this.#left())
      .filter((fault) => fault.operation === operation)
      .reduce((sum, { times }) => sum + times, 0);
  }

  /** Ends every fault that has not struck. Calls that are held stay held. */
  async clear(): Promise<void> {
    const response = await fetch(`${this.url}/sandbox/faults`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.key}` },
    });
    if (!response.ok) throw new Error(`${this.url} did not end its faults: ${response.status}`);
  }

  /** Counts the webhooks that were not taken yet. */
  async undelivered(): Promise<number> {
    return Health.parse(await (await this.#http.send({ method: 'GET', path: '/healthz' })).json()).undelivered;
  }

  async #left(): Promise<z.infer<typeof Left>['faults']> {
    return Left.parse(await (await this.#http.send({ method: 'GET', path: '/sandbox/faults' })).json()).faults;
  }
}
