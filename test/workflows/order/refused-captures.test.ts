import type { ActivityDeps, FulfillmentRef } from '../../../activities/deps';
import { captureFulfillment } from '../../../activities/payments/capture-void-refund';
import { endRefusedAttempt } from '../../../activities/payments/move-attempts';
import type { Transactions } from '../../../src/books/transactions';
import { SYSTEM } from '../../../src/contracts/caller';
import { ProviderUnavailable } from '../../../src/providers/unavailable';
import { until } from '../../sandboxes/sandboxes';
import { lateTry } from '../../support/cut-off';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

const suite = startSuite();
const SUPPORT = callerFor('support');

/** Changes the currency of an order's payment in our books: the gateway refuses moves in another currency. */
const inCurrency = (orderId: string, currency: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('payment').set({ currency }).where('orderId', '=', orderId).execute(),
  );

/** Lists the attempts to move an order's money, with the gateway's reasons of refusal. */
async function triesOf(orderId: string): Promise<string[]> {
  const rows = await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('operation')
      .select(['kind', 'number', 'status', 'result'])
      .where('orderId', '=', orderId)
      .where('kind', 'in', ['capture', 'void', 'refund'])
      .orderBy('startedAt')
      .execute(),
  );
  return rows.map(({ kind, number, status, result }) =>
    [kind, number, status, (result as { reason?: string } | null)?.reason].filter(Boolean).join(' '),
  );
}

/** Waits until a step of an order has failed for good and needs a person. */
const untilFailed = (orderId: string): Promise<void> => suite.people.untilAttention(orderId, 'needs_operator');

const retry = (orderId: string) =>
  suite.interventions.intervene(SUPPORT, intent(), orderId, 'retryNow', { reason: 'cause_removed' });

const packed = async (): Promise<string> => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.people.pack(id);
  return id;
};

const handOver = async (orderId: string): Promise<void> => {
  for (const { id } of (await suite.people.read(orderId)).fulfillments)
    granted(await suite.world.shipments.handOver(callerFor('platform'), intent(), id));
};

test('a refused capture fails for good; each retry of staff is a new attempt with its own number', async () => {
  const id = await packed();
  await inCurrency(id, 'USD');
  await handOver(id);
  await untilFailed(id);
  expect(await triesOf(id)).toEqual(['capture 1 refused currency_mismatch']);
  granted(await retry(id));
  await until(async () => (await triesOf(id)).length === 2);
  await untilFailed(id);
  expect(await triesOf(id)).toEqual(['capture 1 refused currency_mismatch', 'capture 2 refused currency_mismatch']);

  await inCurrency(id, 'BRL');
  // Only a retry of staff makes a new attempt: running the step again otherwise repeats the refusal.
  const [fulfillment] = (await suite.people.read(id)).fulfillments;
  await expect(
    lateTry(suite.world.activities.capturePayment, { orderId: id, fulfillmentId: fulfillment?.id ?? '' }),
  ).rejects.toMatchObject({ type: 'provider_refused', nonRetryable: true });
  granted(await retry(id));
  await suite.people.untilStatus(id, 'shipped');
  expect(await triesOf(id)).toEqual([
    'capture 1 refused currency_mismatch',
    'capture 2 refused currency_mismatch',
    'capture 3 succeeded',
  ]);
  await until(async () => (await suite.people.read(id)).attention === null);
}, 90_000);

test('a capture of a later attempt is refunded, with its commission, by a later attempt too', async () => {
  const id = await packed();
  await inCurrency(id, 'USD');
  await handOver(id);
  await untilFailed(id);
  await inCurrency(id, 'BRL');
  granted(await retry(id));
  await suite.people.untilStatus(id, 'shipped');
  await inCurrency(id, 'USD');
  await suite.people.scan(id, 'out_for_delivery', 'refused', 'returned');
  await untilFailed(id);
  await inCurrency(id, 'BRL');
  granted(await retry(id));
  const { payments, total } = await suite.people.untilStatus(id, 'returned');
  expect(payments).toMatchObject([{ captured: total, refunded: total }]);
  expect(await triesOf(id)).toEqual([
    'capture 1 refused currency_mismatch',
    'capture 2 succeeded',
    'refund 1 refused currency_mismatch',
    'refund 2 succeeded',
  ]);
  const commission = await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('ledger_entry as e')
      .innerJoin('ledger_transaction as t', 't.id', 'e.transactionId')
      .select(['t.kind', 'e.amount'])
      .where('t.orderId', '=', id)
      .where('e.account', '=', 'mall.commission')
      .orderBy('t.at')
      .execute(),
  );
  expect(commission.map(({ kind }) => kind)).toEqual(['capture', 'refund']);
  expect(commission.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
}, 90_000);

test('a refused void makes a cancellation wait until staff retry it', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await inCurrency(id, 'USD');
  const cancelled = suite.world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' });
  await untilFailed(id);
  await inCurrency(id, 'BRL');
  granted(await retry(id));
  expect(granted(await cancelled).body).toMatchObject({ status: 'cancelled', payments: [{ status: 'settled' }] });
  expect(await triesOf(id)).toEqual(['void 1 refused currency_mismatch', 'void 2 succeeded']);
}, 90_000);

test('an attempt that was refused by another meanwhile does not pass for done', async () => {
  const id = await packed();
  await suite.world.stopWorkers();
  await handOver(id);
  const ref = { orderId: id, fulfillmentId: (await suite.people.read(id)).fulfillments[0]?.id ?? '' };
  await suite.world.gateway.fault({ mode: 'down', times: 1, operation: 'capture' });
  await expect(lateTry(suite.world.activities.capturePayment, ref)).rejects.toThrow(ProviderUnavailable);
  const firstCapture = {
    subjectType: 'fulfillment',
    subjectId: ref.fulfillmentId,
    kind: 'capture',
    number: 1,
  } as const;
  // Between the choice of its key and its first write, another attempt that had timed out is refused.
  let ran = 0;
  const raced = Object.create(suite.world.transactions, {
    run: {
      value: async (...[caller, work]: Parameters<Transactions['run']>) => {
        ran += 1;
        if (ran === 2)
          await suite.world.transactions.run(SYSTEM, (tx) => endRefusedAttempt(tx, id, firstCapture, 'raced'));
        return suite.world.transactions.run(caller, work);
      },
    },
  }) as Transactions;
  const { payments } = suite.world;
  await expect(
    lateTry(
      (at: FulfillmentRef) => captureFulfillment({ transactions: raced, payments } as unknown as ActivityDeps, at),
      ref,
    ),
  ).rejects.toMatchObject({ type: 'provider_refused' });
  await suite.world.startWorkers();
  await untilFailed(id);
  granted(await retry(id));
  await suite.people.untilStatus(id, 'shipped');
  expect(await triesOf(id)).toEqual(['capture 1 refused raced', 'capture 2 succeeded']);
}, 90_000);

test('every audit is true afterwards', async () => {
  expect(await falseAudits(suite.world)).toEqual([]);
}, 60_000);
