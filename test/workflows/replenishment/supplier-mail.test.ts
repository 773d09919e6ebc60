import { MockActivityEnvironment } from '@temporalio/testing';
import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { contentOf } from '../../support/held-orders';
import { callerFor, granted, intent } from '../../support/people';
import { type Shelf } from '../../support/stocked-shelves';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

const SUPPORT = callerFor('support');
/** PENDING_ACTIVITY_STATE_STARTED: an attempt is under way. */
const STARTED = 2;
const EMAIL = 'orders@maker.example';
const suite = startSuite({
  replenishment: { remindAfterSeconds: 1, reminders: 2, patienceSeconds: 1 },
  faultsIn: ['supplier', 'notifier'],
});

const mailOf = async (key: string) => {
  const { to, text } = await contentOf(suite.world, key);
  // Quoted-printable folds long lines.
  return { to, text: text.replace(/=\r?\n/g, '') };
};
/** Lists the activities of a shelf's replenishment that are not over; with `state`, those in that state. */
const pendingCalls = async (shelf: Shelf, state?: number) => {
  const { raw } = await suite.shelves.workflowOf(shelf).describe();
  return (raw.pendingActivities ?? [])
    .filter((activity) => state === undefined || Number(activity.state) === state)
    .map(({ activityType }) => activityType?.name);
};
const record = (id: string, quantity: number, caller = SUPPORT) =>
  suite.world.replenishments.answer(caller, intent(), id, { quantity, expectedOn: '2099-01-31', reference: 'AB-1' });
const answered = async (shelf: Shelf, id: string) => {
  expect(granted(await record(id, 49)).body).toMatchObject({
    status: 'confirmed',
    confirmed: 49,
    expectedOn: '2099-01-31',
    answeredBy: 'support:test',
  });
  await suite.shelves.receive(shelf, 49);
  await suite.shelves.untilEnded(shelf);
  expect(await suite.shelves.followUps(id)).toEqual([]);
};

test('a supplier without online orders gets one mail and its reminders, and a person records its answer', async () => {
  const shelf = await suite.shelves.watched(10, { online: false, email: EMAIL });
  const id = await suite.shelves.deplete(shelf);
  expect(await record(id, 49)).toMatchObject({ refused: 'answer_not_awaited' });
  expect(await suite.shelves.untilStatus(shelf, 'requested')).toMatchObject({ sentBy: 'email', answeredBy: null });
  const { to, text } = await mailOf(`${id}:purchase_email:1`);
  expect(to).toBe(EMAIL);
  expect(text).toMatch(/^reply-to: purchasing@mall\.example/im);
  expect(text).toContain(`Purchase order: ${id}`);
  expect(text).toContain('Quantity: 49');
  expect(text).not.toContain('online');
  expect(await suite.shelves.followUps(id)).toEqual(['supplier_mailed']);
  await suite.shelves.untilFollowUp(id, 'supplier_silent');
  expect(await suite.shelves.mailsOf(id)).toEqual(['purchase_email:1', 'remind_email:1', 'remind_email:2']);
  expect((await mailOf(`${id}:remind_email:2`)).text).toContain('not another one');
  await answered(shelf, id);
  expect(await record(id, 49)).toMatchObject({ refused: 'answer_not_awaited' });
  expect(await suite.shelves.purchasesOf(id)).toEqual([]);
}, 60_000);

test('a supplier that is unavailable for too long gets a mail; it is not asked online again', async () => {
  const shelf = await suite.shelves.watched(10, { email: EMAIL });
  await suite.world.supplier.fault({ mode: 'down', times: 1_000 });
  const id = await suite.shelves.deplete(shelf);
  await suite.shelves.untilStatus(shelf, 'requested');
  expect(await pendingCalls(shelf)).not.toContain('requestPurchase');
  const { text } = await mailOf(`${id}:purchase_email:1`);
  expect(text).toContain('could not find out whether it arrived');
  expect(await suite.shelves.operation(`${id}:purchase:1`)).toEqual({
    status: 'refused',
    result: { reason: 'sent_by_mail', fate: 'unknown' },
  });
  await suite.world.supplier.call('DELETE', '/sandbox/faults');
  await until(async () => (await suite.shelves.mailsOf(id)).includes('remind_email:2'), 20_000);
  expect(await suite.shelves.purchasesOf(id)).toEqual([]);
  await answered(shelf, id);
}, 60_000);

test('a webhook proves that an unavailable supplier has the order: no mail goes out', async () => {
  const shelf = await suite.shelves.watched(10, { email: EMAIL });
  await suite.world.supplier.fault({ mode: 'error_after', operation: 'purchase' });
  await suite.world.supplier.fault({ mode: 'down', operation: 'find', times: 1_000 });
  const id = await suite.shelves.deplete(shelf);
  expect(await suite.shelves.untilStatus(shelf, 'confirmed')).toMatchObject({ sentBy: 'online', answeredBy: 'system' });
  await suite.shelves.receive(shelf, 49);
  await suite.shelves.untilEnded(shelf);
  expect([await suite.shelves.mailsOf(id), (await suite.shelves.purchasesOf(id)).length]).toEqual([[], 1]);
}, 60_000);

test('the step asks by key first: an order taken online gets no mail, one never received gets a mail', async () => {
  const [taken, lost] = [
    await suite.shelves.watched(10, { email: EMAIL }),
    await suite.shelves.watched(10, { email: EMAIL }),
  ];
  await suite.world.stopWorkers();
  const ids = [await suite.shelves.deplete(taken), await suite.shelves.deplete(lost)] as const;
  const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  for (const replenishmentId of ids) await suite.world.activities.planPurchase({ replenishmentId });
  await suite.world.supplier.fault({ mode: 'error_after', operation: 'purchase' });
  await expect(run(() => suite.world.activities.requestPurchase({ replenishmentId: ids[0] }))).rejects.toThrow();
  await suite.world.supplier.fault({ mode: 'down', operation: 'purchase' });
  await expect(run(() => suite.world.activities.requestPurchase({ replenishmentId: ids[1] }))).rejects.toThrow();
  expect(await run(() => suite.world.activities.mailPurchase({ replenishmentId: ids[0] }))).toBe('taken');
  expect(await run(() => suite.world.activities.mailPurchase({ replenishmentId: ids[1] }))).toBe('mailed');
  expect((await mailOf(`${ids[1]}:purchase_email:1`)).text).toContain('could not take this order online');
  expect(await run(() => suite.world.activities.requestPurchase({ replenishmentId: ids[1] }))).toBe('out_of_reach');
  expect([await suite.shelves.mailsOf(ids[0]), await suite.shelves.purchasesOf(ids[1])]).toEqual([[], []]);
  await suite.world.startWorkers();
  await suite.shelves.untilStatus(taken, 'confirmed');
  await suite.shelves.receive(taken, 49);
  await suite.shelves.untilEnded(taken);
  await answered(lost, ids[1]);
}, 60_000);

test('a supplier that took the order online and is then unavailable is reminded by mail', async () => {
  const shelf = await suite.shelves.watched(10, { email: EMAIL });
  await suite.world.supplier.call('POST', '/sandbox/manners', { manner: 'never' });
  await suite.world.supplier.fault({ mode: 'down', operation: 'remind', times: 1_000 });
  const id = await suite.shelves.deplete(shelf);
  await suite.shelves.untilFollowUp(id, 'supplier_silent');
  expect(await suite.shelves.mailsOf(id)).toEqual(['remind_email:1', 'remind_email:2']);
  expect((await suite.shelves.purchasesOf(id)).length).toBe(1);
  await answered(shelf, id);
}, 60_000);

test('a missing mailbox, or a mail server that is down, opens a follow-up', async () => {
  const wrong = await suite.shelves.watched(10, { online: false, email: 'no-such-mailbox@maker.example' });
  await suite.shelves.untilFollowUp(await suite.shelves.deplete(wrong), 'supplier_refused');
  await suite.shelves.receive(wrong, 49);
  await suite.shelves.untilEnded(wrong);

  await suite.world.notifier.fault({ mode: 'down', operation: 'mail', times: 1_000 });
  const slow = await suite.shelves.watched(10, { online: false, email: EMAIL });
  const id = await suite.shelves.deplete(slow);
  await suite.shelves.untilFollowUp(id, 'supplier_unreachable');
  await suite.world.notifier.call('DELETE', '/sandbox/faults');
  await suite.shelves.untilStatus(slow, 'requested');
  await until(async () => !(await suite.shelves.followUps(id)).includes('supplier_unreachable'));
  await answered(slow, id);
}, 60_000);

test('cancelling the workflow of an unavailable supplier closes the replenishment', async () => {
  const shelf = await suite.shelves.watched(10);
  await suite.world.supplier.fault({ mode: 'down', operation: 'purchase', times: 1_000 });
  await suite.world.supplier.fault({ mode: 'slow', operation: 'find', delayMs: 1_500, times: 1_000 });
  const id = await suite.shelves.deplete(shelf);
  const handle = suite.shelves.workflowOf(shelf);
  await until(async () => (await pendingCalls(shelf, STARTED)).includes('requestPurchase'));
  await handle.cancel();
  expect(await suite.shelves.untilStatus(shelf, 'closed')).toMatchObject({ id, closedFor: 'operator_decision' });
  await until(async () => (await suite.shelves.stateOf(shelf)) === 'CANCELLED');
}, 60_000);

test('a supplier without any channel opens a follow-up; the goods end it', async () => {
  const shelf = await suite.shelves.watched(10, { online: false });
  await suite.shelves.untilFollowUp(await suite.shelves.deplete(shelf), 'supplier_unreachable');
  await suite.shelves.receive(shelf, 49);
  await suite.shelves.untilEnded(shelf);
}, 60_000);

test('a person may correct an online supplier; each answer stays, and every audit is true', async () => {
  const shelf = await suite.shelves.watched(10, { email: EMAIL });
  const id = await suite.shelves.deplete(shelf);
  await suite.shelves.untilStatus(shelf, 'confirmed');
  expect(granted(await record(id, 20)).body).toMatchObject({ confirmed: 20, answeredBy: 'support:test' });
  const answers = await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('supplier_answer')
      .select(['quantity', 'provider', 'actor', 'reference'])
      .where('replenishmentId', '=', id)
      .orderBy('id')
      .execute(),
  );
  expect(answers).toEqual([
    { quantity: 49, provider: 'sandbox-supplier', actor: 'system', reference: expect.stringMatching(/^pur_/) },
    { quantity: 20, provider: null, actor: 'support:test', reference: 'AB-1' },
  ]);
  await until(() => suite.world.outbox.sweep(0).then((sent) => sent === 0));
  expect(await falseAudits(suite.world, { withNotifications: true })).toEqual([]);
}, 60_000);
