import { refuse, type Refusal } from '../contracts/errors';

/** Encodes the sort keys of a page's last row as an opaque cursor. */
export const encodeCursor = (keys: readonly string[]): string =>
  Buffer.from(JSON.stringify(keys)).toString('base64url');

/** Decodes a cursor of `size` sort keys; refuses anything that we did not make. */
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
