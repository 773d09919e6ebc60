/**
 * Counts the candidates that a search examines, up to a limit. One candidate is a warehouse added to a set, an order in
 * which a set is filled, or a step of a division by weight. It counts instead of measuring time, so that equal inputs
 * are always sourced equally. A budget inside another one spends both, and ends with the first of them.
 */
export class SearchBudget {
  #examined = 0;

  constructor(
    private readonly limit: number,
    private readonly outer?: SearchBudget,
  ) {}

  /** The candidates examined so far. It may exceed the limit by those that are examined in any case. */
  get examined(): number {
    return this.#examined;
  }

  /** How many more candidates may be examined; 0 when the budget is used up. */
  get left(): number {
    return Math.max(0, Math.min(this.limit - this.#examined, this.outer?.left ?? Infinity));
  }

  examine(candidates: number): void {
    this.#examined += candidates;
    this.outer?.examine(candidates);
  }
}
