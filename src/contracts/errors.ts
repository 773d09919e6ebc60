import { BUSINESS_ERRORS } from './business-errors';
import { REQUEST_ERRORS, SERVICE_ERRORS } from './request-errors';

/**
 * Lists every code that a caller can meet. A test compares `docs/errors.md` with it; the order of the codes is that of
 * the page and of the OpenAPI document.
 */
export const ERRORS = { ...REQUEST_ERRORS, ...BUSINESS_ERRORS, ...SERVICE_ERRORS } as const;

export type ErrorCode = keyof typeof ERRORS;

/** Describes one fault of a request. `pointer` is a JSON pointer, or the name of a header or query parameter. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
  readonly [extension: string]: unknown;
}

/** Carries a refusal as a value: domain, books and services return it instead of a result. */
export interface Refusal {
  readonly refused: ErrorCode;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  /** Further members of the problem document, e.g. `shortages`. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Checks whether a value is a refusal. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;

/** Builds a refusal with an error code. */
export const refuse = (code: ErrorCode, more: Omit<Refusal, 'refused'> = {}): Refusal => ({ refused: code, ...more });
