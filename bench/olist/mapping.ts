import type { z } from 'zod';
import type { PlaceOrder } from '../../src/contracts/orders/place-order';
import type { NewMerchant } from '../../src/books/catalogue/merchants';
import type { NewSku } from '../../src/books/catalogue/skus';
import { sumOf } from '../../src/domain/money';
import type { Dataset, OlistItem, OlistOrder } from './dataset';
import { isUnpaid, type Goal } from './goals';
import { groupBy } from './group-by';
import type { Row } from './tables';

/** The dataset does not tell what the marketplace takes. */
const COMMISSION_BP = 1_000;
/** For products whose measures are blank or zero. */
export const DEFAULT_MEASURES = { weightG: 500, lengthMm: 200, widthMm: 150, heightMm: 100 } as const;
/** The dataset's times are local, those of São Paulo without its summer time. */
const ZONE = '-03:00';

export const merchantCode = (sellerId: string): string => `olist-${sellerId}`;

/** The warehouse that serves each region of the country. */
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

/** The warehouses, one per region. */
export const WAREHOUSES = Object.entries(REGIONS).map(([code, { name, city, postcode }]) => ({
  code,
  name: `${name} warehouse`,
  country: 'BR',
  city,
  postcode,
}));

/** Finds the warehouse that a seller's goods lie in: its region's. Throws for a state that Brazil does not have. */
export function warehouseOf(state: string): string {
  const found = Object.entries(REGIONS).find(([, { states }]) => (states as readonly string[]).includes(state));
  if (!found) throw new Error(`The dataset holds a seller in "${state}", which is no state of Brazil.`);
  return found[0];
}

/**
 * Maps sellers to merchants. What a merchant charges for delivery is the mean freight of its parts of the orders given.
 */
export function merchantsOf({ orders, sellers }: Dataset): NewMerchant[] {
  const parts = orders.flatMap((order) =>
    [...groupBy(order.items, (item) => item.sellerId)].map(([sellerId, items]) => ({
      sellerId,
      freight: sumOf(items, (item) => item.freight),
    })),
  );
  const ofSeller = groupBy(parts, (part) => part.sellerId);
  return [...sellers.keys()].map((sellerId) => {
    const own = ofSeller.get(sellerId) ?? [];
    return {
      code: merchantCode(sellerId),
      name: `Seller ${sellerId.slice(0, 8)}`,
      currency: 'BRL',
      commissionBp: COMMISSION_BP,
      shippingBaseAmount: own.length === 0 ? 0 : Math.round(sumOf(own, (part) => part.freight) / own.length),
      shippingPerKgAmount: 0,
    };
  });
}

/** A product as one seller sells it, with what its orders take of it. */
export interface SoldProduct {
  readonly productId: string;
  readonly sellerId: string;
  readonly quantity: number;
  readonly prices: NewSku['prices'];
}

/**
 * Collects what the orders buy, by seller and product. A price is dated by the first order that paid it after another
 * one.
 */
export function soldProducts({ orders }: Dataset): SoldProduct[] {
  const sales = orders.flatMap((order) => order.items.map((item) => ({ ...item, at: order.purchasedAt })));
  return [...groupBy(sales, (sale) => skuKey(sale))].map(([, own]) => {
    const changes = own.filter((sale, i) => sale.price !== own[i - 1]?.price);
    const { productId, sellerId } = own[0] as (typeof own)[number];
    // Two orders of one second may have paid differently; the database keeps one price per instant, the later one's.
    const prices = new Map(
      changes.map((sale) => [
        sale.at,
        { validFrom: new Date(`${sale.at.replace(' ', 'T')}${ZONE}`), amount: Math.max(1, sale.price) },
      ]),
    );
    return { productId, sellerId, quantity: sumOf(own, (sale) => sale.quantity), prices: [...prices.values()] };
  });
}

/** Names what becomes one SKU: a product of one seller. */
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

/** How each way to pay is told to the gateway. */
const METHODS: Readonly<Record<string, 'card' | 'wallet' | 'qr'>> = {
  credit_card: 'card',
  debit_card: 'card',
  boleto: 'qr',
  voucher: 'wallet',
};

/** Maps an order to what its storefront would send. Its payments become one, by the way that paid the most. */
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
