import { chooseCarrier } from '../domain/carrier-choice';
import { readCarriers } from './catalogue';
import type { Tx } from './transactions';

/** Tells whether some carrier takes the heaviest unit of an order to a country. */
export async function isServed(tx: Tx, orderId: string, country: string): Promise<boolean> {
  const { urgency } = await tx.selectFrom('orders').select('urgency').where('id', '=', orderId).executeTakeFirstOrThrow();
  const heaviest = await tx.selectFrom('order_line as l').innerJoin('sku as s', 's.id', 'l.skuId')
    .select((eb) => eb.fn.max<number>('s.weightG').as('weightG')).where('l.orderId', '=', orderId).executeTakeFirstOrThrow();
  return chooseCarrier({ country, weightG: heaviest.weightG, urgency, today: '', requestedDate: null }, await readCarriers(tx)) !== undefined;
}
