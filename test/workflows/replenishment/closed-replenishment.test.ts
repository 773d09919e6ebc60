import { MockActivityEnvironment } from '@temporalio/testing';
import { SYSTEM } from '../../../src/contracts/caller';
import { callerFor, granted, intent } from '../../support/people';
import { type Ways } from '../../support/stocked-shelves';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

const EMAIL = 'orders@maker.example';
const BY_MAIL = { online: false, email: EMAIL };
const suite = startSuite({
  replenishment: { remindAfterSeconds: 1, reminders: 1, patienceSeconds: 1 },
  faultsIn: ['supplier', 'notifier'],
});

const close = async (id: string) => {
  granted(await suite.world.replenishments.close(callerFor('platform'), intent(), id, { reason: 'bought_elsewhere' }));
};

describe('a step whose replenishment ended after an attempt without an answer', () => {
  beforeAll(() => suite.world.stopWorkers());
  afterAll(async () => {
    await suite.world.startWorkers();
    await suite.world.outbox.sweep(0);
  });

  const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  /** Opens a replenishment, lets its first attempt fail, and closes it. */
  const closedAfter = async (step: 'requestPurchase' | 'mailPurchase', ways: Ways = {}): Promise<string> => {
    const replenishmentId = await suite.shelves.deplete(await suite.shelves.watched(10, ways));
    await suite.world.activities.planPurchase({ replenishmentId });
    await expect(run<string>(() => suite.world.activities[step]({ replenishmentId }))).rejects.toThrow();
    await close(replenishmentId);
    await suite.endFaults();
    return replenishmentId;
  };

  test('the supplier never received it: it is asked by key, and nothing is ordered', async () => {
    await suite.world.supplier.fault({ mode: 'down', operation: 'purchase' });
    const replenishmentId = await closedAfter('requestPurchase');
    expect(await run(() => suite.world.activities.requestPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await suite.shelves.purchasesOf(replenishmentId)).toEqual([]);
    expect(await suite.shelves.operation(`${replenishmentId}:purchase:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'not_received' },
    });
    expect(await run(() => suite.world.activities.requestPurchase({ replenishmentId }))).toBe('not_needed');
  });

  test('the supplier has it: that is written down', async () => {
    await suite.world.supplier.fault({ mode: 'error_after', operation: 'purchase' });
    const replenishmentId = await closedAfter('requestPurchase');
    expect(await run(() => suite.world.activities.requestPurchase({ replenishmentId }))).toBe('taken');
    expect(await suite.shelves.operation(`${replenishmentId}:purchase:1`)).toMatchObject({ status: 'succeeded' });
    expect(await suite.shelves.purchasesOf(replenishmentId)).toHaveLength(1);
  });

  test('it was to get a mail: no mail goes out, and its online order ends', async () => {
    await suite.world.supplier.fault({ mode: 'down', operation: 'purchase' });
    const replenishmentId = await closedAfter('requestPurchase', { email: EMAIL });
    expect(await run(() => suite.world.activities.mailPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await suite.shelves.operation(`${replenishmentId}:purchase:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'not_received' },
    });
    expect([await suite.shelves.mailsOf(replenishmentId), await suite.shelves.purchasesOf(replenishmentId)]).toEqual([
      [],
      [],
    ]);
  });

  test.each([
    ['down', []],
    ['error_after', ['purchase_email:1']],
  ])('its mail server was %s: no further mail goes out, and the audits know the one that went', async (mode, mails) => {
    await suite.world.notifier.fault({ mode, operation: 'mail' });
    const replenishmentId = await closedAfter('mailPurchase', BY_MAIL);
    expect(await run(() => suite.world.activities.mailPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await suite.shelves.operation(`${replenishmentId}:purchase_email:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'unknown' },
    });
    expect(await suite.shelves.mailsOf(replenishmentId)).toEqual(mails);
    await suite.world.outbox.sweep(0);
    expect(
      (await falseAudits(suite.world, { withNotifications: true })).filter(({ name }) => !name.includes('signal')),
    ).toEqual([]);
  });
});

describe('a replenishment that ends, or is answered, while its supplier stays unavailable', () => {
  /**
   * Makes a shelf whose supplier took its order, never answers, and then cannot be reminded; returns once that is
   * retried.
   */
  const unremindable = async (ways: Ways = {}) => {
    await suite.world.supplier.call('POST', '/sandbox/manners', { manner: 'never' });
    await suite.world.supplier.fault({ mode: 'down', operation: 'remind', times: 1_000 });
    await suite.world.notifier.fault({ mode: 'down', operation: 'mail', times: 1_000 });
    const shelf = await suite.shelves.watched(10, ways);
    const id = await suite.shelves.deplete(shelf);
    await suite.shelves.untilFollowUp(id, 'supplier_unreachable');
    return { shelf, id };
  };

  test.each([
    ['online', {}],
    ['by mail', { email: EMAIL }],
  ])(
    'answered while it is reminded %s: the goods are overdue by that answer',
    async (_way, ways) => {
      const { shelf, id } = await unremindable(ways);
      granted(
        await suite.world.replenishments.answer(callerFor('support'), intent(), id, {
          quantity: 49,
          expectedOn: '2020-01-01',
        }),
      );
      await suite.shelves.untilFollowUp(id, 'goods_overdue');
      expect(await suite.shelves.followUps(id)).toEqual(['goods_overdue']);
      await suite.shelves.receive(shelf, 49);
      await suite.shelves.untilEnded(shelf);
      expect(await suite.shelves.operation(`${id}:remind_email:1`)).toEqual(
        'email' in ways ? { status: 'refused', result: { reason: 'not_needed', fate: 'unknown' } } : undefined,
      );
    },
    60_000,
  );

  test('the goods come while it is reminded: it ends, and the next need of the shelf is ordered', async () => {
    const { shelf, id } = await unremindable();
    await suite.shelves.receive(shelf, 49);
    granted(
      await suite.world.stock.set(callerFor('platform'), intent(), { ...shelf, reorder: { point: 60, to: 100 } }),
    );
    const next = await suite.shelves.untilStatus(shelf, 'confirmed');
    expect(next).toMatchObject({ asked: 50, confirmed: 50 });
    expect(next.id).not.toBe(id);
    await suite.shelves.receive(shelf, 50);
    await suite.shelves.untilEnded(shelf);
  }, 60_000);

  test('closed before the supplier had the order: it ends, and so does the try', async () => {
    await suite.world.supplier.fault({ mode: 'down', times: 1_000 });
    const shelf = await suite.shelves.watched();
    const id = await suite.shelves.deplete(shelf);
    await suite.shelves.untilFollowUp(id, 'supplier_unreachable');
    await close(id);
    await suite.shelves.untilEnded(shelf);
    expect(await suite.shelves.operation(`${id}:purchase:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'unknown' },
    });
    expect(await suite.shelves.followUps(id)).toEqual([]);
  }, 60_000);

  test('closed before the mail went out: it ends, and no mail goes out later', async () => {
    await suite.world.notifier.fault({ mode: 'down', operation: 'mail', times: 1_000 });
    const shelf = await suite.shelves.watched(10, BY_MAIL);
    const id = await suite.shelves.deplete(shelf);
    await suite.shelves.untilFollowUp(id, 'supplier_unreachable');
    await close(id);
    await suite.shelves.untilEnded(shelf);
    expect(await suite.shelves.operation(`${id}:purchase_email:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'unknown' },
    });
    expect(await suite.shelves.mailsOf(id)).toEqual([]);
  }, 60_000);
});

describe('a supplier that will not be reminded', () => {
  const untilRefused = async (ways: Ways, change: (id: string) => Promise<unknown>) => {
    await suite.world.supplier.call('POST', '/sandbox/manners', { manner: 'never' });
    await suite.world.stopWorkers();
    const shelf = await suite.shelves.watched(10, ways);
    const id = await suite.shelves.deplete(shelf);
    const step = ways.email === undefined ? 'requestPurchase' : 'mailPurchase';
    await suite.world.activities.planPurchase({ replenishmentId: id });
    const run: (work: () => Promise<string>) => Promise<string> = (work) => new MockActivityEnvironment().run(work);
    await run(() => suite.world.activities[step]({ replenishmentId: id }));
    await change(id);
    await suite.world.startWorkers();
    await suite.shelves.untilFollowUp(id, 'reminder_refused');
    await suite.shelves.untilFollowUp(id, 'supplier_silent');
    expect(await suite.shelves.followUps(id)).not.toContain('supplier_unreachable');
    granted(
      await suite.world.replenishments.answer(callerFor('support'), intent(), id, {
        quantity: 49,
        expectedOn: '2099-01-31',
      }),
    );
    expect(await suite.shelves.followUps(id)).not.toContain('reminder_refused');
    await suite.shelves.receive(shelf, 49);
    await suite.shelves.untilEnded(shelf);
    expect(await suite.shelves.followUps(id)).toEqual([]);
  };

  test(
    'as it does not know the order: a follow-up opens, and the reminder is not retried for ever',
    () =>
      untilRefused({}, (id) =>
        suite.world.transactions.run(SYSTEM, (tx) =>
          tx.updateTable('replenishment').set({ providerReference: 'pur_none' }).where('id', '=', id).execute(),
        ),
      ),
    60_000,
  );

  test(
    'as its mailbox is gone: people see that',
    () =>
      untilRefused(BY_MAIL, (id) =>
        suite.world.transactions.run(SYSTEM, (tx) =>
          tx
            .updateTable('supplier')
            .set({ email: 'no-such-mailbox@maker.example' })
            .where('id', 'in', tx.selectFrom('replenishment').select('supplierId').where('id', '=', id))
            .execute(),
        ),
      ),
    60_000,
  );
});
