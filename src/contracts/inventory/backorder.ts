import { z } from 'zod';
import { MerchantId, SkuId } from '../ids';
import { oneOf } from '../one-of';
import { BackorderBasis } from '../statuses';

const MAX_LEAD_DAYS = 365;
const MAX_UNITS = 10_000_000;

const basis = oneOf(BackorderBasis).describe(
  "`supplier`: a replenishment that the supplier confirmed; `lead_days`: the merchant's own word",
);

/** The body of `POST /v1/stock/backorders`. */
export const SetBackorder = z
  .strictObject({
    skuId: SkuId,
    backorder: z
      .strictObject({
        leadDays: z.int().min(0).max(MAX_LEAD_DAYS).describe('How long it takes to get more'),
        maxUnits: z
          .int()
          .min(1)
          .max(MAX_UNITS)
          .optional()
          .describe('How many units may be owed at once, to all orders; without it, any number'),
      })
      .nullable()
      .describe('Null: what is not there is refused. What is owed by then stays owed'),
  })
  .meta({ id: 'SetBackorder' });
export type SetBackorder = z.infer<typeof SetBackorder>;

/** How a SKU is sold before it is there. */
export const BackorderResource = z
  .strictObject({
    skuId: SkuId,
    merchantId: MerchantId,
    backorder: z.strictObject({ leadDays: z.int(), maxUnits: z.int().nullable() }).nullable(),
    owed: z.int().describe('Units that orders wait for'),
  })
  .meta({ id: 'Backorder' });
export type BackorderResource = z.infer<typeof BackorderResource>;

/** When one unit more than there is could be had. */
export const Backorderable = z
  .strictObject({
    expectedOn: z.iso.date(),
    basis,
    remaining: z.int().nullable().describe('How many units more may be owed; null: any number'),
  })
  .nullable()
  .describe('When a unit more than is there would come; null: it is not sold before it is there');

/** What an order waits for. */
export const OrderBackorder = z
  .strictObject({
    agreedOn: z.iso.date().describe('By then all of it is to be there, and leaves'),
    lines: z.array(
      z.strictObject({
        lineId: z.string(),
        skuId: SkuId,
        quantity: z.int().describe('Units that were not there when it was placed'),
        waiting: z.int().describe('How many of them are still awaited'),
        expectedOn: z.iso.date(),
        basis,
      }),
    ),
  })
  .nullable()
  .describe('Set on orders of goods that were not all there: nothing of it leaves before all of it is');
