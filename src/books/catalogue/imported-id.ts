/** Pairs a natural key with the id of the row that has it. */
export interface ImportedId {
  readonly key: string;
  readonly id: string;
}
