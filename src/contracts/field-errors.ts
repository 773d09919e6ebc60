import type { z } from 'zod';
import type { FieldError } from './errors';

/** Writes a path in a document as a JSON pointer (RFC 6901). */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/**
 * Lists the faults that a zod issue reports, with pointers. Each unknown member is a fault of its own.
 */
export function fieldErrors(
  issue: z.core.$ZodIssue,
  pointer: (path: readonly PropertyKey[]) => string = jsonPointer,
): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(issue.path), detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: pointer([...issue.path, key]),
    detail: 'It is not a member of this request',
  }));
}
