import { z } from 'zod';
import { callJson, readAnswer, type ProviderConnection } from './http';

const PAGE_SIZE = 1_000;

/** Yields a sandbox's whole journal, oldest first, read page by page. Throws as `callJson` does. */
export async function* readJournal<T>(
  connection: ProviderConnection,
  entry: z.ZodType<T>,
): AsyncGenerator<T, void, undefined> {
  const Page = z.object({ entries: z.array(entry), next: z.int().nullable() });
  let after: number | null = 0;
  while (after !== null) {
    const path: string = `/v1/journal?after=${after}&limit=${PAGE_SIZE}`;
    const page: z.infer<typeof Page> = readAnswer(
      connection,
      await callJson(connection, { method: 'GET', path, expect: [200] }),
      Page,
    );
    yield* page.entries;
    after = page.next;
  }
}
