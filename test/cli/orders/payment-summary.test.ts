import { summarizePayments } from '../../../src/cli/orders/payment-summary';
import { showAmount } from '../../../src/cli/show-amount';
import type { OrderResource } from '../../../src/contracts/orders/order';

const money = (amount: number) => ({ amount, currency: 'CNY' as const });
const order = (
  fulfillments: readonly [OrderResource['fulfillments'][number]['status'], number][],
  paid: { authorized: number; captured: number; voided: number; refunded: number },
): OrderResource => ({
  id: 'ord_1',
  reference: null,
  status: 'completed',
  stage: 'closed',
  urgency: 'standard',
  gift: false,
  requestedDate: null,
  attention: null,
  goods: money(300),
  shipping: money(0),
  total: money(300),
  discount: money(0),
  lines: [],
  nextAction: null,
  addressFix: null,
  payUntil: null,
  recipient: null,
  giftMessage: null,
  fapiao: null,
  placedAt: '',
  updatedAt: '',
  closedAt: '',
  payments: [
    {
      id: 'pay_1',
      status: 'settled',
      method: 'card',
      amount: money(300),
      declineCode: null,
      nextAction: null,
      authorized: money(paid.authorized),
      captured: money(paid.captured),
      voided: money(paid.voided),
      refunded: money(paid.refunded),
    },
  ],
  backorder: null,
  fulfillments: fulfillments.map(([status, amount], i) => ({
    id: `ful_${i}`,
    merchantId: 'mer_1',
    warehouseId: 'whs_1',
    status,
    lines: [],
    total: money(amount),
    shipment: null,
  })),
});

test.each([
  [
    'all delivered',
    order(
      [
        ['delivered', 100],
        ['delivered', 200],
      ],
      { authorized: 300, captured: 300, voided: 0, refunded: 0 },
    ),
    [],
  ],
  [
    'one came back',
    order(
      [
        ['delivered', 100],
        ['returned', 200],
      ],
      { authorized: 300, captured: 300, voided: 0, refunded: 200 },
    ),
    [],
  ],
  ['cancelled', order([['cancelled', 300]], { authorized: 300, captured: 0, voided: 300, refunded: 0 }), []],
  [
    'money left open',
    order([['delivered', 300]], { authorized: 300, captured: 200, voided: 0, refunded: 0 }),
    [/authorized is not/, /captured is not/],
  ],
  [
    'a return without its refund',
    order([['returned', 300]], { authorized: 300, captured: 300, voided: 0, refunded: 0 }),
    [/refunded is not/],
  ],
])('%s', (_what, ended, faults) => {
  expect(summarizePayments(ended).faults).toEqual(faults.map((fault) => expect.stringMatching(fault) as string));
});

test('amounts are shown with the digits of their currency', () => {
  expect([showAmount(12345, 'CNY'), showAmount(5, 'BRL'), showAmount(12345, 'JPY')]).toEqual([
    '123.45 CNY',
    '0.05 BRL',
    '12345 JPY',
  ]);
});
