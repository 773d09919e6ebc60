import { z } from 'zod';
import { OrderId } from '../ids';
import { oneOf } from '../one-of';
import { OrderStatus } from '../statuses';
import { InterventionReason } from './intervention-codes';

/** The body of `POST /v1/orders/{id}/adoption`. */
export const AdoptOrder = z
  .strictObject({
    reason: oneOf(InterventionReason),
    evenIfRunning: z
      .boolean()
      .default(false)
      .describe('Also replaces a workflow that looks healthy, for example one whose history does not replay'),
  })
  .meta({ id: 'AdoptOrder' });
export type AdoptOrder = z.infer<typeof AdoptOrder>;

/** Answers an adoption: where the books stand, from where the new workflow continues. */
export const AdoptionResource = z
  .strictObject({ orderId: OrderId, status: oneOf(OrderStatus), outcome: z.enum(['adopted']) })
  .meta({ id: 'Adoption' });
export type AdoptionResource = z.infer<typeof AdoptionResource>;
