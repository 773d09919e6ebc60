import { refuse } from '../../../src/contracts/errors';
import {
  decideDraft,
  refusalOfCart,
  type CheckedCart,
  type DraftDecision,
  type DraftFacts,
  type KeyState,
} from '../../../src/domain/orders/decide-draft';

const PRICE = { goods: 12_000 };
const RECIPIENT = { name: '王芳', phone: '138 0013 8000', address: { country: 'CN', line1: '长宁路1号' } };
const NORMALIZED = { ...RECIPIENT, phone: '+8613800138000' };
const FINDINGS = [{ pointer: '/address/postcode', code: 'missing', detail: 'It is missing' }] as const;
const SHORTAGES = [{ skuId: 'sku_1', requested: 3, available: 1 }];

const PRICED: CheckedCart<typeof PRICE> = { price: PRICE, shortages: [] };
const UNKNOWN_SKU: CheckedCart<typeof PRICE> = { price: refuse('unknown_sku'), shortages: [] };
const SHORT: CheckedCart<typeof PRICE> = { price: PRICE, shortages: SHORTAGES };

const CLAIMED: KeyState = { state: 'claimed' };
const UNUSED: KeyState = { state: 'unused' };
const REPEATED: KeyState = { state: 'repeated', orderId: 'ord_first' };
const IN_FLIGHT: KeyState = { state: 'refused', refusal: refuse('idempotency_in_flight') };

const OUT_OF_STOCK = refuse('out_of_stock', { extensions: { shortages: SHORTAGES } });
const PLACED = { decision: 'place', price: PRICE, recipient: NORMALIZED, findings: [] } as const;
const FIRST_ORDER = { decision: 'replay', orderId: 'ord_first' } as const;
const refused = (refusal = refuse('unknown_sku'), unmetDemand: typeof SHORTAGES = []) =>
  ({ decision: 'refuse', refusal, unmetDemand }) as const;

const decide = (facts: Pick<DraftFacts<typeof PRICE>, 'cart' | 'key'>) =>
  decideDraft({
    ...facts,
    recipient: RECIPIENT,
    address: { verdict: 'good', rules: 'country', recipient: NORMALIZED },
  });

test.each<[string, CheckedCart<typeof PRICE>, KeyState, DraftDecision<typeof PRICE>]>([
  ['a cart with a price and a new key is placed', PRICED, CLAIMED, PLACED],
  ['a cart without a price is refused', UNKNOWN_SKU, UNUSED, refused()],
  ['a cart without a price is refused with a claimed key, too', UNKNOWN_SKU, CLAIMED, refused()],
  ['a shortage is refused and recorded as demand', SHORT, UNUSED, refused(OUT_OF_STOCK, SHORTAGES)],
  ['a claimed key leaves a shortage to the workflow', SHORT, CLAIMED, PLACED],
  ['a repetition gets the first order', PRICED, REPEATED, FIRST_ORDER],
  ['a repetition gets the first order whatever prices are now', UNKNOWN_SKU, REPEATED, FIRST_ORDER],
  ['a repetition gets the first order whatever stock is now', SHORT, REPEATED, FIRST_ORDER],
  ['a request in flight refuses its repetition', PRICED, IN_FLIGHT, refused(refuse('idempotency_in_flight'))],
  ['a request in flight comes before a shortage', SHORT, IN_FLIGHT, refused(refuse('idempotency_in_flight'))],
])('%s', (_fact, cart, key, decision) => {
  expect(decide({ cart, key })).toEqual(decision);
});

test('an address that cannot be delivered to is placed as it came, with its findings', () => {
  const address = { verdict: 'held', rules: 'country', mendable: false, findings: FINDINGS } as const;
  expect(decideDraft({ cart: PRICED, key: CLAIMED, recipient: RECIPIENT, address })).toEqual({
    decision: 'place',
    price: PRICE,
    recipient: RECIPIENT,
    findings: FINDINGS,
  });
});

test.each([
  ['without a price', UNKNOWN_SKU, refuse('unknown_sku')],
  ['with a shortage', SHORT, OUT_OF_STOCK],
  ['with price and stock', PRICED, undefined],
])('a cart %s is refused as expected', (_what, cart, refusal) => {
  expect(refusalOfCart(cart)).toEqual(refusal);
});
