import { holdForAddress, linkToken } from '../../../src/books/orders/address-holds';
import { SYSTEM } from '../../../src/contracts/caller';
import type { PriceBreakdown } from '../../../src/contracts/pricing/quote';
import type { PriceBasis } from '../../../src/domain/pricing/price-snapshot';
import { withOwner } from '../../../src/embedded/postgres/databases';
import { placeOrderBody, testVault } from '../../support/mall';
import { publishPromotion } from '../../support/promotions';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
let tenth: string;
let coupon: string;
const UNTIL = new Date(Date.now() + 600_000);

beforeAll(async () => {
  api = await startApi();
  api.workflows.onStart = ({ orderId }) => api.transactions.run(SYSTEM, (tx) => holdForAddress(tx, orderId, UNTIL));
  await api.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('carrier')
      .set({ countries: ['AT', 'BR', 'DE'] })
      .execute(),
  );
  tenth = await publishPromotion(api.transactions, { kind: 'percentage', rate: 1_000, platformShare: 6_000 });
  await publishPromotion(api.transactions, { kind: 'free_shipping', atMost: 250 });
  coupon = await publishPromotion(api.transactions, {
    kind: 'fixed_amount',
    amount: 500,
    coupon: { code: 'ONCE' },
    limits: { total: 20, perCustomer: 20 },
    memberTiers: ['gold'],
  });
  await publishPromotion(api.transactions, {
    kind: 'percentage',
    rate: 9_000,
    limits: { total: 1 },
    minimum: { amount: 10_000_000 },
  });
}, 120_000);
afterAll(() => api.close());

const recipient = (country: string, postcode: string) => ({
  name: 'Recipient One',
  phone: '+49 30 90260',
  address: { country, city: country === 'AT' ? 'Wien' : 'Berlin', line1: 'Ring 1', postcode },
});
const TO_AUSTRIA = recipient('AT', '1010');
const reals = (amount: number) => ({ amount, currency: 'BRL' });

/** Places an order to Germany that is held, as its postcode lacks a digit. */
async function held(): Promise<{ id: string; price: PriceBreakdown }> {
  const { lamp, cup } = api.mall.skus;
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([], {
      lines: [
        { skuId: lamp.id, quantity: 2 },
        { skuId: cup.id, quantity: 3 },
      ],
      couponCodes: ['ONCE'],
      customer: { reference: 'corrected', memberTier: 'gold' },
      recipient: recipient('DE', '1011'),
    }),
  });
  const order = placed.json<{ id: string; status: string }>();
  expect(order.status).toBe('awaiting_address');
  return { id: order.id, price: await priceOf(order.id) };
}

const priceOf = async (id: string) =>
  (
    await api.app.inject({ url: `/v1/orders/${id}/price`, headers: reading(api.mall.keys.storefront) })
  ).json<PriceBreakdown>();
const correct = (id: string, payload: object) =>
  api.app.inject({
    method: 'PUT',
    url: `/v1/orders/${id}/recipient`,
    headers: posting(api.mall.keys.storefront),
    payload,
  });
const kept = (orderId: string) =>
  api.transactions.run(SYSTEM, async (tx) => ({
    prices: (
      await tx.selectFrom('order_price').select('number').where('orderId', '=', orderId).orderBy('number').execute()
    ).map(({ number }) => number),
    lines: await tx
      .selectFrom('order_line')
      .select(['taxRate', 'taxAmount'])
      .where('orderId', '=', orderId)
      .orderBy('number')
      .execute(),
    payments: await tx.selectFrom('payment').select('amount').where('orderId', '=', orderId).execute(),
    discounts: await tx
      .selectFrom('order_discount')
      .selectAll()
      .where('orderId', '=', orderId)
      .orderBy('promotionId')
      .orderBy('orderLineId')
      .execute(),
    uses: await tx.selectFrom('promotion_use').selectAll().where('orderId', '=', orderId).execute(),
    counter: await tx
      .selectFrom('promotion_counter')
      .select(['used', 'spent'])
      .where('promotionId', '=', coupon)
      .executeTakeFirst(),
  }));
/** Changes rows as the owner of the tables. Returns how many rows each statement changed. */
const asOwner = (...statements: readonly (readonly [string, ...unknown[]])[]): Promise<(number | null)[]> =>
  withOwner(api.database.ownerUrl, async (client) => {
    await client.query('begin');
    await client.query("select set_config('app.role', 'system', true)");
    const changed: (number | null)[] = [];
    for (const [text, ...values] of statements) changed.push((await client.query(text, values)).rowCount);
    await client.query('commit');
    return changed;
  });

/** Removes the tax from a price. */
const untaxed = ({ tax: _tax, lines, ...rest }: PriceBreakdown) => ({
  ...rest,
  lines: lines.map(({ tax: _own, ...line }) => line),
});

test("a correction to another country changes the tax to that country's, and no other cent", async () => {
  const { id, price } = await held();
  const before = await kept(id);
  expect(price.lines.map(({ tax }) => tax?.rate)).toEqual([1_900, 1_900]);
  expect((await correct(id, TO_AUSTRIA)).statusCode).toBe(202);

  const repriced = await priceOf(id);
  const paidByLine = repriced.lines.map(({ goods, shipping }) => [goods.amount, shipping.amount]);
  const sum = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0);
  // 20 % on top of the net price is a sixth of the gross price.
  const taxes = paidByLine.map((amounts) => sum(amounts.map((amount) => Math.round(amount / 6))));
  expect(repriced.lines.map(({ tax }) => tax)).toEqual(taxes.map((amount) => ({ rate: 2_000, amount: reals(amount) })));
  expect(repriced.tax).toEqual(reals(sum(taxes)));
  expect(untaxed(repriced)).toEqual(untaxed(price));
  expect(repriced.rules.map(({ promotionId }) => promotionId)).toEqual(expect.arrayContaining([tenth, coupon]));
  expect(await kept(id)).toEqual({
    ...before,
    prices: [1, 2],
    lines: taxes.map((taxAmount) => ({ taxRate: 2_000, taxAmount })),
  });
});

test('it is priced with the rules, prices and tariffs of its placement, whatever changed since', async () => {
  const { id, price } = await held();
  const { lamp } = api.mall.skus;
  await asOwner(
    [
      `insert into promotion_version ("promotionId", version, definition, "publishedAt", "publishedBy")
      select "promotionId", 2, definition || '{"rate":9000}', now(), 'test'
      from promotion_version where "promotionId" = $1`,
      tenth,
    ],
    ['update promotion set version = 2 where id = $1', tenth],
    ['update promotion set status = \'paused\', "totalLimit" = 1 where id = $1', coupon],
    ['insert into price ("skuId", "validFrom", amount) values ($1, now(), 1)', lamp.id],
    ['update merchant set "shippingBaseAmount" = 99999'],
  );
  expect((await correct(id, TO_AUSTRIA)).statusCode).toBe(202);
  const repriced = await priceOf(id);
  expect(untaxed(repriced)).toEqual(untaxed(price));
  expect(repriced.lines.map(({ tax }) => tax?.rate)).toEqual([2_000, 2_000]);
  await asOwner(
    ['update promotion set version = 1 where id = $1', tenth],
    ['update promotion set status = \'live\', "totalLimit" = 20 where id = $1', coupon],
    ['delete from price where "skuId" = $1 and amount = 1', lamp.id],
    ['update merchant set "shippingBaseAmount" = 500'],
  );
});

test('within its country an order is not priced again; where no tax is known, none is shown', async () => {
  const [same, other] = [await held(), await held()];
  expect((await correct(same.id, recipient('DE', '10117'))).statusCode).toBe(202);
  expect([await priceOf(same.id), (await kept(same.id)).prices]).toEqual([same.price, [1]]);
  const toBrazil = {
    name: 'Recipient One',
    phone: '+55 11 91234-5678',
    address: { country: 'BR', region: 'SP', city: 'São Paulo', line1: 'Rua Augusta 100', postcode: '01305-000' },
  };
  const byLink = await api.app.inject({
    method: 'POST',
    url: `/v1/address-fixes/${linkToken(testVault(), other.id, UNTIL)}`,
    headers: { 'content-type': 'application/json' },
    payload: toBrazil,
  });
  expect(byLink.statusCode).toBe(202);
  expect(await priceOf(other.id)).toEqual({
    ...untaxed(other.price),
    tax: null,
    lines: untaxed(other.price).lines.map((line) => ({ ...line, tax: null })),
  });
  expect((await kept(other.id)).lines).toEqual([
    { taxRate: null, taxAmount: null },
    { taxRate: null, taxAmount: null },
  ]);
});

test.each([
  ['another total', { lamp: { unitAmount: 1 } }, false],
  // One kilogram less of lamps (2.00 each) and two more of cups (1.00 each): shipping costs the same in total, and goes
  // to other merchants.
  ['another division of the same total', { lamp: { weightG: 1 }, cup: { weightG: 1_299 } }, true],
])(
  'a correction that would make %s is refused with both prices, and the order stays on hold',
  async (_what, change: Partial<Record<'lamp' | 'cup', object>>, sameTotal) => {
    const { id, price } = await held();
    // The price snapshot is changed by hand: today's tariffs ignore the destination, so no address changes the price.
    const { basis } = await api.transactions.run(SYSTEM, (tx) =>
      tx.selectFrom('order_price').select('basis').where('orderId', '=', id).executeTakeFirstOrThrow(),
    );
    const { goods = [] } = basis as PriceBasis;
    const changedGoods = goods.map((item) => ({
      ...item,
      ...(item.skuId === api.mall.skus.lamp.id ? change.lamp : change.cup),
    }));
    expect(
      await asOwner([
        'update order_price set basis = jsonb_set(basis, \'{goods}\', $2) where "orderId" = $1',
        id,
        JSON.stringify(changedGoods),
      ]),
    ).toEqual([1]);
    const refused = await correct(id, TO_AUSTRIA);
    expect(refused.json()).toMatchObject({
      status: 409,
      code: 'price_changed',
      errors: [{ pointer: '/address/country' }],
      seen: { total: price.total },
    });
    expect(refused.json<{ ours: PriceBreakdown }>().ours.total.amount === price.total.amount).toBe(sameTotal);
    expect(
      (await api.app.inject({ url: `/v1/orders/${id}`, headers: reading(api.mall.keys.storefront) })).json(),
    ).toMatchObject({ status: 'awaiting_address' });
    expect((await kept(id)).prices).toEqual([1]);
  },
);

test('an order without a full price snapshot is corrected at its present price', async () => {
  const { id, price } = await held();
  await asOwner(["update order_price set basis = basis - 'goods' - 'rules' where \"orderId\" = $1", id]);
  expect((await correct(id, TO_AUSTRIA)).statusCode).toBe(202);
  expect(await priceOf(id)).toEqual(price);
});
