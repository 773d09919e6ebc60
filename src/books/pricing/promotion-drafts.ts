import { refuse, type Refusal } from '../../contracts/errors';
import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type {
  PausedBy,
  PromotionLimits,
  PromotionResource,
  PromotionStatus,
} from '../../contracts/pricing/promotion-api';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** Reads a promotion as the transaction's caller may see it. */
export const readPromotion = async (tx: Tx, id: string): Promise<PromotionResource | undefined> =>
  (await rowsOf(tx).where('p.id', '=', id).execute()).map(resourceOf)[0];

/** Lists promotions that the caller may see, newest first, before an id. */
export async function listPromotions(
  tx: Tx,
  status: PromotionStatus | undefined,
  before: string | undefined,
  limit: number,
): Promise<PromotionResource[]> {
  let wanted = rowsOf(tx).orderBy('p.id', 'desc').limit(limit);
  if (status) wanted = wanted.where('p.status', '=', status);
  if (before !== undefined) wanted = wanted.where('p.id', '<', before);
  return (await wanted.execute()).map(resourceOf);
}

const rowsOf = (tx: Tx) =>
  tx
    .selectFrom('promotion as p')
    .leftJoin('promotion_version as v', (join) =>
      join.onRef('v.promotionId', '=', 'p.id').onRef('v.version', '=', 'p.version'),
    )
    .leftJoin('promotion_counter as c', 'c.promotionId', 'p.id')
    .selectAll('p')
    .select(['v.definition', 'c.used', 'c.spent']);

type Row = Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number];

const resourceOf = (row: Row): PromotionResource => ({
  id: row.id,
  merchantId: row.merchantId,
  status: row.status,
  ...(row.pausedBy === null ? {} : { pausedBy: row.pausedBy as PausedBy }),
  version: row.version,
  definition: row.definition as PromotionDefinition | null,
  draft: row.draft as PromotionDefinition | null,
  limits: { total: row.totalLimit, perCustomer: row.perCustomerLimit, budget: row.budget },
  used: { total: row.used ?? 0, spent: row.spent ?? 0 },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** Writes a promotion as a draft: it prices nothing before it is published. */
export async function insertPromotion(
  tx: Tx,
  merchantId: string | null,
  definition: PromotionDefinition,
): Promise<string> {
  const id = newId('prm');
  const now = new Date();
  await tx
    .insertInto('promotion')
    .values({ id, merchantId, status: 'draft', draft: JSON.stringify(definition), createdAt: now, updatedAt: now })
    .execute();
  await tx.insertInto('promotion_counter').values({ promotionId: id }).execute();
  return id;
}

/** Reads a promotion and locks it, so that two people do not publish the same draft. */
export const lockPromotion = (tx: Tx, id: string) =>
  tx.selectFrom('promotion').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

type Locked = NonNullable<Awaited<ReturnType<typeof lockPromotion>>>;

/** Replaces a promotion's draft; the published version stays in force. */
export async function draftPromotion(tx: Tx, id: string, definition: PromotionDefinition): Promise<void> {
  await tx
    .updateTable('promotion')
    .set({ draft: JSON.stringify(definition), updatedAt: new Date() })
    .where('id', '=', id)
    .execute();
}

/**
 * Publishes a draft as a new version, for new orders at once, with the limits it names. A paused promotion stays
 * paused. The database refuses (`unique_violation`) a coupon code that another promotion has.
 */
export async function publishPromotion(tx: Tx, id: string, publishedBy: string): Promise<Refusal | undefined> {
  const row = await lockPromotion(tx, id);
  if (!row) return refuse('not_found');
  const draft = row.draft as PromotionDefinition | null;
  if (!draft) return refuse('promotion_not_ready', { detail: 'There is no draft to publish' });
  const version = row.version + 1;
  const now = new Date();
  await tx
    .insertInto('promotion_version')
    .values({ promotionId: id, version, definition: JSON.stringify(draft), publishedAt: now, publishedBy })
    .execute();
  await tx
    .updateTable('promotion')
    .set({
      version,
      draft: null,
      status: row.status === 'paused' ? 'paused' : 'live',
      code: draft.coupon?.code ?? null,
      validUntil: draft.validity?.until ?? null,
      totalLimit: draft.limits?.total ?? null,
      perCustomerLimit: draft.limits?.perCustomer ?? null,
      budget: draft.limits?.budget ?? null,
      updatedAt: now,
    })
    .where('id', '=', id)
    .execute();
  return undefined;
}

/** Pauses a published promotion. A second pause changes nothing, but the mall's replaces the merchant's. */
export const pausePromotion = (tx: Tx, id: string, by: PausedBy): Promise<Refusal | undefined> =>
  move(tx, id, (row) => ({
    status: 'paused',
    pausedBy: row.status === 'paused' && by === 'merchant' ? row.pausedBy : by,
  }));

/** Resumes a promotion, whoever has paused it. Resuming twice changes nothing. */
export const resumePromotion = (tx: Tx, id: string): Promise<Refusal | undefined> =>
  move(tx, id, () => ({ status: 'live', pausedBy: null }));

async function move(
  tx: Tx,
  id: string,
  to: (row: Locked) => Pick<Locked, 'status' | 'pausedBy'>,
): Promise<Refusal | undefined> {
  const row = await lockPromotion(tx, id);
  if (!row) return refuse('not_found');
  if (row.status === 'draft') return refuse('promotion_not_ready', { detail: 'It was never published' });
  await tx
    .updateTable('promotion')
    .set({ ...to(row), updatedAt: new Date() })
    .where('id', '=', id)
    .execute();
  return undefined;
}

/** Changes the limits of a promotion at once. Uses beyond a lower limit stay. */
export async function setLimits(
  tx: Tx,
  id: string,
  { total, perCustomer, budget }: PromotionLimits,
): Promise<Refusal | undefined> {
  const row = await lockPromotion(tx, id);
  if (!row) return refuse('not_found');
  await tx
    .updateTable('promotion')
    .set({ totalLimit: total, perCustomerLimit: perCustomer, budget, updatedAt: new Date() })
    .where('id', '=', id)
    .execute();
  return undefined;
}
