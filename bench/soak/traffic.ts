import { setTimeout as wait } from 'node:timers/promises';
import { live, type Lived, type Load, type Plan } from './life';

/** Reports the orders of a load so far. */
export interface Lives {
  readonly begun: number;
  readonly lived: readonly Lived[];
  /** Errors of the API that no client can correct by another request. */
  readonly broken: readonly string[];
}

/** Keeps a number of orders in flight until it is stopped: whenever one has ended, the next begins. */
export class Traffic implements Lives {
  readonly lived: Lived[] = [];
  readonly broken: string[] = [];
  #begun = 0;
  #stopped = false;
  readonly #lanes: Promise<unknown>;

  constructor(
    private readonly load: Load,
    private readonly plans: readonly Plan[],
    inFlight: number,
    private readonly atMost = Number.POSITIVE_INFINITY,
  ) {
    this.#lanes = Promise.all(Array.from({ length: inFlight }, () => this.#lane()));
  }

  get begun(): number {
    return this.#begun;
  }

  get inFlight(): number {
    return this.#begun - this.lived.length - this.broken.length;
  }

  /** Begins no further order and waits until those in flight have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#lanes;
  }

  /** Waits until the requested number of orders has ended. */
  async ended(): Promise<void> {
    await this.#lanes;
  }

  async #lane(): Promise<void> {
    while (!this.#stopped && this.#begun < this.atMost) {
      const number = this.#begun;
      this.#begun += 1;
      await liveOn(this.load, this, number, this.plans);
    }
  }
}

/** Begins orders at a steady rate until it is stopped, however many are under way. */
export class PacedTraffic implements Lives {
  readonly lived: Lived[] = [];
  readonly broken: string[] = [];
  #begun = 0;
  readonly #stopping = new AbortController();
  readonly #all: Promise<void>;

  constructor(
    private readonly load: Load,
    private readonly plans: readonly Plan[],
    perSecond: number,
  ) {
    this.#all = this.#begin(1000 / perSecond);
  }

  get begun(): number {
    return this.#begun;
  }

  /** Begins no further order and waits until those in flight have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#all;
  }

  async #begin(everyMs: number): Promise<void> {
    const began = Date.now();
    const lives: Promise<void>[] = [];
    for (const { signal } = this.#stopping; !signal.aborted; this.#begun += 1) {
      lives.push(liveOn(this.load, this, this.#begun, this.plans));
      await wait(Math.max(0, began + lives.length * everyMs - Date.now()), undefined, { signal }).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error;
        },
      );
    }
    await Promise.all(lives);
  }
}

/** Plays an order and records its end. */
async function liveOn(
  load: Load,
  record: { readonly lived: Lived[]; readonly broken: string[] },
  number: number,
  plans: readonly Plan[],
): Promise<void> {
  try {
    record.lived.push(await live(load, number, plans[number % plans.length] as Plan));
  } catch (error) {
    record.broken.push(`order ${number}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
