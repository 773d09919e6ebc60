import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { DatabaseError } from 'pg';

/** gRPC's UNAVAILABLE and DEADLINE_EXCEEDED: Temporal did not answer. */
const UNANSWERED: readonly number[] = [14, 4];
/**
 * Lists the SQLSTATEs of a server that cannot answer now. It shuts down, starts up, takes no more connections, or ended
 * a statement or an idle transaction at its time limit, as behind a lock. Class 08 is the connection itself.
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
/** Messages of `pg`, without a code, about a connection that could not be opened or was lost. */
const LOST_CONNECTION = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
];

/** Returns whether an error means that the database or Temporal is unavailable, so that a later retry may help. */
export function isUnavailable(error: unknown): boolean {
  if (isGrpcServiceError(error)) return UNANSWERED.includes(error.code);
  if (error instanceof ServiceError) return isUnavailable(error.cause);
  if (error instanceof DatabaseError)
    return error.code?.startsWith('08') === true || UNAVAILABLE_STATES.includes(error.code ?? '');
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  // A host with several addresses fails with an error for each.
  if (Array.isArray(errors)) return errors.some(isUnavailable);
  return NETWORK_CODES.includes(String(code)) || LOST_CONNECTION.some((start) => String(message).startsWith(start));
}
