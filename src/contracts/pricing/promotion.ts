import { z } from 'zod';
import { Currency, MAX_AMOUNT } from '../money';

const amount = z.int().min(0).max(MAX_AMOUNT);
const positive = z.int().min(1).max(MAX_AMOUNT);
const rate = z.int().min(1).max(10_000).describe('Hundredths of a percent: 1000 is 10 %');
const count = (max: number) => z.int().min(1).max(max);
const text = (max: number) => z.string().trim().min(1).max(max);
const ids = z.array(text(64)).min(1).max(500);
const times = count(9_999).optional().describe('How many times per order, at most');
const of = z
  .enum(['sku', 'scope'])
  .default('scope')
  .describe('Counts units of one SKU only, or of everything in scope together');

/** Describes a local time without an offset, in the mall's time zone. */
export const WallTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'must be a local time like 2026-11-11T00:00:00')
  .refine((value) => !Number.isNaN(Date.parse(`${value}Z`)), 'must be a day and time that exists');

/** Selects the lines of a rule: every given list must contain the line, and no list of `except` may. */
const Scope = z.strictObject({
  merchantIds: ids.optional(),
  skuIds: ids.optional(),
  categories: ids.optional(),
  brands: ids.optional(),
  except: z.strictObject({ skuIds: ids.optional(), categories: ids.optional(), brands: ids.optional() }).optional(),
});

/** Names how a rule combines with other rules. */
export const Exclusive = {
  /** It combines with any other rule. */
  none: 'none',
  /** It discounts only lines without a discount, and no later rule discounts them. */
  line: 'line',
  /** Rules before it apply; none after it does. */
  later: 'later',
  /** It applies alone or not at all. */
  order: 'order',
} as const;
export type Exclusive = (typeof Exclusive)[keyof typeof Exclusive];

const common = {
  name: text(120),
  currency: Currency,
  priority: z
    .int()
    .min(0)
    .max(9_999)
    .optional()
    .describe('Lower numbers apply first; by kind when absent (docs/pricing.md). Equal numbers go by id'),
  group: text(40)
    .optional()
    .describe("Of an owner's rules in one group, only the one with the largest discount applies"),
  exclusive: z.enum(Object.values(Exclusive) as [Exclusive, ...Exclusive[]]).default('none'),
  scope: Scope.optional(),
  minimum: z
    .strictObject({ amount: positive.optional(), quantity: count(99_900).optional() })
    .optional()
    .describe("The least that the goods in scope must come to at the rule's turn"),
  validity: z
    .strictObject({
      from: WallTime.optional(),
      until: WallTime.optional().describe('The first moment at which it no longer applies'),
    })
    .optional(),
  memberTiers: z.array(text(40)).min(1).max(20).optional().describe('Only for customers of these tiers'),
  firstOrderOnly: z.boolean().default(false),
  coupon: z
    .strictObject({
      code: z.string().regex(/^[A-Z0-9][A-Z0-9-]{2,39}$/, 'must be 3 to 40 capitals, digits and hyphens'),
    })
    .optional(),
  limits: z
    .strictObject({
      total: count(100_000_000).optional().describe('How many orders may use it'),
      perCustomer: count(1_000).optional().describe('How many orders of one customer may use it'),
      budget: positive.optional().describe('The sum of all its discounts, at most, in minor units'),
    })
    .optional(),
  platformShare: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe(
      "The mall's share of the discount, in hundredths of a percent; the line's merchant pays the rest. " +
        "When absent: all for the mall's own rules, nothing for a merchant's",
    ),
};

const spend = { spend: positive.describe('The least that must be spent on goods in scope') };

const BundlePart = z.strictObject({
  skuIds: ids.optional().describe('Absent: anything in scope'),
  quantity: count(999),
});

/** Describes what a promotion does, by kind, with its conditions. Drafts hold it; versions keep it for ever. */
export const PromotionDefinition = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('percentage'), rate, atMost: positive.optional(), ...common }),
    z.strictObject({
      kind: z.literal('fixed_amount'),
      amount: positive,
      per: z.enum(['order', 'unit']).default('order'),
      ...common,
    }),
    z.strictObject({ kind: z.literal('fixed_price'), unitPrice: amount, ...common }),
    z.strictObject({
      kind: z.literal('spend_tiers'),
      tiers: z
        .array(z.union([z.strictObject({ ...spend, save: positive }), z.strictObject({ ...spend, rate })]))
        .min(1)
        .max(20),
      ...common,
    }),
    z.strictObject({ kind: z.literal('spend_every'), every: positive, save: positive, times, ...common }),
    z.strictObject({
      kind: z.literal('buy_n_get_m'),
      buy: count(99),
      get: count(99),
      rate: rate.default(10_000),
      of,
      times,
      ...common,
    }),
    z.strictObject({ kind: z.literal('nth_item'), n: z.int().min(2).max(99), rate, of, times, ...common }),
    z.strictObject({
      kind: z.literal('bundle_price'),
      price: amount,
      times,
      ...common,
      parts: z
        .array(BundlePart)
        .min(1)
        .max(10)
        .superRefine((parts, ctx) => {
          const skuIds = parts.flatMap((part) => part.skuIds ?? []);
          if (new Set(skuIds).size < skuIds.length)
            ctx.addIssue({ code: 'custom', message: 'no SKU may be in two parts' });
          if (parts.length > 1 && parts.some((part) => !part.skuIds))
            ctx.addIssue({ code: 'custom', message: 'a part without skuIds must be the only one' });
        }),
    }),
    z.strictObject({ kind: z.literal('free_shipping'), atMost: positive.optional(), ...common }),
    z.strictObject({
      kind: z.literal('member_price'),
      prices: z
        .array(z.strictObject({ tier: text(40), skuId: text(64), unitPrice: amount }))
        .min(1)
        .max(500),
      ...common,
    }),
    z.strictObject({
      kind: z.literal('member_discount'),
      tiers: z
        .array(z.strictObject({ tier: text(40), rate }))
        .min(1)
        .max(20),
      ...common,
    }),
  ])
  .meta({ id: 'PromotionDefinition' });
export type PromotionDefinition = z.infer<typeof PromotionDefinition>;
export type PromotionKind = PromotionDefinition['kind'];
export type DefinitionOf<K extends PromotionKind> = Extract<PromotionDefinition, { kind: K }>;

/** Names why a rule did not apply. `docs/pricing.md` lists every reason. */
export const RuleReason = {
  paused: 'paused',
  notYetValid: 'not_yet_valid',
  noLongerValid: 'no_longer_valid',
  otherCurrency: 'other_currency',
  couponMissing: 'coupon_missing',
  notAMember: 'not_a_member',
  notFirstOrder: 'not_first_order',
  totalLimit: 'total_limit',
  customerLimit: 'customer_limit',
  budgetSpent: 'budget_spent',
  nothingInScope: 'nothing_in_scope',
  linesTaken: 'lines_taken',
  minimumAmount: 'minimum_amount',
  minimumQuantity: 'minimum_quantity',
  spendNotReached: 'spend_not_reached',
  tooFewUnits: 'too_few_units',
  bundleIncomplete: 'bundle_incomplete',
  noShipping: 'no_shipping',
  nothingToGain: 'nothing_to_gain',
  groupTaken: 'group_taken',
  notAlone: 'not_alone',
  stopped: 'stopped',
} as const;
export type RuleReason = (typeof RuleReason)[keyof typeof RuleReason];
