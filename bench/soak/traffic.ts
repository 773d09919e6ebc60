import { setTimeout as wait } from 'node:timers/promises';
import { live, type Lived, type Load, type Plan } from './life';

/** What became of the orders of a load so far. */
export interface Lives {
  readonly begun: number;
  readonly lived: readonly Lived[];
  /** What the API answered that no client can mend by asking again. */
  readonly broken: readonly string[];
}

/** Keeps a number of orders in flight: whenever one has ended the next begins, until it is told to stop. */
export class Traffic implements Lives {
  readonly lived: Lived[] = [];
  /** What the API answered that no client can mend by asking again. */
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

  /** Begins no further order and waits for the end of those in flight. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#lanes;
  }

  /** Waits until as many orders as were asked for have ended. */
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

/** Begins orders at a steady pace, however many are still under way, until it is told to stop. */
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

  /** Begins no further order and waits for the end of those in flight. */
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

/** Lives an order and notes what became of it. */
async function liveOn(
  load: Load,
  notes: { readonly lived: Lived[]; readonly broken: string[] },
  number: number,
  plans: readonly Plan[],
): Promise<void> {
  try {
    notes.lived.push(await live(load, number, plans[number % plans.length] as Plan));
  } catch (error) {
    notes.broken.push(`order ${number}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
