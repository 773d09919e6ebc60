import { z } from 'zod';

/** Names the person or company on a Chinese tax invoice (fapiao). Personal data: sealed like the recipient. */
export const Fapiao = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('individual'),
      title: z.string().trim().min(1).max(100).describe("A person's name"),
    }),
    z.strictObject({
      type: z.literal('company'),
      title: z.string().trim().min(1).max(100).describe("The company's registered name"),
      taxNumber: z
        .string()
        .regex(
          /^[0-9A-HJ-NPQRTUWXY]{18}$|^[0-9A-Z]{15}$|^[0-9A-Z]{20}$/,
          'must be a taxpayer number: 18 characters (unified social credit code), or 15 or 20 of the older kinds',
        ),
    }),
  ])
  .meta({ id: 'Fapiao' });
export type Fapiao = z.infer<typeof Fapiao>;
