/** How much work may be under way, how much may wait for its turn, and for how long. */
export interface AdmissionBounds {
  readonly inFlight: number;
  readonly waiting: number;
  readonly waitMs: number;
}

/**
 * Lets a bounded amount of work run at once. What comes on top waits in line, and is turned away when the line is full
 * or its time is over. Work that was let in is never stopped.
 */
export class Admission {
  #inFlight = 0;
  #closed = false;
  readonly #line = new Set<(admitted: boolean) => void>();

  constructor(
    private readonly bounds: AdmissionBounds,
    private readonly note: (state: { inFlight: number; waiting: number }) => void,
  ) {}

  /**
   * Runs work in its turn. Answers undefined, and runs nothing, when there is no turn for it, or `wanted` is false by
   * then.
   */
  async run<T>(work: () => Promise<T>, wanted: () => boolean): Promise<T | undefined> {
    if (!(await this.#enter())) return undefined;
    try {
      return wanted() ? await work() : undefined;
    } finally {
      this.#leave();
    }
  }

  /** Turns away everything in line; from now on nothing waits. */
  close(): void {
    this.#closed = true;
    for (const settle of [...this.#line]) settle(false);
  }

  #enter(): Promise<boolean> | boolean {
    if (this.#inFlight < this.bounds.inFlight) {
      this.#inFlight += 1;
      this.#tell();
      return true;
    }
    if (this.#closed || this.#line.size >= this.bounds.waiting) return false;
    return new Promise((resolve) => {
      const settle = (admitted: boolean): void => {
        clearTimeout(timer);
        this.#line.delete(settle);
        this.#tell();
        resolve(admitted);
      };
      const timer = setTimeout(settle, this.bounds.waitMs, false);
      this.#line.add(settle);
      this.#tell();
    });
  }

  /** Hands the place to the first in line, so that nobody who comes later takes it. */
  #leave(): void {
    const first = this.#line.values().next().value;
    if (first) {
      first(true);
      return;
    }
    this.#inFlight -= 1;
    this.#tell();
  }

  #tell(): void {
    this.note({ inFlight: this.#inFlight, waiting: this.#line.size });
  }
}
