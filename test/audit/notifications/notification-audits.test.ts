import { beginOperation, finishOperation, type OperationName } from '../../../src/books/operations';
import { notificationAudits } from '../../../src/audit/notifications/notification-audits';
import type { JournalReading } from '../../../src/audit/journal';
import type { NotificationChannel } from '../../../src/contracts/addresses/address-findings';
import { SYSTEM } from '../../../src/contracts/caller';
import type { NotificationJournalEntry } from '../../../src/providers/notifications/notification-provider';
import { placeOrderBody } from '../../support/mall';
import { posting, startApi, type TestApi } from '../../http/api';

let api: TestApi;
let orderId: string;
const key = (channel: string, number: number) => `${orderId}:notify_${channel}:${number}`;
const noticeOf = (channel: NotificationChannel): OperationName => ({
  subjectType: 'order',
  subjectId: orderId,
  kind: `notify_${channel}`,
  number: 1,
});

beforeAll(async () => {
  api = await startApi();
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([api.mall.skus.cup]),
  });
  orderId = placed.json<{ id: string }>().id;
  await api.transactions.run(SYSTEM, async (tx) => {
    for (const [channel, status] of [
      ['sms', 'succeeded'],
      ['email', 'refused'],
    ] as const) {
      await beginOperation(tx, { ...noticeOf(channel), provider: channel, orderId, request: { channel } });
      await finishOperation(tx, noticeOf(channel), status, {});
    }
  });
}, 120_000);
afterAll(() => api.close());

const audited = (entries: readonly (readonly [key: string, times: number])[]) => {
  const byKey = new Map(
    entries.map(([name, times]) => [
      name,
      Array.from({ length: times }, (): NotificationJournalEntry => ({ key: name, channel: 'sms', reference: 'r' })),
    ]),
  );
  const reading: JournalReading<NotificationJournalEntry> = { begun: new Date(Date.now() + 1_000), byKey };
  return api.transactions.snapshot(SYSTEM, async (tx) => {
    const [missing, unknown] = notificationAudits(tx, Promise.resolve(reading));
    return [await missing?.check(), await unknown?.check()].map((found) =>
      found?.findings.map(({ subject, actual }) => [subject, actual]),
    );
  });
};

test('is true when each message went out once', async () => {
  expect(await audited([[key('sms', 1), 1]])).toEqual([[], []]);
});

test('names an SMS that was never sent, one sent twice, and messages that the books lack or refused', async () => {
  expect(await audited([])).toEqual([[[key('sms', 1), '0 in the journal']], []]);
  expect(await audited([[key('sms', 1), 2]])).toEqual([[[key('sms', 1), '2 in the journal']], []]);
  expect(
    await audited([
      [key('sms', 1), 1],
      [key('email', 1), 1],
      ['other:notify_sms:1', 1],
    ]),
  ).toEqual([
    [],
    [
      [key('email', 1), '1 in the journal'],
      ['other:notify_sms:1', '1 in the journal'],
    ],
  ]);
});
