/** Limits the faults of a run: with more of them the figures mean nothing. */
const MAX_FAULTS = 50;

/** Thrown when an answer is not the expected one; `Faults` has counted it. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/** Counts faults under load by kind, and how often a server requested a later attempt. */
export class Faults {
  readonly #counts = new Map<string, number>();
  /** Answers 429 and 503 with Retry-After: above the highest load they are correct, and the caller waits. */
  putOff = 0;

  /** Counts a fault and returns an error to throw. */
  add(description: string): Unexpected {
    this.#counts.set(description, (this.#counts.get(description) ?? 0) + 1);
    return new Unexpected(description);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  list(): { readonly what: string; readonly count: number }[] {
    return [...this.#counts].map(([what, count]) => ({ what, count }));
  }

  /**
   * Does a piece of work and returns whether it succeeded. Throws every error that is not a counted fault, and when
   * there are too many faults.
   */
  async tolerate(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      if (this.total > MAX_FAULTS)
        throw new Error(`More than ${MAX_FAULTS} answers were not as expected:\n${printFaults(this.list())}`, {
          cause: error,
        });
      return false;
    }
  }
}

/** Formats counted faults, one a line. */
export const printFaults = (faults: readonly { readonly what: string; readonly count: number }[]): string =>
  faults.map(({ what, count }) => `  ${count} x ${what}`).join('\n');
