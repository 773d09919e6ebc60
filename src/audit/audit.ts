import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../books/transactions';

/** Describes one contradiction: its subject (an order, a SKU, a payment), what should be, and what is. */
export interface Finding {
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
}

/** Counts what an audit found, and lists the first findings. */
export interface FindingSummary {
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** Pairs a sentence about the books with the check that finds what contradicts it. */
export interface Audit {
  /** A sentence that is true when the books are right. */
  readonly name: string;
  /** Throws `SourceUnavailable` when the source that the books are compared with does not answer. */
  check(): Promise<FindingSummary>;
}

/** Thrown when a provider or Temporal does not answer: the audits that need it are neither true nor false. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';

  constructor(source: string, cause: unknown) {
    super(`${source} is unavailable: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** How many findings an audit reports; it counts all. */
const MAX_SHOWN = 20;

/** Counts findings and keeps the first. */
export class FindingCollector implements FindingSummary {
  readonly findings: Finding[] = [];
  count = 0;

  add(subject: string, expected: string, actual: string): void {
    this.count += 1;
    if (this.findings.length < MAX_SHOWN) this.findings.push({ subject, expected, actual });
  }
}

/** Builds an audit from a query whose rows (`subject`, `expected`, `actual`; all text) contradict it. */
export const queryAudit = (tx: Tx, name: string, faults: RawBuilder<Finding>): Audit => ({
  name,
  check: async () => {
    const { rows } = await sql<Finding & { total: number }>`
      select subject, expected, actual, count(*) over () as total
      from (${faults}) fault
      order by subject limit ${MAX_SHOWN}`.execute(tx);
    return {
      count: rows[0]?.total ?? 0,
      findings: rows.map(({ subject, expected, actual }) => ({ subject, expected, actual })),
    };
  },
});

/** Runs the work on the first call only, so that several audits share one pass over their source. */
export function runOnce<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
