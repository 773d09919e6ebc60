import { z } from 'zod';
import { MerchantId, PromotionId } from '../ids';
import { pageOf } from '../page';
import { PromotionDefinition } from './promotion';
import { AskQuote } from './quote';
import { oneOf } from '../one-of';

/** Where a promotion stands. The same literals in JSON and the database. */
export const PromotionStatus = {
  /** Never published. */
  draft: 'draft',
  live: 'live',
  /** Applies to no new order; orders that used it keep their price. */
  paused: 'paused',
} as const;
export type PromotionStatus = (typeof PromotionStatus)[keyof typeof PromotionStatus];

/** Who has paused a promotion. */
const PausedBy = { merchant: 'merchant', platform: 'platform' } as const;
export type PausedBy = (typeof PausedBy)[keyof typeof PausedBy];

/** The body of `POST /v1/promotions`. */
export const CreatePromotion = z
  .strictObject({
    definition: PromotionDefinition,
    merchantId: MerchantId.optional().describe(
      "For the mall's people: makes it this merchant's rule. A merchant's are its own",
    ),
  })
  .meta({ id: 'CreatePromotion' });
export type CreatePromotion = z.infer<typeof CreatePromotion>;

/** The body of `POST /v1/promotions/{id}/draft`. */
export const DraftPromotion = z.strictObject({ definition: PromotionDefinition }).meta({ id: 'DraftPromotion' });

const limit = (max: number) => z.int().min(1).max(max).nullable();

/** The body of `POST /v1/promotions/{id}/limits`: null lifts a limit. They hold at once, without a new version. */
export const PromotionLimits = z
  .strictObject({ total: limit(100_000_000), perCustomer: limit(1_000), budget: limit(100_000_000_000) })
  .meta({ id: 'PromotionLimits' });
export type PromotionLimits = z.infer<typeof PromotionLimits>;

/** The body of `POST /v1/promotions/{id}/preview`. */
export const PreviewPromotion = AskQuote.meta({ id: 'PreviewPromotion' });

export const PromotionResource = z
  .strictObject({
    id: PromotionId,
    merchantId: MerchantId.nullable().describe("Null: the mall's own"),
    status: oneOf(PromotionStatus),
    pausedBy: oneOf(PausedBy)
      .optional()
      .describe('While it is paused: what the mall (`platform`) has paused, the mall lets go on'),
    version: z.int().describe('The version in force; 0 before the first'),
    definition: PromotionDefinition.nullable().describe('What is in force'),
    draft: PromotionDefinition.nullable().describe('What is being worked on'),
    limits: PromotionLimits,
    used: z
      .strictObject({ total: z.int(), spent: z.int() })
      .describe('By orders that live; counted for coupons and rules with limits'),
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
