import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../contracts/errors';

/** What every failure looks like (RFC 9457). Some codes add members of their own, e.g. `shortages`. */
export const Problem = z
  .looseObject({
    type: z.string().describe('Where the code is documented'),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).describe('Stable: decide on this'),
    detail: z.string().optional(),
    instance: z.string().describe('This request, as our logs know it'),
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

/** Codes that any request may meet. */
const ALWAYS = ['starting', 'internal'] as const;
/** Codes that any request with an API key may meet. */
export const CALLER_CODES = ['unauthenticated', 'forbidden', 'validation_failed', 'rate_limited'] as const;
/** Codes that any POST of a caller may meet besides. */
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

/** Describes an answer in JSON, or in the form named. */
export const described = (description: string, schema: z.ZodType, form = 'application/json'): Described => ({
  description,
  content: { [form]: { schema } },
});

/** Describes an operation's answers: its successes, and the problems it may answer, grouped by status. */
export function responses(
  successes: Readonly<Record<number, Described>>,
  codes: readonly ErrorCode[],
): Record<number, Described> {
  const all: Record<number, Described> = { ...successes };
  for (const code of new Set([...codes, ...ALWAYS])) {
    const { status } = ERRORS[code];
    const others = all[status]?.content[PROBLEM_TYPE] ? `${all[status].description}, ` : '';
    all[status] = described(`${others}\`${code}\``, Problem, PROBLEM_TYPE);
  }
  return all;
}

export const IdempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .describe('1 to 255 printable ASCII characters, one per intent; repeat it when you retry'),
});

/** A POST without members: an empty body or an empty object. */
export const NoMembers = z.strictObject({}).nullish();
