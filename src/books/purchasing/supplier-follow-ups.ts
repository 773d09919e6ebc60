import { sql } from 'kysely';
import type { FollowUpReason } from '../../contracts/purchasing/replenishment';
import { newId } from '../new-id';
import { insertFollowUps } from '../task-rows';
import type { Tx } from '../transactions';

/** Names the subject of a follow-up: a replenishment, or a SKU with unmet demand. */
export interface FollowUp {
  readonly subject: string;
  readonly merchantId: string;
}

/** Opens a follow-up for each subject that has none open for the same reason. */
export async function openFollowUps(tx: Tx, reason: FollowUpReason, followUps: readonly FollowUp[]): Promise<void> {
  const [ids, subjects, merchants] = [
    followUps.map(() => newId('tsk')),
    followUps.map(({ subject }) => subject),
    followUps.map(({ merchantId }) => merchantId),
  ];
  await insertFollowUps(sql`unnest(${ids}::text[], ${subjects}::text[], ${merchants}::text[])`, reason).execute(tx);
}
