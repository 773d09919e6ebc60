import { groupBy } from './group-by';
import { readTable, type Row, type TableName } from './tables';

/** Describes the units of one product of one seller in an order. */
export interface OlistItem {
  readonly productId: string;
  readonly sellerId: string;
  quantity: number;
  /** Of one unit, in centavos. */
  readonly price: number;
  /** Of all units, in centavos. */
  freight: number;
}

export interface OlistOrder {
  readonly id: string;
  readonly status: string;
  /** The local time without a zone, as in the dataset. */
  readonly purchasedAt: string;
  readonly approvedAt: string | null;
  readonly handedOverAt: string | null;
  readonly customer: {
    readonly id: string;
    readonly postcodePrefix: string;
    readonly city: string;
    readonly state: string;
  };
  readonly items: OlistItem[];
  readonly payments: { readonly type: string; readonly amount: number }[];
}

/** Describes the first orders of the dataset by time of purchase, and their sellers and products. */
export interface Dataset {
  readonly orders: readonly OlistOrder[];
  readonly sellers: ReadonlyMap<string, Row<'sellers'>>;
  readonly products: ReadonlyMap<string, Row<'products'>>;
  /** English names of the categories. */
  readonly categories: ReadonlyMap<string, string>;
}

const centavos = (amount: number): number => Math.round(amount * 100);

/**
 * Reads the first `limit` orders by time of purchase (all without a limit) with their sellers and products. Only those
 * are kept in memory. Orders without items cannot be placed and are left out.
 */
export async function readDataset(folder: string, limit?: number): Promise<Dataset> {
  const itemsOf = groupBy(await all(folder, 'order_items'), (item) => item.order_id);
  const rows = (await all(folder, 'orders'))
    .filter((row) => itemsOf.has(row.order_id))
    .sort(byPurchase)
    .slice(0, limit);
  const wanted = new Map(rows.map((row) => [row.customer_id, row]));
  const customers = await keyed(
    folder,
    'customers',
    (row) => row.customer_id,
    (row) => wanted.has(row.customer_id),
  );
  const orders = new Map(
    rows.map((row) => [row.order_id, orderOf(row, customers.get(row.customer_id), itemsOf.get(row.order_id) ?? [])]),
  );
  for await (const payment of readTable(folder, 'order_payments')) {
    orders
      .get(payment.order_id)
      ?.payments.push({ type: payment.payment_type, amount: centavos(payment.payment_value) });
  }
  const items = [...orders.values()].flatMap((order) => order.items);
  const [sellerIds, productIds] = [
    new Set(items.map((item) => item.sellerId)),
    new Set(items.map((item) => item.productId)),
  ];
  return {
    orders: [...orders.values()],
    sellers: await keyed(
      folder,
      'sellers',
      (row) => row.seller_id,
      (row) => sellerIds.has(row.seller_id),
    ),
    products: await keyed(
      folder,
      'products',
      (row) => row.product_id,
      (row) => productIds.has(row.product_id),
    ),
    categories: new Map(
      (await all(folder, 'category_translation')).map((row) => [
        row.product_category_name,
        row.product_category_name_english,
      ]),
    ),
  };
}

function orderOf(
  row: Row<'orders'>,
  customer: Row<'customers'> | undefined,
  units: readonly Row<'order_items'>[],
): OlistOrder {
  if (!customer)
    throw new Error(`Order ${row.order_id} names customer ${row.customer_id}, who is not in customers.csv.`);
  const items = new Map<string, OlistItem>();
  for (const unit of units) {
    const key = `${unit.seller_id}/${unit.product_id}`;
    const item = items.get(key) ?? {
      productId: unit.product_id,
      sellerId: unit.seller_id,
      quantity: 0,
      price: centavos(unit.price),
      freight: 0,
    };
    item.quantity += 1;
    item.freight += centavos(unit.freight_value);
    items.set(key, item);
  }
  return {
    id: row.order_id,
    status: row.order_status,
    purchasedAt: row.order_purchase_timestamp,
    approvedAt: row.order_approved_at,
    handedOverAt: row.order_delivered_carrier_date,
    items: [...items.values()],
    payments: [],
    customer: {
      id: customer.customer_unique_id,
      postcodePrefix: customer.customer_zip_code_prefix,
      city: customer.customer_city,
      state: customer.customer_state,
    },
  };
}

function byPurchase(a: Row<'orders'>, b: Row<'orders'>): number {
  if (a.order_purchase_timestamp < b.order_purchase_timestamp) return -1;
  if (a.order_purchase_timestamp > b.order_purchase_timestamp) return 1;
  return a.order_id < b.order_id ? -1 : 1;
}

async function all<T extends TableName>(folder: string, table: T): Promise<Row<T>[]> {
  const rows: Row<T>[] = [];
  for await (const row of readTable(folder, table)) rows.push(row);
  return rows;
}

async function keyed<T extends TableName>(
  folder: string,
  table: T,
  keyOf: (row: Row<T>) => string,
  keep: (row: Row<T>) => boolean,
): Promise<Map<string, Row<T>>> {
  const rows = new Map<string, Row<T>>();
  for await (const row of readTable(folder, table)) if (keep(row)) rows.set(keyOf(row), row);
  return rows;
}
