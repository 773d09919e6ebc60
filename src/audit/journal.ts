import { SourceUnavailable } from './audit';

/** A provider's own journal, read to its end. */
export interface Reading<Entry> {
  /** When the reading began: what was finished later may be missing from it. */
  readonly begun: Date;
  readonly byKey: ReadonlyMap<string, readonly Entry[]>;
}

/** What keeps a journal: a provider. */
export interface JournalSource<Entry> {
  readonly code: string;
  journal(): AsyncIterable<Entry>;
}

/**
 * Reads a journal. Read it before the books: an effect is written in the books before it is asked for, so whatever the
 * journal holds must be in books that are read later. Throws `OutOfReach` when the provider does not answer.
 */
export async function readJournal<Entry extends { readonly key: string }>(
  source: JournalSource<Entry>,
): Promise<Reading<Entry>> {
  const begun = new Date();
  const byKey = new Map<string, Entry[]>();
  try {
    for await (const entry of source.journal()) {
      const known = byKey.get(entry.key);
      if (known) known.push(entry);
      else byKey.set(entry.key, [entry]);
    }
  } catch (error) {
    throw new SourceUnavailable(source.code, error);
  }
  return { begun, byKey };
}

/** Tells whether something was finished before a reading began, so that the journal has to know of it. */
export const isCovered = ({ begun }: Reading<unknown>, finishedAt: Date | null): boolean =>
  finishedAt !== null && finishedAt < begun;
