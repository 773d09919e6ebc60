import { SourceUnavailable } from './audit';

/** Describes a provider's own journal, read to its end. */
export interface JournalReading<Entry> {
  /** When the reading began: an effect that finished later may be missing from it. */
  readonly begun: Date;
  readonly byKey: ReadonlyMap<string, readonly Entry[]>;
}

/** A provider that keeps a journal. */
export interface JournalSource<Entry> {
  readonly code: string;
  journal(): AsyncIterable<Entry>;
}

/**
 * Reads a provider's journal to its end. Read it before the books: an effect is written in the books before it is
 * requested, so books that are read later contain whatever the journal contains. Throws `SourceUnavailable` when the
 * provider does not answer.
 */
export async function readJournal<Entry extends { readonly key: string }>(
  source: JournalSource<Entry>,
): Promise<JournalReading<Entry>> {
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

/** Says whether an effect finished before the reading began, so that the journal must contain it. */
export const isCovered = ({ begun }: JournalReading<unknown>, finishedAt: Date | null): boolean =>
  finishedAt !== null && finishedAt < begun;
