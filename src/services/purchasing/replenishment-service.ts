import { sql } from 'kysely';
import { closeReplenishment } from '../../books/purchasing/replenishments';
import { recordAnswer } from '../../books/purchasing/supplier-answers';
import type { Transactions, Tx } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { Page } from '../../contracts/page';
import type {
  CloseReplenishment,
  ListReplenishments,
  PurchaseChannel,
  RecordAnswer,
  ReplenishmentResource,
} from '../../contracts/purchasing/replenishment';
import { decodeCursor, encodeCursor } from '../cursor';
import { buildAnswer, runIdempotently, type Answer, type IdempotentRequest } from '../idempotent-request';
import type { OutboxSender } from '../outbox-sender';

/** Lists replenishments, closes them, and records what suppliers answer. */
export class ReplenishmentService {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: OutboxSender,
  ) {}

  /** Lists replenishments, the newest first. */
  list(caller: Caller, query: ListReplenishments): Promise<Page<ReplenishmentResource> | Refusal> {
    return this.transactions.run(caller, async (tx) => {
      const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 1);
      if (isRefusal(cursor)) return cursor;
      let wanted = select(tx);
      if (query.status) wanted = wanted.where('status', '=', query.status);
      if (query.skuId) wanted = wanted.where('skuId', '=', query.skuId);
      if (query.warehouseId) wanted = wanted.where('warehouseId', '=', query.warehouseId);
      if (cursor) wanted = wanted.where('id', '<', cursor[0] as string);
      const rows = await wanted
        .orderBy('id', 'desc')
        .limit(query.limit + 1)
        .execute();
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return { items: page.map(resourceOf), next: rows.length > query.limit && last ? encodeCursor([last.id]) : null };
    });
  }

  /** Closes a replenishment whose goods will not come or are not wanted. Closing an ended one changes nothing. */
  close(
    caller: Caller,
    intent: IdempotentRequest,
    replenishmentId: string,
    { reason }: CloseReplenishment,
  ): Promise<Answer<ReplenishmentResource> | Refusal> {
    return this.#change(caller, intent, replenishmentId, async (tx) => {
      await closeReplenishment(tx, replenishmentId, reason);
      return undefined;
    });
  }

  /** Records what a supplier said by mail or phone; the caller's key and name stay beside it. */
  answer(
    caller: Caller,
    intent: IdempotentRequest,
    replenishmentId: string,
    supplierAnswer: RecordAnswer,
  ): Promise<Answer<ReplenishmentResource> | Refusal> {
    return this.#change(caller, intent, replenishmentId, (tx) => recordAnswer(tx, replenishmentId, supplierAnswer));
  }

  async #change(
    caller: Caller,
    intent: IdempotentRequest,
    replenishmentId: string,
    change: (tx: Tx) => Promise<Refusal | undefined>,
  ): Promise<Answer<ReplenishmentResource> | Refusal> {
    const answered = await runIdempotently(this.transactions, caller, intent, async (tx) => {
      const refusal = await change(tx);
      if (refusal) return refusal;
      const row = await select(tx).where('id', '=', replenishmentId).executeTakeFirst();
      return row ? buildAnswer(200, resourceOf(row)) : refuse('not_found');
    });
    if (!isRefusal(answered) && !answered.replayed) await this.outbox.flushReplenishment(answered.body);
    return answered;
  }
}

const lastAnswerer = sql<string | null>`(
  select a.actor from supplier_answer a where a."replenishmentId" = replenishment.id
  order by a."saidAt" desc, a.id desc limit 1)`;

const select = (tx: Tx) =>
  tx
    .selectFrom('replenishment')
    .select([
      'id',
      'status',
      'skuId',
      'warehouseId',
      'merchantId',
      'asked',
      'confirmed',
      'received',
      'expectedOn',
      'sentBy',
      'closedFor',
      'openedAt',
      'closedAt',
      lastAnswerer.as('answeredBy'),
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

const resourceOf = ({ expectedOn, openedAt, closedAt, sentBy, ...row }: Row): ReplenishmentResource => ({
  ...row,
  sentBy: sentBy as PurchaseChannel | null,
  expectedOn: expectedOn?.toISOString().slice(0, 10) ?? null,
  openedAt: openedAt.toISOString(),
  closedAt: closedAt?.toISOString() ?? null,
});
