import { sql } from 'kysely';
import type { FollowUpReason } from '../../contracts/purchasing/replenishment';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** What people are to chase a supplier for: a replenishment, or a SKU that is asked for in vain. */
export interface FollowUp {
  readonly subject: string;
  readonly merchantId: string;
}

/** Opens a task for each of these, unless one for the same reason is open. */
export async function openFollowUps(tx: Tx, reason: FollowUpReason, chases: readonly FollowUp[]): Promise<void> {
  await sql`
    insert into task (id, kind, status, subject, reason, "merchantId", urgency, gift, "openedAt")
    select u.id, 'chase_supplier', 'open', u.subject, ${reason}, u.merchant, 'standard', false, now()
    from unnest(${chases.map(() => newId('tsk'))}::text[], ${chases.map((chase) => chase.subject)}::text[], ${chases.map((chase) => chase.merchantId)}::text[]) as u (id, subject, merchant)
    order by u.subject on conflict do nothing`.execute(tx);
}

/** Ends the tasks about a subject: for one reason, or, as the matter is settled, for all. */
export async function closeFollowUps(tx: Tx, subject: string, reason?: FollowUpReason): Promise<void> {
  const about = tx
    .updateTable('task')
    .set({ status: 'cancelled', doneAt: new Date() })
    .where('kind', '=', 'chase_supplier')
    .where('subject', '=', subject)
    .where('status', 'in', ['open', 'claimed']);
  await (reason === undefined ? about : about.where('reason', '=', reason)).execute();
}
