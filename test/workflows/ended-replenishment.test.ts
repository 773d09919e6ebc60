import { MockActivityEnvironment } from '@temporalio/testing';
import { runAudits } from '../../src/client/audit/run-audits';
import { SYSTEM } from '../../src/contracts/caller';
import { SandboxSmsProvider } from '../../src/providers/notification.sandbox';
import { API_KEY } from '../providers/sandboxes';
import { toldTo } from '../support/held';
import { seedMall } from '../support/mall';
import { callerFor, granted, intent } from '../support/people';
import { Shelves, type Ways } from '../support/shelves';
import { startWorld, type World } from '../support/world';

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

const operationOf = (key: string) => world.transactions.run(SYSTEM, (tx) => tx.selectFrom('operation').select(['status', 'result']).where('key', '=', key).executeTakeFirst());
const close = async (id: string) => { granted(await world.replenishments.close(callerFor('platform'), intent(), id, { reason: 'bought_elsewhere' })); };
const mailsOf = async (id: string) => (await toldTo(world, id)).map(({ key }) => key.slice(id.length + 1));
const falseAudits = async () => {
  const { transactions, payments, carriers, suppliers, temporal } = world;
  const notifications = new SandboxSmsProvider({ url: world.notifier.url, apiKey: API_KEY, timeoutMs: 5_000 });
  return (await runAudits({ transactions, payments, carriers, suppliers, notifications, temporal: temporal.client }, { pauseMs: 20 })).filter(({ outcome }) => outcome !== 'true');
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
    expect(await operationOf(`${replenishmentId}:purchase:1`)).toEqual({ status: 'refused', result: { reason: 'not_needed', fate: 'not_received' } });
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
    expect(await operationOf(`${replenishmentId}:purchase:1`)).toEqual({ status: 'refused', result: { reason: 'not_needed', fate: 'not_received' } });
    expect([await mailsOf(replenishmentId), await shelves.purchasesOf(replenishmentId)]).toEqual([[], []]);
  });

  test.each([['down', []], ['error_after', ['purchase_email:1']]])('its mail server was %s: no mail more goes out, and what went is no riddle to the audits', async (mode, mails) => {
    await world.notifier.fault({ mode, operation: 'mail' });
    const replenishmentId = await closedAfter('mailPurchase', BY_MAIL);
    expect(await run(() => world.activities.mailPurchase({ replenishmentId }))).toBe('not_needed');
    expect(await operationOf(`${replenishmentId}:purchase_email:1`)).toEqual({ status: 'refused', result: { reason: 'not_needed', fate: 'unknown' } });
    expect(await mailsOf(replenishmentId)).toEqual(mails);
    await world.messenger.sweep(0);
    expect((await falseAudits()).filter(({ name }) => !name.includes('signal'))).toEqual([]);
  });
});
