import { z } from 'zod';

/** Describes the rates of a country from a day on, until its next row. */
const RatesSince = z.strictObject({
  since: z.iso.date(),
  rates: z
    .record(
      z.string().min(1).max(40),
      z.int().min(0).max(10_000).describe('Hundredths of a percent of the price without tax'),
    )
    .refine(
      (rates) => rates.standard !== undefined,
      'must have a standard rate: it applies to every category that is not named',
    ),
  source: z.string().optional(),
});

/** Maps countries (ISO 3166-1 alpha-2) to their rates by tax category, with the days on which they changed. */
export const TaxRates = z.record(
  z.string().regex(/^[A-Z]{2}$/, 'must be a country as ISO 3166-1 has it, such as CN'),
  z.array(RatesSince).min(1),
);
export type TaxRates = Readonly<z.infer<typeof TaxRates>>;
