import type { Role } from './statuses';

/** The roles that an API key may have. */
export type KeyRole = Exclude<Role, 'system'>;

/** On whose behalf a transaction runs: opens every transaction and signs every timeline event. */
export interface Caller {
  readonly role: Role;
  /** The storefront, merchant or warehouse it speaks for; `mall` for the mall's own people and for Mallflow itself. */
  readonly subject: string;
  /** Who exactly, for the audit trail: `role:id of the key`. */
  readonly actor: string;
}

/** Mallflow itself: its worker, its sweeper and verified webhooks. */
export const SYSTEM: Caller = { role: 'system', subject: 'mall', actor: 'system' };

/** Mallflow acts, for somebody: the audit trail names who. */
export const actingFor = (actor: string): Caller => ({ ...SYSTEM, actor });
