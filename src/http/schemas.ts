import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../contracts/errors';

/** Describes every failure (RFC 9457). Some codes add members of their own, e.g. `shortages`. */
export const Problem = z
  .looseObject({
    type: z.string().describe('Where the error code is documented'),
    title: z.string(),
    status: z.int(),
    code: z
      .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
      .describe('Stable: let your program decide by this'),
    detail: z.string().optional(),
    instance: z.string().describe('Identifies this request in our logs'),
    advice: z.string().describe('What to do next'),
    errors: z
      .array(
        z.looseObject({
          pointer: z.string().describe('A JSON pointer into the body, or the name of a parameter or header'),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

export const PROBLEM_TYPE = 'application/problem+json';

/** Lists the codes that any request may meet. */
const ALWAYS = ['starting', 'internal'] as const;
/** Lists the codes that any request with an API key may meet. */
export const CALLER_CODES = ['unauthenticated', 'forbidden', 'validation_failed', 'rate_limited'] as const;
/** Lists the codes that any POST or PUT with an API key may meet. */
export const POST_CODES = [
  ...CALLER_CODES,
  'idempotency_key_missing',
  'idempotency_key_reused',
  'idempotency_in_flight',
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
] as const;

interface Described {
  readonly description: string;
  readonly content: Record<string, { schema: z.ZodType }>;
}

/** Describes an answer in JSON, or in another media type. */
export const describeResponse = (
  description: string,
  schema: z.ZodType,
  mediaType = 'application/json',
): Described => ({ description, content: { [mediaType]: { schema } } });

/** Describes the answers of an operation: successes, and problems grouped by status. */
export function describeResponses(
  successes: Readonly<Record<number, Described>>,
  codes: readonly ErrorCode[],
): Record<number, Described> {
  const all: Record<number, Described> = { ...successes };
  for (const code of new Set([...codes, ...ALWAYS])) {
    const { status } = ERRORS[code];
    const earlier = all[status]?.content[PROBLEM_TYPE] ? `${all[status].description}, ` : '';
    all[status] = describeResponse(`${earlier}\`${code}\``, Problem, PROBLEM_TYPE);
  }
  return all;
}

export const IdempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .describe('1 to 255 printable ASCII characters, a new key for each intent; send the same key when you retry'),
});

/** Accepts an empty body or an empty object. */
export const EmptyBody = z.strictObject({}).nullish();
