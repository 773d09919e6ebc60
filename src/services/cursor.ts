import { refuse, type Refusal } from '../contracts/errors';

/** Makes an opaque cursor of the sort keys of a page's last row. */
export const encodeCursor = (keys: readonly string[]): string =>
  Buffer.from(JSON.stringify(keys)).toString('base64url');

/** Reads a cursor of `size` sort keys; a refusal for anything that we did not make. */
export function decodeCursor(cursor: string, size: number): string[] | Refusal {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(keys) &&
      keys.length === size &&
      keys.every((key) => typeof key === 'string' && !key.includes('\0'))
    )
      return keys as string[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return refuse('validation_failed', { errors: [{ pointer: 'cursor', detail: 'It is not a cursor of this list' }] });
}
