import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type InferResult,
} from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { DB } from '../../generated/database';
import type { Tx } from '../transactions';

/** Compiles statements, and runs none. */
const writer = new Kysely<DB>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Builds the one statement that reads an order with all its rows, and its customer's key when `withKey`. */
const orderQuery = (withKey: boolean) =>
  writer
    .selectFrom('orders as o')
    .selectAll('o')
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('order_line as l')
          .select([
            'l.id',
            'l.skuId',
            'l.merchantId',
            'l.title',
            'l.quantity',
            'l.unitAmount',
            'l.discountAmount',
            'l.shippingAmount',
            'l.shippingDiscountAmount',
          ])
          .whereRef('l.orderId', '=', 'o.id')
          .orderBy('l.number'),
      ).as('lines'),
      jsonArrayFrom(
        eb
          .selectFrom('payment as p')
          .select([
            'p.id',
            'p.status',
            'p.method',
            'p.amount',
            'p.authorized',
            'p.captured',
            'p.voided',
            'p.refunded',
            'p.declineCode',
            'p.nextAction',
          ])
          .whereRef('p.orderId', '=', 'o.id')
          .orderBy('p.number'),
      ).as('payments'),
      jsonArrayFrom(
        eb
          .selectFrom('fulfillment as f')
          .select(['f.id', 'f.merchantId', 'f.warehouseId', 'f.status', 'f.amount'])
          .whereRef('f.orderId', '=', 'o.id')
          .orderBy('f.number'),
      ).as('fulfillments'),
      jsonArrayFrom(
        eb
          .selectFrom('reservation as r')
          .select(['r.fulfillmentId', 'r.orderLineId as lineId', 'r.skuId', 'r.quantity'])
          .whereRef('r.orderId', '=', 'o.id')
          .where('r.fulfillmentId', 'is not', null)
          .orderBy('r.id'),
      ).as('parts'),
      jsonArrayFrom(
        eb
          .selectFrom('backorder as b')
          .select([
            'b.orderLineId as lineId',
            'b.skuId',
            'b.status',
            'b.quantity',
            'b.filled',
            'b.expectedOn',
            'b.basis',
          ])
          .whereRef('b.orderId', '=', 'o.id')
          .orderBy('b.id'),
      ).as('backorders'),
      jsonArrayFrom(
        eb
          .selectFrom('shipment as s')
          .select(['s.id', 's.fulfillmentId', 's.carrierCode', 's.trackingNumber', 's.status', 's.estimatedDelivery'])
          .whereRef('s.orderId', '=', 'o.id'),
      ).as('shipments'),
    ])
    .leftJoin('customer as c', (join) => join.onRef('c.id', '=', 'o.customerId').on(sql.lit(withKey)))
    .select(['c.keyId', 'c.wrappedKey'])
    .where('o.id', '=', '')
    .compile();

type OrderRow = InferResult<ReturnType<typeof orderQuery>>[number];

/** Compiled once: to build the statement costs a tenth of the whole read. */
const STATEMENTS = { plain: orderQuery(false), withKey: orderQuery(true) } as const;

/** Reads an order with all its rows, as the transaction's caller may see them; undefined when there is none. */
export async function readOrderRow(tx: Tx, orderId: string, withKey: boolean): Promise<OrderRow | undefined> {
  const statement = withKey ? STATEMENTS.withKey : STATEMENTS.plain;
  const { rows } = await tx.executeQuery<OrderRow>({ ...statement, parameters: [orderId] });
  return rows[0];
}
