import { MockActivityEnvironment } from '@temporalio/testing';
import { runAudits } from '../../../src/audit/run-audits';
import { SYSTEM } from '../../../src/contracts/caller';
import { SandboxSmsProvider } from '../../../src/providers/notifications/sandbox-sms';
import { API_KEY } from '../../sandboxes/sandboxes';
import { toldTo } from '../../support/held-orders';
import { seedMall } from '../../support/mall';
import { callerFor, granted, intent } from '../../support/people';
import { Shelves, type Ways } from '../../support/stocked-shelves';
import { startWorld, type World } from '../../support/world';

const EMAIL = 'orders@maker.example';
const BY_MAIL = { online: false, email: EMAIL };
let world: World;
let shelves: Shelves;

beforeAll(async () => {
  world = await startWorld({}, { replenishment: { remindAfterSeconds: 1, reminders: 1, patienceSeconds: 1 } });
  shelves = new Shelves(world, await seedMall(world.transactions));
}, 60_000);
afterAll(() => world.close());

const heal = async () => {
  await world.supplier.call('DELETE', '/sandbox/faults');
  await world.notifier.call('DELETE', '/sandbox/faults');
};
beforeEach(heal);

const operationOf = (key: string) =>
  world.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('operation').select(['status', 'result']).where('key', '=', key).executeTakeFirst(),
  );
const close = async (id: string) => {
  granted(await world.replenishments.close(callerFor('platform'), intent(), id, { reason: 'bought_elsewhere' }));
};
const mailsOf = async (id: string) => (await toldTo(world, id)).map(({ key }) => key.slice(id.length + 1));
const falseAudits = async () => {
  const { transactions, payments, carriers, suppliers, temporal } = world;
  const notifications = new SandboxSmsProvider({ url: world.notifier.url, apiKey: API_KEY, timeoutMs: 5_000 });
  return (
    await runAudits(
      { transactions, payments, carriers, suppliers, notifications, temporal: temporal.client },
      { pauseMs: 20 },
    )
  ).filter(({ outcome }) => outcome !== 'true');
};

describe('a step whose need ended after a try without an answer', () => {
  beforeAll(() => world.stopWorkers());
  afterAll(async () => {
    await world.startWorkers();
    await world.messenger.sweep(0);
  });

  const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  /** Opens a need, lets its first try fail, and closes it. */
  const closedAfter = async (step: 'requestPurchase' | 'mailPurchase', ways: Ways = {}): Promise<string> => {
    const replenishmentId = await shelves.deplete(await shelves.watched(10, ways));
    await world.activities.planPurchase({ replenishmentId });
    await expect(run<string>(() => world.activities[step]({ replenishmentId }))).rejects.toThrow();
    await close(replenishmentId);
    await heal();
    return replenishmentId;
  };

  test('the supplier never received it: it is asked by key, and nothing is ordered', async () => {
    await world.supplier.fault({ mode: 'down', operation: 'purchase' });
    const replenishmentId = await closedAfter('requestPurchase');
    expect(await run(() => world.activities.requestPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await shelves.purchasesOf(replenishmentId)).toEqual([]);
    expect(await operationOf(`${replenishmentId}:purchase:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'not_received' },
    });
    expect(await run(() => world.activities.requestPurchase({ replenishmentId }))).toBe('not_needed');
  });

  test('the supplier has it: that is written down', async () => {
    await world.supplier.fault({ mode: 'error_after', operation: 'purchase' });
    const replenishmentId = await closedAfter('requestPurchase');
    expect(await run(() => world.activities.requestPurchase({ replenishmentId }))).toBe('taken');
    expect(await operationOf(`${replenishmentId}:purchase:1`)).toMatchObject({ status: 'succeeded' });
    expect(await shelves.purchasesOf(replenishmentId)).toHaveLength(1);
  });

  test('it was to be written to: no mail goes out, and its online order ends', async () => {
    await world.supplier.fault({ mode: 'down', operation: 'purchase' });
    const replenishmentId = await closedAfter('requestPurchase', { email: EMAIL });
    expect(await run(() => world.activities.mailPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await operationOf(`${replenishmentId}:purchase:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'not_received' },
    });
    expect([await mailsOf(replenishmentId), await shelves.purchasesOf(replenishmentId)]).toEqual([[], []]);
  });

  test.each([
    ['down', []],
    ['error_after', ['purchase_email:1']],
  ])('its mail server was %s: no mail more goes out, and what went is no riddle to the audits', async (mode, mails) => {
    await world.notifier.fault({ mode, operation: 'mail' });
    const replenishmentId = await closedAfter('mailPurchase', BY_MAIL);
    expect(await run(() => world.activities.mailPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await operationOf(`${replenishmentId}:purchase_email:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'unknown' },
    });
    expect(await mailsOf(replenishmentId)).toEqual(mails);
    await world.messenger.sweep(0);
    expect((await falseAudits()).filter(({ name }) => !name.includes('signal'))).toEqual([]);
  });
});

describe('a need that ends, or is answered, while its supplier is out of reach for good', () => {
  /**
   * Makes a shelf whose supplier took its order, never answers, and then cannot be reminded; answers once it is tried
   * patiently.
   */
  const unremindable = async (ways: Ways = {}) => {
    await world.supplier.call('POST', '/sandbox/manners', { manner: 'never' });
    await world.supplier.fault({ mode: 'down', operation: 'remind', times: 1_000 });
    await world.notifier.fault({ mode: 'down', operation: 'mail', times: 1_000 });
    const shelf = await shelves.watched(10, ways);
    const id = await shelves.deplete(shelf);
    await shelves.untilChased(id, 'supplier_unreachable');
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
        await world.replenishments.answer(callerFor('support'), intent(), id, {
          quantity: 49,
          expectedOn: '2020-01-01',
        }),
      );
      await shelves.untilChased(id, 'goods_overdue');
      expect(await shelves.chases(id)).toEqual(['goods_overdue']);
      await shelves.receive(shelf, 49);
      await shelves.untilEnded(shelf);
      expect(await operationOf(`${id}:remind_email:1`)).toEqual(
        'email' in ways ? { status: 'refused', result: { reason: 'not_needed', fate: 'unknown' } } : undefined,
      );
    },
    60_000,
  );

  test('the goods come while it is reminded: it ends, and the next need of the shelf is ordered', async () => {
    const { shelf, id } = await unremindable();
    await shelves.receive(shelf, 49);
    granted(await world.stock.set(callerFor('platform'), intent(), { ...shelf, reorder: { point: 60, to: 100 } }));
    const next = await shelves.untilStatus(shelf, 'confirmed');
    expect(next).toMatchObject({ asked: 50, confirmed: 50 });
    expect(next.id).not.toBe(id);
    await shelves.receive(shelf, 50);
    await shelves.untilEnded(shelf);
  }, 60_000);

  test('closed before the supplier had the order: it ends, and so does the try', async () => {
    await world.supplier.fault({ mode: 'down', times: 1_000 });
    const shelf = await shelves.watched();
    const id = await shelves.deplete(shelf);
    await shelves.untilChased(id, 'supplier_unreachable');
    await close(id);
    await shelves.untilEnded(shelf);
    expect(await operationOf(`${id}:purchase:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'unknown' },
    });
    expect(await shelves.chases(id)).toEqual([]);
  }, 60_000);

  test('closed before the mail went out: it ends, and no mail goes out later', async () => {
    await world.notifier.fault({ mode: 'down', operation: 'mail', times: 1_000 });
    const shelf = await shelves.watched(10, BY_MAIL);
    const id = await shelves.deplete(shelf);
    await shelves.untilChased(id, 'supplier_unreachable');
    await close(id);
    await shelves.untilEnded(shelf);
    expect(await operationOf(`${id}:purchase_email:1`)).toEqual({
      status: 'refused',
      result: { reason: 'not_needed', fate: 'unknown' },
    });
    expect(await mailsOf(id)).toEqual([]);
  }, 60_000);
});

describe('a supplier that will not be reminded', () => {
  const untilRefused = async (ways: Ways, change: (id: string) => Promise<unknown>) => {
    await world.supplier.call('POST', '/sandbox/manners', { manner: 'never' });
    await world.stopWorkers();
    const shelf = await shelves.watched(10, ways);
    const id = await shelves.deplete(shelf);
    const step = ways.email === undefined ? 'requestPurchase' : 'mailPurchase';
    await world.activities.planPurchase({ replenishmentId: id });
    const run: (work: () => Promise<string>) => Promise<string> = (work) => new MockActivityEnvironment().run(work);
    await run(() => world.activities[step]({ replenishmentId: id }));
    await change(id);
    await world.startWorkers();
    await shelves.untilChased(id, 'reminder_refused');
    await shelves.untilChased(id, 'supplier_silent');
    expect(await shelves.chases(id)).not.toContain('supplier_unreachable');
    granted(
      await world.replenishments.answer(callerFor('support'), intent(), id, { quantity: 49, expectedOn: '2099-01-31' }),
    );
    expect(await shelves.chases(id)).not.toContain('reminder_refused');
    await shelves.receive(shelf, 49);
    await shelves.untilEnded(shelf);
    expect(await shelves.chases(id)).toEqual([]);
  };

  test(
    'as it does not know the order: people see that, and it is not tried for ever',
    () =>
      untilRefused({}, (id) =>
        world.transactions.run(SYSTEM, (tx) =>
          tx.updateTable('replenishment').set({ providerReference: 'pur_none' }).where('id', '=', id).execute(),
        ),
      ),
    60_000,
  );

  test(
    'as its mailbox is gone: people see that',
    () =>
      untilRefused(BY_MAIL, (id) =>
        world.transactions.run(SYSTEM, (tx) =>
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
