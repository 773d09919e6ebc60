import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { DatabaseError } from 'pg';

/** gRPC's UNAVAILABLE and DEADLINE_EXCEEDED: Temporal did not answer. */
const UNANSWERED: readonly number[] = [14, 4];
/**
 * SQLSTATEs of a server that shuts down, starts up, takes no more connections, or gave a statement or an idle
 * transaction up after its limit, as behind somebody's lock; class 08 is the connection itself.
 */
const UNAVAILABLE_STATES: readonly string[] = ['57P01', '57P02', '57P03', '53300', '57014', '25P03'];
const NETWORK_CODES: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
];
/** What `pg` says, without a code, of a connection that could not be had or was lost. */
const LOST_CONNECTION =
  /^(timeout exceeded when trying to connect|Connection terminated|Client (has encountered a connection error|was closed))/;

/** Tells a database or Temporal that cannot be reached right now, where trying again later helps, from a defect. */
export function isUnavailable(error: unknown): boolean {
  if (isGrpcServiceError(error)) return UNANSWERED.includes(error.code);
  if (error instanceof ServiceError) return isUnavailable(error.cause);
  if (error instanceof DatabaseError)
    return error.code?.startsWith('08') === true || UNAVAILABLE_STATES.includes(error.code ?? '');
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  // A host with several addresses fails with an error for each.
  if (Array.isArray(errors)) return errors.some(isUnavailable);
  return NETWORK_CODES.includes(String(code)) || LOST_CONNECTION.test(String(message));
}
