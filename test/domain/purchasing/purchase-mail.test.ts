import {
  writePurchaseMail,
  writePurchaseReminder,
  type OnlineOutcome,
  type PurchaseOrder,
} from '../../../src/domain/purchasing/purchase-mail';

const ORDER: PurchaseOrder = {
  number: 'rpl_1',
  supplierCode: 'maker',
  skuCode: 'CUP',
  quantity: 49,
  shipTo: { code: 'SP1', country: 'BR', city: 'São Paulo', postcode: '01000-000' },
};
const LINES = [
  'Purchase order: rpl_1',
  'Supplier: maker',
  'Article: CUP',
  'Quantity: 49',
  'Deliver to: warehouse SP1, 01000-000 São Paulo, BR',
];

test('a purchase order names its number, article, quantity and warehouse, and no online attempt', () => {
  const { subject, text } = writePurchaseMail(ORDER, 'not_sent');
  expect(subject).toBe('Purchase order rpl_1');
  expect(text.split('\n')).toEqual(expect.arrayContaining(LINES));
  expect(text).not.toMatch(/online/);
});

test.each<[OnlineOutcome, RegExp]>([
  ['unknown', /could not find out whether it arrived/],
  ['not_received', /could not take this order online/],
])('one that was sent online before (%s) says that it is one order', (online, says) => {
  const { text } = writePurchaseMail(ORDER, online);
  expect(text).toMatch(says);
  expect(text).toMatch(/under the same number.* one order: please do not deliver twice/i);
});

test('a reminder names its number and says that it is no other order', () => {
  const { subject, text } = writePurchaseReminder(ORDER, 2);
  expect(subject).toBe('Reminder 2: purchase order rpl_1');
  expect(text.split('\n')).toEqual(expect.arrayContaining(LINES));
  expect(text).toMatch(/not another one/);
});
