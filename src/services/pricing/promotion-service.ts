import { DatabaseError } from 'pg';
import {
  draftPromotion,
  insertPromotion,
  listPromotions,
  lockPromotion,
  pausePromotion,
  publishPromotion,
  readPromotion,
  resumePromotion,
  setLimits,
} from '../../books/pricing/promotion-drafts';
import type { Transactions, Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { Page } from '../../contracts/page';
import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type {
  CreatePromotion,
  ListPromotions,
  PromotionLimits,
  PromotionResource,
} from '../../contracts/pricing/promotion-api';
import type { AskQuote, PriceBreakdown } from '../../contracts/pricing/quote';
import { breakdownOf } from '../../domain/pricing/breakdown';
import { decodeCursor, encodeCursor } from '../cursor';
import { buildAnswer, runIdempotently, type Answer, type IdempotentRequest } from '../idempotent-request';
import { priceRequested, type PricingPolicy } from './price-order';
import { refuseLimits, refusePublish, refuseResume, refuseWrite } from './promotion-rights';

const UNIQUE_VIOLATION = '23505';

/** Manages promotions and coupons: all of them for the mall's staff, their own for merchants. */
export class PromotionService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly policy: PricingPolicy,
  ) {}

  async list(caller: Caller, { status, limit, cursor }: ListPromotions): Promise<Page<PromotionResource> | Refusal> {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 1);
    if (isRefusal(before)) return before;
    const rows = await this.transactions.run(caller, (tx) => listPromotions(tx, status, before?.[0], limit + 1));
    const last = rows.slice(0, limit).at(-1);
    return { items: rows.slice(0, limit), next: rows.length > limit && last ? encodeCursor([last.id]) : null };
  }

  async get(caller: Caller, id: string): Promise<PromotionResource | Refusal> {
    return (await this.transactions.run(caller, (tx) => readPromotion(tx, id))) ?? refuse('not_found');
  }

  /** Writes a draft. A merchant's rule is its own, and it pays the discount: only the mall sets a share of the mall. */
  create(
    caller: Caller,
    intent: IdempotentRequest,
    { definition, merchantId }: CreatePromotion,
  ): Promise<Answer<PromotionResource> | Refusal> {
    return runIdempotently(this.transactions, caller, intent, async (tx) => {
      const foreign = merchantId !== undefined && caller.role === 'merchant' && merchantId !== caller.subject;
      if (foreign)
        return refuse('validation_failed', {
          errors: [{ pointer: '/merchantId', detail: 'This is another merchant' }],
        });
      const owner = caller.role === 'merchant' ? caller.subject : (merchantId ?? null);
      const unknown =
        owner !== null && !(await tx.selectFrom('merchant').select('id').where('id', '=', owner).executeTakeFirst());
      if (unknown)
        return refuse('validation_failed', {
          errors: [{ pointer: '/merchantId', detail: 'There is no such merchant' }],
        });
      return refuseWrite(caller, definition) ?? answered(tx, await insertPromotion(tx, owner, definition), 201);
    });
  }

  /** Replaces a promotion's draft. */
  draft(
    caller: Caller,
    intent: IdempotentRequest,
    id: string,
    definition: PromotionDefinition,
  ): Promise<Answer<PromotionResource> | Refusal> {
    return this.#change(caller, intent, id, async (tx) => {
      const refusal = refuseWrite(caller, definition);
      if (!refusal) await draftPromotion(tx, id, definition);
      return refusal;
    });
  }

  /** Publishes the draft as a new version. Orders keep the version that they were priced with. */
  async publish(caller: Caller, intent: IdempotentRequest, id: string): Promise<Answer<PromotionResource> | Refusal> {
    try {
      return await this.#change(
        caller,
        intent,
        id,
        async (tx, promotion) => refusePublish(caller, promotion) ?? publishPromotion(tx, id, caller.actor),
      );
    } catch (error) {
      if (
        error instanceof DatabaseError &&
        error.code === UNIQUE_VIOLATION &&
        error.constraint === 'promotion_code_key'
      )
        return refuse('promotion_code_taken');
      throw error;
    }
  }

  pause(caller: Caller, intent: IdempotentRequest, id: string): Promise<Answer<PromotionResource> | Refusal> {
    return this.#change(caller, intent, id, (tx) =>
      pausePromotion(tx, id, caller.role === 'merchant' ? 'merchant' : 'platform'),
    );
  }

  resume(caller: Caller, intent: IdempotentRequest, id: string): Promise<Answer<PromotionResource> | Refusal> {
    return this.#change(
      caller,
      intent,
      id,
      async (tx, promotion) => refuseResume(caller, promotion) ?? resumePromotion(tx, id),
    );
  }

  limit(
    caller: Caller,
    intent: IdempotentRequest,
    id: string,
    limits: PromotionLimits,
  ): Promise<Answer<PromotionResource> | Refusal> {
    return this.#change(
      caller,
      intent,
      id,
      async (tx, promotion) => refuseLimits(caller, promotion, limits) ?? setLimits(tx, id, limits),
    );
  }

  /**
   * Prices a cart as if a promotion's draft were live beside the live rules that the caller may see. Without a draft,
   * the published version counts. Writes nothing.
   */
  preview(caller: Caller, id: string, { country, ...cart }: AskQuote): Promise<PriceBreakdown | Refusal> {
    return this.transactions.run(caller, async (tx) => {
      const promotion = await readPromotion(tx, id);
      const definition = promotion?.draft ?? promotion?.definition;
      if (!promotion || !definition) return refuse('not_found');
      const preview = {
        id,
        version: promotion.version + (promotion.draft ? 1 : 0),
        merchantId: promotion.merchantId,
        paused: false,
        definition,
        used: { total: promotion.used.total, byCustomer: 0, spent: promotion.used.spent },
      };
      const priced = await priceRequested(
        tx,
        this.vault,
        this.policy,
        caller.subject,
        { ...cart, country: country ?? null },
        preview,
      );
      return isRefusal(priced) ? priced : breakdownOf(priced.cart, cart.currency);
    });
  }

  /** Changes a promotion under its lock, so that its current state is validated. */
  #change(
    caller: Caller,
    intent: IdempotentRequest,
    id: string,
    change: (tx: Tx, promotion: PromotionResource) => Promise<Refusal | undefined>,
  ): Promise<Answer<PromotionResource> | Refusal> {
    return runIdempotently(this.transactions, caller, intent, async (tx) => {
      const promotion = (await lockPromotion(tx, id)) && (await readPromotion(tx, id));
      if (!promotion) return refuse('not_found');
      return (await change(tx, promotion)) ?? answered(tx, id, 200);
    });
  }
}

async function answered(tx: Tx, id: string, status: number): Promise<Answer<PromotionResource>> {
  return buildAnswer(status, (await readPromotion(tx, id)) as PromotionResource, `/v1/promotions/${id}`);
}
