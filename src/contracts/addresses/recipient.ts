import { z } from 'zod';

/** What a customer typed: it may be empty or wrong, and is judged by the rules of its country (`domain/addresses`). */
const typed = (max: number) => z.string().trim().max(max);

/**
 * Where a parcel goes, in the words of an envelope. Kept encrypted; read by the carrier and the order's own callers. An
 * order whose address lacks something is held, not refused: so the schema asks for little.
 */
export const Address = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .describe('ISO 3166-1 alpha-2'),
    region: typed(100).optional().describe('Province, state or prefecture'),
    city: typed(100).optional().describe('Needed by most countries'),
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
    phone: typed(40).describe('With its country code, or as it is dialled in the country of the address'),
    email: z.email().max(254).optional(),
    address: Address,
  })
  .meta({ id: 'Recipient' });
export type Recipient = z.infer<typeof Recipient>;
