import { z } from 'zod';
import { MerchantId, SkuId } from '../ids';
import { oneOf } from '../one-of';
import { BackorderBasis } from '../statuses';

const MAX_LEAD_DAYS = 365;
const MAX_UNITS = 10_000_000;

const basis = oneOf(BackorderBasis).describe(
  "`supplier`: a replenishment that the supplier confirmed; `lead_days`: the merchant's own lead time",
);

/** The body of `POST /v1/stock/backorders`. */
export const SetBackorder = z
  .strictObject({
    skuId: SkuId,
    backorder: z
      .strictObject({
        leadDays: z.int().min(0).max(MAX_LEAD_DAYS).describe('Days until more units arrive'),
        maxUnits: z
          .int()
          .min(1)
          .max(MAX_UNITS)
          .optional()
          .describe('How many units may be on backorder at once, over all orders; without it, any number'),
      })
      .nullable()
      .describe('Null: orders beyond the stock are refused. Existing backorders stay'),
  })
  .meta({ id: 'SetBackorder' });
export type SetBackorder = z.infer<typeof SetBackorder>;

/** Describes how a SKU is sold on backorder. */
export const BackorderResource = z
  .strictObject({
    skuId: SkuId,
    merchantId: MerchantId,
    backorder: z.strictObject({ leadDays: z.int(), maxUnits: z.int().nullable() }).nullable(),
    owed: z.int().describe('Units on backorder: orders wait for them'),
  })
  .meta({ id: 'Backorder' });
export type BackorderResource = z.infer<typeof BackorderResource>;

/** Describes when a unit beyond the stock would be available. */
export const Backorderable = z
  .strictObject({
    expectedOn: z.iso.date(),
    basis,
    remaining: z.int().nullable().describe('How many more units may go on backorder; null: any number'),
  })
  .nullable()
  .describe('When a unit beyond the stock would arrive; null: the SKU is not sold on backorder');

/** Describes the backorder of an order: its lines that wait for stock, and the agreed date. */
export const OrderBackorder = z
  .strictObject({
    agreedOn: z.iso.date().describe('The day by which all goods are available and the order ships'),
    lines: z.array(
      z.strictObject({
        lineId: z.string(),
        skuId: SkuId,
        quantity: z.int().describe('Units that were not in stock when the order was placed'),
        waiting: z.int().describe('How many of them still wait for stock'),
        expectedOn: z.iso.date(),
        basis,
      }),
    ),
  })
  .nullable()
  .describe('Set on an order with goods on backorder: nothing ships before all of it is available');
