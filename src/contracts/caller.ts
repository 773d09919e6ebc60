import type { Role } from './statuses';

/** Names the roles that an API key may have. */
export type KeyRole = Exclude<Role, 'system'>;

/** Names on whose behalf a transaction runs. Every transaction opens with it, every timeline event names it. */
export interface Caller {
  readonly role: Role;
  /** The storefront, merchant or warehouse that it acts for; `mall` for the mall's staff and for Mallflow itself. */
  readonly subject: string;
  /** The person or key in the audit trail: `role:id of the key`. */
  readonly actor: string;
}

/** Acts as Mallflow itself: its worker, its sweeper and verified webhooks. */
export const SYSTEM: Caller = { role: 'system', subject: 'mall', actor: 'system' };

/** Builds the caller by which Mallflow acts for somebody whom the audit trail names. */
export const actingFor = (actor: string): Caller => ({ ...SYSTEM, actor });
