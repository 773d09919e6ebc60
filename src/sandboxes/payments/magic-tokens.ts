import type { Fault } from '../faults';
import type { AuthorizeEntry } from './gateway-messages';

const ACTION_WINDOW_MS = 30 * 60 * 1_000;

/** Decides the outcome of a token: magic tokens have their own, any other `tok_...` is authorized, the rest invalid. */
export function outcomeOfToken(token: string, now: Date): AuthorizeEntry['outcome'] {
  const expiresAt = new Date(now.getTime() + ACTION_WINDOW_MS).toISOString();
  switch (token) {
    case 'tok_declined':
      return { status: 'declined', declineCode: 'declined' };
    case 'tok_insufficient_funds':
      return { status: 'declined', declineCode: 'insufficient_funds' };
    case 'tok_expired_card':
      return { status: 'declined', declineCode: 'expired_card' };
    case 'tok_redirect':
      return { status: 'action_required', action: 'redirect', expiresAt };
    case 'tok_qr':
      return { status: 'action_required', action: 'qr_code', expiresAt };
    default:
      return token.startsWith('tok_') ? { status: 'authorized' } : { status: 'declined', declineCode: 'invalid_token' };
  }
}

/** Makes the first call of a key fail when its token says so; later calls of that key are answered. */
export class FaultyTokens {
  private readonly failedBefore = new Set<string>();

  /** `known` is whether the key was executed before. */
  faultOf(token: string, key: string, known: boolean): Fault | undefined {
    if (known) return undefined;
    if (token === 'tok_timeout_once') return { mode: 'execute_then_timeout' };
    if (token === 'tok_error_after') return { mode: 'error_after' };
    if (token !== 'tok_error_once' || this.failedBefore.delete(key)) return undefined;
    this.failedBefore.add(key);
    return { mode: 'error_before' };
  }
}
