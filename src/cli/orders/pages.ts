import type { Page } from '../../contracts/page';

const LIMIT = 100;

/** Reads all items of a list, page by page, as they are asked for. */
export async function* pagesOf<Item>(
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const { items, next } = await read({ limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) });
    yield* items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
