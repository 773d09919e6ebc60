import { z } from 'zod';
import { MerchantId, PromotionId } from '../ids';
import { pageOf } from '../page';
import { PromotionDefinition } from './promotion';
import { AskQuote } from './quote';
import { oneOf } from '../one-of';

/** Names the statuses of a promotion. The same literals in JSON and the database. */
export const PromotionStatus = {
  /** Never published. */
  draft: 'draft',
  live: 'live',
  /** Applies to no new order; orders that used it keep their price. */
  paused: 'paused',
} as const;
export type PromotionStatus = (typeof PromotionStatus)[keyof typeof PromotionStatus];

/** Names who paused a promotion. */
const PausedBy = { merchant: 'merchant', platform: 'platform' } as const;
export type PausedBy = (typeof PausedBy)[keyof typeof PausedBy];

/** The body of `POST /v1/promotions`. */
export const CreatePromotion = z
  .strictObject({
    definition: PromotionDefinition,
    merchantId: MerchantId.optional().describe(
      "Only for the mall's staff: makes it this merchant's promotion. A merchant always creates its own",
    ),
  })
  .meta({ id: 'CreatePromotion' });
export type CreatePromotion = z.infer<typeof CreatePromotion>;

/** The body of `POST /v1/promotions/{id}/draft`. */
export const DraftPromotion = z.strictObject({ definition: PromotionDefinition }).meta({ id: 'DraftPromotion' });

const limit = (max: number) => z.int().min(1).max(max).nullable();

/** The body of `POST /v1/promotions/{id}/limits`. Null lifts a limit. Takes effect at once, without a new version. */
export const PromotionLimits = z
  .strictObject({ total: limit(100_000_000), perCustomer: limit(1_000), budget: limit(100_000_000_000) })
  .meta({ id: 'PromotionLimits' });
export type PromotionLimits = z.infer<typeof PromotionLimits>;

/** The body of `POST /v1/promotions/{id}/preview`. */
export const PreviewPromotion = AskQuote.meta({ id: 'PreviewPromotion' });

export const PromotionResource = z
  .strictObject({
    id: PromotionId,
    merchantId: MerchantId.nullable().describe("Null: the mall's own promotion"),
    status: oneOf(PromotionStatus),
    pausedBy: oneOf(PausedBy)
      .optional()
      .describe('While it is paused: only the mall resumes what the mall (`platform`) paused'),
    version: z.int().describe('The version in force; 0 before the first'),
    definition: PromotionDefinition.nullable().describe('The definition in force'),
    draft: PromotionDefinition.nullable().describe('The definition that is not published yet'),
    limits: PromotionLimits,
    used: z
      .strictObject({ total: z.int(), spent: z.int() })
      .describe('By orders that were not cancelled; counted for coupons and promotions with limits'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Promotion' });
export type PromotionResource = z.infer<typeof PromotionResource>;

/** The query of `GET /v1/promotions`. */
export const ListPromotions = z.strictObject({
  status: oneOf(PromotionStatus).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});
export type ListPromotions = z.infer<typeof ListPromotions>;

export const PromotionPage = pageOf(PromotionResource).meta({ id: 'PromotionPage' });
