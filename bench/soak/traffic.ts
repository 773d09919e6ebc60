import { live, type Lived, type Load, type Plan } from './life';

/** Keeps a number of orders in flight: whenever one has ended the next begins, until it is told to stop. */
export class Traffic {
  readonly lived: Lived[] = [];
  /** What the API answered that no client can mend by asking again. */
  readonly broken: string[] = [];
  #begun = 0;
  #stopped = false;
  readonly #lanes: Promise<unknown>;

  constructor(private readonly load: Load, private readonly plans: readonly Plan[], inFlight: number, private readonly atMost = Number.POSITIVE_INFINITY) {
    this.#lanes = Promise.all(Array.from({ length: inFlight }, () => this.#lane()));
  }

  get begun(): number { return this.#begun; }

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
      try {
        this.lived.push(await live(this.load, number, this.plans[number % this.plans.length] as Plan));
      } catch (error) {
        this.broken.push(`order ${number}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
