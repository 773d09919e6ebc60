import { randomBytes } from 'node:crypto';
import type { Client as PgClient } from 'pg';
import { connect, type Transactions } from '../../src/books/transactions';
import { runAudits, type AuditResult, type AuditSources } from '../../src/audit/run-audits';
import { SYSTEM } from '../../src/contracts/caller';
import { isRefusal } from '../../src/contracts/errors';
import { ensureDatabase, withOwner } from '../../src/embedded/postgres/databases';
import { until } from '../sandboxes/sandboxes';
import { seedMall, type TestMall } from '../support/mall';
import { granted, intent, People } from '../support/people';
import { publishPromotion } from '../support/promotions';
import { startWorld, type World } from '../support/world';

/** Holds the id of one order in each state. */
export interface HonestOrders {
  readonly completed: string;
  readonly returned: string;
  readonly cancelled: string;
  readonly rejected: string;
  readonly declined: string;
  readonly redirected: string;
  readonly picking: string;
  readonly labelled: string;
  readonly shipped: string;
  /** Completed, and free of charge: its customer paid nothing. */
  readonly free: string;
}

/** Holds a world whose books are right, with its orders. */
export interface HonestBooks {
  readonly world: World;
  readonly mall: TestMall;
  readonly people: People;
  readonly orders: HonestOrders;
}

/**
 * Runs real orders into every state, on a real database, Temporal and sandboxes, and waits until nothing is under way.
 */
export async function keepHonestBooks(): Promise<HonestBooks> {
  const world = await startWorld({ paymentWindowSeconds: 3600 });
  const mall = await seedMall(world.transactions);
  const people = new People(world, mall);
  // Every order is a tenth cheaper, which mall and merchants share, and the first six hold a coupon.
  await publishPromotion(world.transactions, { kind: 'percentage', rate: 1_000, platformShare: 6_000 });
  await publishPromotion(world.transactions, {
    kind: 'fixed_amount',
    amount: 777,
    coupon: { code: 'COUNTED' },
    limits: { total: 6 },
  });
  await publishPromotion(world.transactions, { kind: 'percentage', rate: 10_000, coupon: { code: 'GIFT' } });
  await publishPromotion(world.transactions, {
    kind: 'free_shipping',
    coupon: { code: 'GIFT-DELIVERY' },
    platformShare: 0,
  });
  const paidBy = (token: string) => ({ payment: { method: 'card', token } });
  const refused = async (change: Parameters<People['cart']>[0]) => {
    const refusal = await world.orders.place(people.storefront, intent(), people.cart(change));
    if (!isRefusal(refusal)) throw new Error('the order was not refused');
    return String(refusal.extensions?.orderId);
  };
  const { recipient } = people.cart();

  const [completed, returned, cancelled, labelled, shipped, picking] = (await Promise.all(
    Array.from({ length: 6 }, async () => (await people.place({ couponCodes: ['COUNTED'] })).id),
  )) as [string, string, string, string, string, string];
  const free = (await people.place({ couponCodes: ['GIFT', 'GIFT-DELIVERY'] })).id;
  for (const id of [completed, returned, cancelled, labelled, shipped, free]) await people.pack(id);
  for (const id of [completed, returned, shipped, free]) await people.handOver(id);
  for (const id of [completed, free]) await people.scan(id, 'out_for_delivery', 'signed');
  await people.scan(returned, 'refused', 'returned');
  await people.scan(shipped, 'in_transit');
  granted(await world.orders.cancel(people.storefront, intent(), cancelled, { reason: 'customer_request' }));
  const orders = {
    completed,
    returned,
    cancelled,
    labelled,
    shipped,
    picking,
    free,
    rejected: await refused({ recipient: { ...recipient, address: { ...recipient.address, country: 'JP' } } }),
    declined: await refused(paidBy('tok_declined')),
    redirected: (await people.place(paidBy('tok_redirect'))).id,
  };
  // In production the API's sweeper sends signals that no caller flushed, as on a busy machine.
  const swept = (fact: () => Promise<boolean>) =>
    until(async () => {
      await world.outbox.sweep(0);
      return fact();
    }, 60_000);
  for (const [id, status] of [
    [completed, 'completed'],
    [free, 'completed'],
    [returned, 'returned'],
  ] as const)
    await swept(async () => (await people.read(id)).status === status);
  await swept(() => isQuiet(world.transactions));
  return { world, mall, people, orders };
}

/** Says whether nothing is under way but the payment that waits for its customer. */
const isQuiet = (transactions: Transactions): Promise<boolean> =>
  transactions.run(SYSTEM, async (tx) => {
    const started = await tx
      .selectFrom('operation')
      .select('providerKey as key')
      .where('status', '=', 'started')
      .execute();
    const queued = await tx.selectFrom('workflow_message').select('id').execute();
    return started.length === 1 && queued.length === 0;
  });

/** A copy of the books that a test may falsify. */
export interface Copy {
  /** Changes rows as the owner of the tables, with triggers and foreign keys out of force. */
  spoil(text: string, values?: readonly unknown[]): Promise<void>;
  /** The application's own connection. */
  readonly url: string;
  readonly transactions: Transactions;
  audit(change?: Partial<AuditSources>): Promise<AuditResult[]>;
  drop(): Promise<void>;
}

/** Copies the books of a world whose connections are closed; the copy uses the same Temporal and sandboxes. */
export async function copyBooks({ database, payments, carriers, suppliers, temporal }: World): Promise<Copy> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const maintenanceUrl = onDatabase(database.ownerUrl, 'postgres');
  await ensureDatabase(maintenanceUrl, name, new URL(database.ownerUrl).pathname.slice(1));
  const url = onDatabase(database.appUrl, name);
  const transactions = connect(url, 4, (error) => {
    throw error;
  });
  return {
    url,
    transactions,
    spoil: (text, values = []) =>
      withOwner(onDatabase(database.ownerUrl, name), async (client: PgClient) => {
        await client.query("set session_replication_role = 'replica'");
        const { rowCount } = await client.query(text, [...values]);
        if (rowCount === 0) throw new Error(`Nothing was spoiled by ${text}`);
      }),
    audit: (change = {}) =>
      runAudits({ transactions, payments, carriers, suppliers, temporal: temporal.client, ...change }, { pauseMs: 20 }),
    drop: async () => {
      await transactions.close();
      await withOwner(maintenanceUrl, async (client) => {
        await client.query(`DROP DATABASE ${client.escapeIdentifier(name)} WITH (FORCE)`);
      });
    },
  };
}

function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
