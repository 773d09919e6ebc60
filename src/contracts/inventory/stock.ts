import { z } from 'zod';
import { Backorderable } from './backorder';
import { IdPrefix, idSchema, MerchantId, SkuId, WarehouseId } from '../ids';
import { oneOf } from '../one-of';
import { Urgency } from '../statuses';

const LotId = idSchema(IdPrefix.lot);
const LocationId = idSchema(IdPrefix.location);
const MAX_UNITS = 10_000_000;
const units = z.int().min(0).max(MAX_UNITS);
const reference = z.string().trim().min(1).max(100);

/** Names why staff changed the units of a lot by hand. */
export const AdjustmentReason = {
  damaged: 'damaged',
  lost: 'lost',
  found: 'found',
  expired: 'expired',
  correction: 'correction',
} as const;
export type AdjustmentReason = (typeof AdjustmentReason)[keyof typeof AdjustmentReason];

/** The body of `POST /v1/stock/receipts`. */
export const ReceiveStock = z
  .strictObject({
    skuId: SkuId,
    warehouseId: WarehouseId,
    locationId: LocationId.optional().describe(
      'Without it: where the SKU is stored already, or the first location of the warehouse',
    ),
    lotCode: reference.describe('The batch code of the maker'),
    expiresOn: z.iso.date().optional().describe('Required for goods that expire'),
    quantity: z.int().min(1).max(MAX_UNITS),
    reference: reference.describe('The delivery note'),
  })
  .meta({ id: 'ReceiveStock' });
export type ReceiveStock = z.infer<typeof ReceiveStock>;

/** The body of `POST /v1/stock/counts`. */
export const CountLot = z
  .strictObject({ lotId: LotId, counted: units.describe('Every unit of the lot, reserved or not'), reference })
  .meta({ id: 'CountLot' });
export type CountLot = z.infer<typeof CountLot>;

/** The body of `POST /v1/stock/adjustments`. */
export const AdjustLot = z
  .strictObject({
    lotId: LotId,
    quantity: z
      .int()
      .min(-MAX_UNITS)
      .max(MAX_UNITS)
      .refine((quantity) => quantity !== 0, 'must not be 0')
      .describe('Units added (above 0) or removed (below 0)'),
    reason: oneOf(AdjustmentReason),
    reference,
  })
  .meta({ id: 'AdjustLot' });
export type AdjustLot = z.infer<typeof AdjustLot>;

/** The body of `POST /v1/stock/settings`. What is left out stays as it is. */
export const SetStock = z
  .strictObject({
    skuId: SkuId,
    warehouseId: WarehouseId,
    safetyStock: units.optional().describe('Units that are never reserved for orders'),
    reorder: z
      .strictObject({ point: units, to: units })
      .refine(({ point, to }) => to > point, { path: ['to'], message: 'must be more than point' })
      .nullable()
      .optional()
      .describe('At or below `point` available units, the shelf is replenished up to `to`; null: it is not watched'),
  })
  .meta({ id: 'SetStock' });
export type SetStock = z.infer<typeof SetStock>;

export const LotResource = z.strictObject({
  id: LotId,
  code: z.string(),
  locationId: LocationId,
  expiresOn: z.iso.date().nullable(),
  onHand: z.int(),
  allocated: z.int().describe('Allocated to parcels that have not left the warehouse'),
});

/** Describes a shelf: the stock of one SKU in one warehouse. */
export const ShelfResource = z
  .strictObject({
    skuId: SkuId,
    merchantId: MerchantId,
    warehouseId: WarehouseId,
    onHand: z.int(),
    reserved: z.int().describe('Reserved for orders'),
    safetyStock: z.int(),
    available: z
      .int()
      .describe(
        'On hand, less reserved, less safety stock; of goods that expire, fewer are available to customers far away',
      ),
    reorder: z.strictObject({ point: z.int(), to: z.int() }).nullable(),
    backorder: z
      .strictObject({ leadDays: z.int(), maxUnits: z.int().nullable() })
      .nullable()
      .describe('How the SKU is sold on backorder, in all warehouses; null: it is not'),
    owed: z.int().describe('Units of the SKU on backorder, in all warehouses'),
    lots: z.array(LotResource).describe('Those that hold units'),
  })
  .meta({ id: 'Shelf' });
export type ShelfResource = z.infer<typeof ShelfResource>;

/** The query of `GET /v1/stock`. */
export const ListStock = z.strictObject({
  skuId: SkuId.optional(),
  warehouseId: WarehouseId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});
export type ListStock = z.infer<typeof ListStock>;

/** The query of `GET /v1/availability`. */
export const AskAvailability = z.strictObject({
  skuId: SkuId,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .describe('ISO 3166-1 alpha-2'),
  postcode: z.string().trim().min(1).max(16).optional(),
  urgency: oneOf(Urgency).default(Urgency.standard),
  requestedDate: z.iso.date().optional(),
});
export type AskAvailability = z.infer<typeof AskAvailability>;

/** Describes available units, their warehouses and delivery days at this moment. Reserves nothing. */
export const AvailabilityResource = z
  .strictObject({
    skuId: SkuId,
    country: z.string(),
    available: z.int(),
    warehouses: z
      .array(
        z.strictObject({
          warehouseId: WarehouseId,
          available: z.int(),
          zone: z
            .int()
            .min(1)
            .max(4)
            .describe('1: the same postcode area, 2: the same postal region, 3: the same country, 4: abroad'),
        }),
      )
      .describe('The nearest first'),
    earliestDelivery: z.iso.date().nullable().describe('Null: no carrier delivers there'),
    latestDelivery: z.iso.date().nullable(),
    backorder: Backorderable,
  })
  .meta({ id: 'Availability' });
export type AvailabilityResource = z.infer<typeof AvailabilityResource>;
