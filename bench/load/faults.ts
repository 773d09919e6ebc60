/** More than this, and what is measured is no longer the work. */
const MOST = 50;

/** Thrown when an answer is not the one expected; `Faults` has counted it. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/** Counts what went wrong under load, by kind, and how often a server asked to come later. */
export class Faults {
  readonly #counts = new Map<string, number>();
  /** Answers 429 and 503 with Retry-After: past the highest load they are right, and the caller waits as told. */
  putOff = 0;

  /** Counts a fault and returns it to be thrown. */
  add(what: string): Unexpected {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    return new Unexpected(what);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  list(): { readonly what: string; readonly count: number }[] {
    return [...this.#counts].map(([what, count]) => ({ what, count }));
  }

  /**
   * Does a piece of work and tells whether it went as expected. Throws what is no counted fault, and when there are too
   * many.
   */
  async survive(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      if (this.total > MOST)
        throw new Error(`More than ${MOST} answers were not as expected:\n${printFaults(this.list())}`, {
          cause: error,
        });
      return false;
    }
  }
}

/** Writes counted faults, one a line. */
export const printFaults = (faults: readonly { readonly what: string; readonly count: number }[]): string =>
  faults.map(({ what, count }) => `  ${count} x ${what}`).join('\n');
