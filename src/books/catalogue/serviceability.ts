import { heaviestParcel } from '../../domain/shipping/choose-carrier';
import { TARE_G } from '../../domain/parcel';
import { readCarriers } from './carriers';
import type { Tx } from '../transactions';

/**
 * Says whether a carrier takes the heaviest unit of an order to a country, in a parcel of its own. Sourcing decides
 * about whole parcels.
 */
export async function isServed(tx: Tx, orderId: string, country: string): Promise<boolean> {
  const heaviest = await tx
    .selectFrom('order_line as l')
    .innerJoin('sku as s', 's.id', 'l.skuId')
    .select((eb) => eb.fn.max<number>('s.weightG').as('weightG'))
    .where('l.orderId', '=', orderId)
    .executeTakeFirstOrThrow();
  return heaviest.weightG + TARE_G <= heaviestParcel(country, await readCarriers(tx));
}
