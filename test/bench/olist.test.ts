import { rmSync, writeFileSync } from 'node:fs';
import { readDataset, type Dataset } from '../../bench/olist/dataset';
import { ENDINGS, goalOf } from '../../bench/olist/goals';
import {
  DEFAULT_MEASURES,
  merchantsOf,
  placeOrderOf,
  skuOf,
  soldProducts,
  warehouseOf,
} from '../../bench/olist/mapping';
import { StageTimes } from '../../bench/olist/stage-times';
import { PlaceOrder } from '../../src/contracts/orders/place-order';
import type { TimelineEvent } from '../../src/contracts/timeline';
import { writeOrders } from './made-up-orders';

const folders: string[] = [];
const folderWith = (over?: Parameters<typeof writeOrders>[0]): string => {
  const folder = writeOrders(over);
  folders.push(folder);
  return folder;
};
let dataset: Dataset;
beforeAll(async () => {
  dataset = await readDataset(folderWith());
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const order = (id: string) => {
  const found = dataset.orders.find((each) => each.id === id);
  if (!found) throw new Error(`no order ${id}`);
  return found;
};

describe('reading', () => {
  test('orders are sorted by time of purchase, without empty ones', () => {
    expect(dataset.orders.map(({ id }) => id)).toEqual([
      'o-shipped',
      'o-invoiced',
      'o-processing',
      'o-approved',
      'o-unavailable',
      'o-cancelled-unpaid',
      'o-cancelled-late',
      'o-created',
      'o-delivered',
    ]);
  });

  test('units of one product become one item, in centavos', () => {
    expect(order('o-delivered').items).toEqual([
      { productId: 'p-lamp', sellerId: 's-north', quantity: 2, price: 3050, freight: 820 },
      { productId: 'p-cup', sellerId: 's-south', quantity: 1, price: 999, freight: 0 },
    ]);
  });

  test('a limit keeps the first orders and only what they name', async () => {
    const first = await readDataset(folderWith(), 1);
    expect(first.orders.map(({ id }) => id)).toEqual(['o-shipped']);
    expect([[...first.sellers.keys()], [...first.products.keys()]]).toEqual([['s-north'], ['p-lamp']]);
  });

  test.each([
    ['an absent folder', () => '/nowhere/at-all', /is not a folder/],
    ['an absent table', () => folderWith({ products: null }), /products\.csv\.gz is missing: the replay needs/],
    [
      'a missing column',
      () => folderWith({ sellers: 'seller_id\ns-north\n' }),
      /sellers\.csv\.gz cannot be read .*seller_city/,
    ],
    [
      'a price that is none',
      () => folderWith({ order_items: 'order_id,product_id,seller_id,price,freight_value\no-shipped,p,s,much,1\n' }),
      /price: is not a number/,
    ],
    [
      'a customer that is not there',
      () =>
        folderWith({
          customers: 'customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\n',
        }),
      /names customer k2/,
    ],
  ])('%s is reported in one sentence', async (_case, folder, message) => {
    await expect(readDataset(folder())).rejects.toThrow(message);
  });

  test('a file that is not gzipped, against its name, is reported', async () => {
    const folder = folderWith();
    writeFileSync(`${folder}/orders.csv.gz`, 'order_id\n');
    await expect(readDataset(folder)).rejects.toThrow(/orders\.csv\.gz cannot be read after 0 rows/);
  });
});

describe('mapping', () => {
  test('every status has its ending', () => {
    expect(Object.fromEntries(dataset.orders.map((each) => [each.id, goalOf(each)]))).toEqual({
      'o-delivered': 'completed',
      'o-shipped': 'in_transit',
      'o-invoiced': 'labelled',
      'o-processing': 'picked',
      'o-approved': 'paid',
      'o-unavailable': 'cancelled_paid',
      'o-cancelled-unpaid': 'cancelled_unpaid',
      'o-cancelled-late': 'cancelled_labelled',
      'o-created': 'awaiting_payment',
    });
    expect(ENDINGS.cancelled_labelled.steps).toEqual(['pack', 'cancel']);
    expect(() => goalOf({ status: 'lost', approvedAt: null, handedOverAt: null })).toThrow(/"lost"/);
  });

  test('a merchant charges the mean freight of its fulfillments', () => {
    expect(merchantsOf(dataset).map(({ code, shippingBaseAmount }) => [code, shippingBaseAmount])).toEqual([
      ['olist-s-north', (820 + 580) / 2],
      ['olist-s-south', Math.round((7 * 200 + 0) / 8)],
    ]);
  });

  test("a product's prices are dated, and its units counted", () => {
    expect(soldProducts(dataset).find(({ productId }) => productId === 'p-lamp')).toEqual({
      productId: 'p-lamp',
      sellerId: 's-north',
      quantity: 3,
      prices: [
        { validFrom: new Date('2017-01-01T13:00:00Z'), amount: 2990 },
        { validFrom: new Date('2017-03-01T13:00:00Z'), amount: 3050 },
      ],
    });
  });

  test('blank and zero measures get the defaults', () => {
    const [lamp, cup] = ['p-lamp', 'p-cup'].map((productId) =>
      skuOf({ productId, sellerId: 's', quantity: 1, prices: [] }, dataset, 'mer'),
    );
    expect(lamp).toMatchObject({ category: 'house light', weightG: 1200, lengthMm: 300, widthMm: 150, heightMm: 200 });
    expect(cup).toMatchObject({
      category: 'goods',
      weightG: DEFAULT_MEASURES.weightG,
      lengthMm: 160,
      widthMm: 110,
      heightMm: DEFAULT_MEASURES.heightMm,
    });
  });

  test("an order fits the API's schema, and its payments are one", () => {
    const skuIds = new Map([
      ['s-north/p-lamp', `sku_${'0'.repeat(26)}`],
      ['s-south/p-cup', `sku_${'1'.repeat(26)}`],
    ]);
    const body = PlaceOrder.parse(placeOrderOf(order('o-delivered'), 'completed', skuIds));
    expect(body.payment).toEqual({ method: 'card', token: 'tok_ok' });
    expect(body.lines).toEqual([
      { skuId: skuIds.get('s-north/p-lamp'), quantity: 2 },
      { skuId: skuIds.get('s-south/p-cup'), quantity: 1 },
    ]);
    expect(body.recipient.name).toBe('Recipient uniq');
    expect(placeOrderOf(order('o-created'), 'awaiting_payment', skuIds).payment).toEqual({
      method: 'card',
      token: 'tok_redirect',
    });
  });

  test('a seller outside the country is reported', () => {
    expect(warehouseOf('AM')).toBe('olist-north');
    expect(() => warehouseOf('XX')).toThrow(/no state of Brazil/);
  });
});

test('stages are timed by fulfillment', () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const event = (type: TimelineEvent['type'], ms: number, data = {}): TimelineEvent => ({
    seq: ms,
    type,
    at: at(ms),
    actor: 'system',
    merchantId: null,
    data,
    hash: '',
  });
  const stages = new StageTimes();
  stages.add([
    event('order.received', 0),
    event('order.accepted', 100),
    event('fulfillment.packed', 200, { fulfillmentId: 'a' }),
    event('fulfillment.packed', 210, { fulfillmentId: 'b' }),
    event('shipment.booked', 230, { fulfillmentId: 'b' }),
    event('shipment.booked', 260, { fulfillmentId: 'a' }),
  ]);
  expect(stages.summary()).toEqual([
    { stage: 'received to accepted', count: 1, p50Ms: 100, p95Ms: 100 },
    { stage: 'packed to labelled', count: 2, p50Ms: 20, p95Ms: 60 },
  ]);
});
