import { z } from 'zod';

/** Accepts text as a customer typed it, empty or wrong: `domain/addresses` validates it by country. */
const typed = (max: number) => z.string().trim().max(max);

/**
 * Describes where a parcel goes, as an envelope does. Kept encrypted; read by the carrier and the order's own callers.
 * An order whose address is incomplete is held, not refused: so the schema requires little.
 */
export const Address = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .describe('ISO 3166-1 alpha-2'),
    region: typed(100).optional().describe('Province, state or prefecture'),
    city: typed(100).optional().describe('Required by most countries'),
    district: typed(100).optional(),
    line1: typed(200),
    line2: typed(200).optional(),
    postcode: typed(16).optional(),
    divisionCode: typed(16)
      .optional()
      .describe('Mainland China: the six-digit code of the district (GB/T 2260); it must agree with the names'),
  })
  .meta({ id: 'Address' });
export type Address = z.infer<typeof Address>;

export const Recipient = z
  .strictObject({
    name: typed(100),
    phone: typed(40).describe('With its country code, or as people dial it in the country of the address'),
    email: z.email().max(254).optional(),
    address: Address,
  })
  .meta({ id: 'Recipient' });
export type Recipient = z.infer<typeof Recipient>;
