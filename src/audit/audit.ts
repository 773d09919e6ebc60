import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../books/transactions';

/** One thing that contradicts an audit: which order, SKU, payment ..., what should be, and what is. */
export interface Finding {
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
}

/** What an audit found: how many things, and the first of them. */
export interface Found {
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** A sentence about the books, and how to find what contradicts it. */
export interface Audit {
  /** True when the books are right. */
  readonly name: string;
  /** Throws `OutOfReach` when what the books are compared with does not answer. */
  check(): Promise<Found>;
}

/** Thrown when a source that is no database of ours does not answer: its audits are neither true nor false. */
export class SourceUnavailable extends Error {
  override readonly name = 'OutOfReach';

  constructor(source: string, cause: unknown) {
    super(`${source} is out of reach: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** How many findings an audit tells of; it counts all. */
const SHOWN = 20;

/** Collects findings, keeping the first. */
export class Findings implements Found {
  readonly findings: Finding[] = [];
  count = 0;

  add(subject: string, expected: string, actual: string): void {
    this.count += 1;
    if (this.findings.length < SHOWN) this.findings.push({ subject, expected, actual });
  }
}

/**
 * Builds an audit from a query that answers what contradicts it: rows of `subject`, `expected` and `actual`, each a
 * text.
 */
export const queryAudit = (tx: Tx, name: string, faults: RawBuilder<Finding>): Audit => ({
  name,
  check: async () => {
    const { rows } = await sql<Finding & { total: number }>`
      select subject, expected, actual, count(*) over () as total from (${faults}) fault order by subject limit ${SHOWN}`.execute(
      tx,
    );
    return {
      count: rows[0]?.total ?? 0,
      findings: rows.map(({ subject, expected, actual }) => ({ subject, expected, actual })),
    };
  },
});

/** Does work when it is first asked for, once: several audits are answered by one pass over their source. */
export function lazily<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
