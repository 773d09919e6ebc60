import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { fieldErrors, jsonPointer } from '../contracts/field-errors';
import { InvalidRequest } from './errors';

/** PostgreSQL keeps no NUL in text and no lone surrogate in JSON; both are legal in a JSON body. */
const NOT_STORABLE = /\0|\p{Surrogate}/u;

/**
 * Validates a part of a request with its zod schema and hands on what the schema made of it. Body pointers are RFC
 * 6901.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const parsed = schema.safeParse(data);
    const pointer = httpPart === 'body' ? jsonPointer : parameterName;
    if (!parsed.success)
      return { error: new InvalidRequest(parsed.error.issues.flatMap((issue) => fieldErrors(issue, pointer))) };
    const foreign = notStorable(parsed.data);
    if (foreign.length === 0) return { value: parsed.data };
    return {
      error: new InvalidRequest(
        foreign.map((path) => ({ pointer: pointer(path), detail: 'It holds a character that is no text' })),
      ),
    };
  };

/** Finds the strings of a validated value that cannot be stored, by their paths. */
export function notStorable(value: unknown, path: readonly PropertyKey[] = []): PropertyKey[][] {
  if (typeof value === 'string') return NOT_STORABLE.test(value) ? [[...path]] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => notStorable(member, [...path, key]));
}

const parameterName = (path: readonly PropertyKey[]): string => path.map(String).join('.');
