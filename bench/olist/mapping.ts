import type { z } from 'zod';
import type { PlaceOrder } from '../../src/contracts/orders/place-order';
import type { NewMerchant } from '../../src/books/catalogue/import-merchants';
import type { NewSku } from '../../src/books/catalogue/import-skus';
import { sumOf } from '../../src/domain/money';
import type { Dataset, OlistItem, OlistOrder } from './dataset';
import { isUnpaid, type Goal } from './goals';
import { groupBy } from './group-by';
import type { Row } from './tables';

/** Is the mall's commission, which the dataset does not contain. */
const COMMISSION_BP = 1_000;
/** Replaces the measures of products whose own are blank or zero. */
export const DEFAULT_MEASURES = { weightG: 500, lengthMm: 200, widthMm: 150, heightMm: 100 } as const;
/** Is the zone of the dataset's times: that of São Paulo, without summer time. */
const ZONE = '-03:00';

/** Returns the merchant code of a seller of the dataset. */
export const merchantCode = (sellerId: string): string => `olist-${sellerId}`;

/** Lists the regions of the country, each with its warehouse. */
const REGIONS = {
  'olist-southeast': { name: 'Southeast', city: 'São Paulo', postcode: '01000-000', states: ['SP', 'RJ', 'MG', 'ES'] },
  'olist-south': { name: 'South', city: 'Curitiba', postcode: '80000-000', states: ['PR', 'SC', 'RS'] },
  'olist-central-west': {
    name: 'Central-West',
    city: 'Brasília',
    postcode: '70000-000',
    states: ['DF', 'GO', 'MT', 'MS'],
  },
  'olist-northeast': {
    name: 'Northeast',
    city: 'Recife',
    postcode: '50000-000',
    states: ['BA', 'SE', 'AL', 'PE', 'PB', 'RN', 'CE', 'PI', 'MA'],
  },
  'olist-north': {
    name: 'North',
    city: 'Manaus',
    postcode: '69000-000',
    states: ['AM', 'PA', 'AC', 'RO', 'RR', 'AP', 'TO'],
  },
} as const;

/** Lists the warehouses, one for each region. */
export const WAREHOUSES = Object.entries(REGIONS).map(([code, { name, city, postcode }]) => ({
  code,
  name: `${name} warehouse`,
  country: 'BR',
  city,
  postcode,
}));

/** Returns the warehouse of a seller's goods, by the seller's state. Throws for a state that Brazil does not have. */
export function warehouseOf(state: string): string {
  const found = Object.entries(REGIONS).find(([, { states }]) => (states as readonly string[]).includes(state));
  if (!found) throw new Error(`The dataset contains a seller in "${state}", which is no state of Brazil.`);
  return found[0];
}

/** Maps sellers to merchants. A merchant's shipping price is the mean freight of its fulfillments. */
export function merchantsOf({ orders, sellers }: Dataset): NewMerchant[] {
  const fulfillments = orders.flatMap((order) =>
    [...groupBy(order.items, (item) => item.sellerId)].map(([sellerId, items]) => ({
      sellerId,
      freight: sumOf(items, (item) => item.freight),
    })),
  );
  const ofSeller = groupBy(fulfillments, ({ sellerId }) => sellerId);
  return [...sellers.keys()].map((sellerId) => {
    const own = ofSeller.get(sellerId) ?? [];
    return {
      code: merchantCode(sellerId),
      name: `Seller ${sellerId.slice(0, 8)}`,
      currency: 'BRL',
      commissionBp: COMMISSION_BP,
      shippingBaseAmount: own.length === 0 ? 0 : Math.round(sumOf(own, ({ freight }) => freight) / own.length),
      shippingPerKgAmount: 0,
    };
  });
}

/** Describes a product of one seller, with the quantity that the orders buy. */
export interface SoldProduct {
  readonly productId: string;
  readonly sellerId: string;
  readonly quantity: number;
  readonly prices: NewSku['prices'];
}

/** Collects the sold products by seller and product. A price begins with the first order that paid it. */
export function soldProducts({ orders }: Dataset): SoldProduct[] {
  const sales = orders.flatMap((order) => order.items.map((item) => ({ ...item, at: order.purchasedAt })));
  return [...groupBy(sales, (sale) => skuKey(sale))].map(([, own]) => {
    const changes = own.filter((sale, i) => sale.price !== own[i - 1]?.price);
    const { productId, sellerId } = own[0] as (typeof own)[number];
    // Two orders of the same second may have paid different prices; the database keeps one, that of the later order.
    const prices = new Map(
      changes.map((sale) => [
        sale.at,
        { validFrom: new Date(`${sale.at.replace(' ', 'T')}${ZONE}`), amount: Math.max(1, sale.price) },
      ]),
    );
    return { productId, sellerId, quantity: sumOf(own, (sale) => sale.quantity), prices: [...prices.values()] };
  });
}

/** Builds the key of a product of one seller, which becomes one SKU. */
export const skuKey = ({ sellerId, productId }: Pick<OlistItem, 'sellerId' | 'productId'>): string =>
  `${sellerId}/${productId}`;

/** Maps a product to a SKU of a merchant. */
export function skuOf(sold: SoldProduct, { products, categories }: Dataset, merchantId: string): NewSku {
  const product = products.get(sold.productId);
  const category = product ? (categories.get(product.product_category_name) ?? product.product_category_name) : '';
  const words = category.replaceAll('_', ' ') || 'goods';
  return {
    merchantId,
    code: sold.productId,
    supplierId: null,
    title: `${words} ${sold.productId.slice(0, 6)}`,
    category: words,
    ...measuresOf(product),
    fragile: false,
    expires: false,
    prices: sold.prices,
  };
}

function measuresOf(product: Row<'products'> | undefined) {
  const whole = (value: number | null | undefined, scale: number, fallback: number) =>
    value ? Math.max(1, Math.round(value * scale)) : fallback;
  return {
    weightG: whole(product?.product_weight_g, 1, DEFAULT_MEASURES.weightG),
    lengthMm: whole(product?.product_length_cm, 10, DEFAULT_MEASURES.lengthMm),
    widthMm: whole(product?.product_width_cm, 10, DEFAULT_MEASURES.widthMm),
    heightMm: whole(product?.product_height_cm, 10, DEFAULT_MEASURES.heightMm),
  };
}

/** Maps the dataset's payment types to payment methods. */
const METHODS: Readonly<Record<string, 'card' | 'wallet' | 'qr'>> = {
  credit_card: 'card',
  debit_card: 'card',
  boleto: 'qr',
  voucher: 'wallet',
};

/** Maps an order to the request of its storefront. Its payments become one, with the method of the largest. */
export function placeOrderOf(
  order: OlistOrder,
  goal: Goal,
  skuIds: ReadonlyMap<string, string>,
): z.input<typeof PlaceOrder> {
  const { customer } = order;
  const mark = customer.id.slice(0, 4);
  const largest = order.payments.reduce(
    (most, payment) => (payment.amount > most.amount ? payment : most),
    order.payments[0] ?? { type: '', amount: 0 },
  );
  return {
    reference: order.id,
    customer: { reference: customer.id },
    currency: 'BRL',
    lines: order.items.map((item) => ({ skuId: skuIds.get(skuKey(item)) ?? '', quantity: item.quantity })),
    recipient: {
      name: `Recipient ${mark}`,
      phone: '+55 11 91234-5678',
      address: {
        country: 'BR',
        region: customer.state,
        city: customer.city,
        line1: `Rua ${mark}, 1`,
        postcode: `${customer.postcodePrefix}-000`,
      },
    },
    payment: { method: METHODS[largest.type] ?? 'card', token: isUnpaid(goal) ? 'tok_redirect' : 'tok_ok' },
  };
}
