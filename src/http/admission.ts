/** Limits how much work may run at once, how much may wait for its turn, and for how long. */
export interface AdmissionBounds {
  readonly inFlight: number;
  readonly waiting: number;
  readonly waitMs: number;
}

/**
 * Runs a bounded amount of work at once. More work waits in line, and is turned away when the line is full or its wait
 * is over. Work that was admitted is never stopped.
 */
export class Admission {
  #inFlight = 0;
  #closed = false;
  readonly #line = new Set<(admitted: boolean) => void>();

  constructor(
    private readonly bounds: AdmissionBounds,
    private readonly onChange: (state: { inFlight: number; waiting: number }) => void,
  ) {}

  /**
   * Runs work in its turn. Returns undefined, and runs nothing, when it is turned away or `wanted` is false by then.
   */
  async run<T>(work: () => Promise<T>, wanted: () => boolean): Promise<T | undefined> {
    if (!(await this.#enter())) return undefined;
    try {
      return wanted() ? await work() : undefined;
    } finally {
      this.#leave();
    }
  }

  /** Turns away all work in line. From then on, no work waits. */
  close(): void {
    this.#closed = true;
    for (const decide of [...this.#line]) decide(false);
  }

  #enter(): Promise<boolean> | boolean {
    if (this.#inFlight < this.bounds.inFlight) {
      this.#inFlight += 1;
      this.#notify();
      return true;
    }
    if (this.#closed || this.#line.size >= this.bounds.waiting) return false;
    return new Promise((resolve) => {
      const decide = (admitted: boolean): void => {
        clearTimeout(timer);
        this.#line.delete(decide);
        this.#notify();
        resolve(admitted);
      };
      const timer = setTimeout(decide, this.bounds.waitMs, false);
      this.#line.add(decide);
      this.#notify();
    });
  }

  /** Passes the place to the first in line, so that no later work can take it. */
  #leave(): void {
    const first = this.#line.values().next().value;
    if (first) {
      first(true);
      return;
    }
    this.#inFlight -= 1;
    this.#notify();
  }

  #notify(): void {
    this.onChange({ inFlight: this.#inFlight, waiting: this.#line.size });
  }
}
