import { sql } from 'kysely';
import type { FollowUpReason } from '../../contracts/purchasing/replenishment';
import { newId } from '../new-id';
import { insertFollowUps } from '../task-rows';
import type { Tx } from '../transactions';

/** What people are to chase a supplier for: a replenishment, or a SKU that is asked for in vain. */
export interface FollowUp {
  readonly subject: string;
  readonly merchantId: string;
}

/** Opens a task for each of these, unless one for the same reason is open. */
export async function openFollowUps(tx: Tx, reason: FollowUpReason, followUps: readonly FollowUp[]): Promise<void> {
  const [ids, subjects, merchants] = [
    followUps.map(() => newId('tsk')),
    followUps.map(({ subject }) => subject),
    followUps.map(({ merchantId }) => merchantId),
  ];
  await insertFollowUps(sql`unnest(${ids}::text[], ${subjects}::text[], ${merchants}::text[])`, reason).execute(tx);
}
