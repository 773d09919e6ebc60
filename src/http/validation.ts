import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { fieldErrors, jsonPointer } from '../contracts/field-errors';
import { InvalidRequest } from './errors';

/** Matches what a JSON body may contain and PostgreSQL cannot store: NUL in text, a lone surrogate in JSON. */
const NOT_STORABLE = /\0|\p{Surrogate}/u;

/**
 * Validates the body, query, parameters or headers of a request with a zod schema and passes on the parsed value.
 * Pointers into a body follow RFC 6901.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const parsed = schema.safeParse(data);
    const pointer = httpPart === 'body' ? jsonPointer : parameterName;
    if (!parsed.success)
      return { error: new InvalidRequest(parsed.error.issues.flatMap((issue) => fieldErrors(issue, pointer))) };
    const unstorable = unstorablePaths(parsed.data);
    if (unstorable.length === 0) return { value: parsed.data };
    return {
      error: new InvalidRequest(
        unstorable.map((path) => ({ pointer: pointer(path), detail: 'It contains a character that cannot be stored' })),
      ),
    };
  };

/** Lists the paths of strings in a validated value that cannot be stored. */
export function unstorablePaths(value: unknown, path: readonly PropertyKey[] = []): PropertyKey[][] {
  if (typeof value === 'string') return NOT_STORABLE.test(value) ? [[...path]] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => unstorablePaths(member, [...path, key]));
}

const parameterName = (path: readonly PropertyKey[]): string => path.map(String).join('.');
