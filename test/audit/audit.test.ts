import { WorkflowIdReusePolicy } from '@temporalio/client';
import { newId } from '../../src/books/new-id';
import { insertDraft } from '../../src/books/orders/orders';
import { readCatalogue } from '../../src/books/catalogue/catalogue';
import type { AuditResult, AuditSources } from '../../src/audit/run-audits';
import { SYSTEM } from '../../src/contracts/caller';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import type { PaymentJournalEntry } from '../../src/providers/payments/payment-provider';
import { bookRequest } from '../sandboxes/sandboxes';
import { priced, unpromoted } from '../support/prices';
import { vault } from '../support/world';
import { BACKORDER_AUDITS, copyBooks, keepHonestBooks, STOCK_AUDITS, type Copy, type HonestBooks } from './audit-books';

const RESERVED = 'What is reserved of each SKU is the sum of its live reservations';
const ALLOCATED = 'What is allocated of each lot is the sum of its live allocations';
const BOUND = 'Every reservation that reached a parcel is bound to lots for all its units';
const ON_HAND = 'What is on hand of each SKU is the sum of its lots';
const LOT = 'What each lot has on hand is what came in less what went out';
const MOVED = 'What went out with each parcel, and came back with it, is what was reserved for it';
const HELD = 'No order that has ended holds stock';
const LINES = 'The lines of each order add up to its total';
const RESERVATIONS = 'The reservations of each order carry its whole total';
const PARTS = 'The parts of each order add up to its total';
const WORTH = 'Each part is worth what its reservations carry';
const PARTS_CANCELLED = 'Every part of a cancelled order is cancelled';
const NO_WORK = 'Nobody works on a part of an order that has ended or is cancelled';
const TOTAL = "Every payment is of its order's total, in its currency";
const PAYMENT_STATUS = 'The status of every payment fits its amounts';
const EQUATION =
  'Authorized = captured + voided + open for the payments of each order, by the payments as by the ledger';
const SHARES =
  "Captured = merchants' shares + commission + refunded, less what the mall paid of discounts, for each order";
const TAKEN_OFF = 'The discounts of each line, and who pays for them, are those that its promotions gave';
const EXPLAINED = "Each order's total is the one that its price explains";
const TAXED = "The tax of each line is the one that its order's price explains last";
const FUNDED = "What the mall pays of each order's discounts is in its reservations and parts";
const USES = 'The uses counted of each promotion are those of orders that live, and within its limit';
const GIVEN_BACK = 'No order that was rejected or cancelled holds a coupon, and every other keeps what it used';
const OF_CUSTOMERS = 'The uses counted of each customer are those of its orders';
const OPEN = 'Nothing is open of a payment whose order has ended';
const PAID = 'Every order that went to the warehouses is paid for in full';
const ENDED = 'Of an order that has ended, what was delivered is captured and what came back refunded';
const BALANCES = 'Every ledger transaction balances in each currency';
const BOOKED = 'Every effect on money is booked in the ledger, once, and nothing else is';
const AMOUNT = "Every ledger transaction moves the amount of its effect, in the order's currency";
const WHOLE = 'No event is missing from a timeline';
const CHAIN = 'The hash chain of every timeline holds';
const TOLD = 'The last event of every timeline agrees with the status of its order';
const ANSWERED = 'No effect on the outside waits for its answer for long';
const SENT = 'No signal waits to be sent for long';
const AT_GATEWAY = 'Every effect on money in our books is at the gateway, once, for the same amount';
const OF_GATEWAY = 'Every effect on money at the gateway is in our books';
const GATEWAY_AGREES = 'The gateway and our books agree on what became of every effect on money';
const SHIPMENT = 'Every booking in our books has its shipment, and every shipment its booking';
const LABELLED = 'Every part that is labelled, or further, has its shipment';
const NO_LABEL = 'No part that was cancelled has a live label';
const AT_CARRIER = 'Every shipment in our books is at its carrier, once';
const CARRIER_AGREES = 'Every label is live at the carrier, or voided, as in our books';
const OF_CARRIER = 'Every booking at the carrier is in our books';
const RUNNING = 'Every open order has its workflow running';
const AGREES = 'Every order and its workflow agree on where the order stands';
const ENDS = 'No workflow of an order that has ended is running';
const KNOWN = 'Every running workflow of an order is of an order in our books';

let books: HonestBooks;
let copy: Copy;
const seen = new Set<string>();

beforeAll(async () => {
  books = await keepHonestBooks();
  // A database is copied only while nobody is connected to it.
  await books.world.transactions.close();
}, 90_000);
afterAll(() => books.world.close());
beforeEach(async () => {
  copy = await copyBooks(books.world);
});
afterEach(() => copy.drop());

/** The audits that do not hold, each with the subjects it names. */
const falseOnes = (results: readonly AuditResult[]) =>
  Object.fromEntries(
    results
      .filter(({ outcome }) => outcome !== 'true')
      .map(({ name, findings }) => [name, findings.map(({ subject }) => subject)]),
  );

/** Expects these audits to be false, each naming one subject with this in it, and all others to be true. */
async function expectFalse(
  expected: Readonly<Record<string, string>>,
  change: Partial<AuditSources> = {},
): Promise<void> {
  const found = falseOnes(await copy.audit(change));
  expect(found).toEqual(
    Object.fromEntries(Object.entries(expected).map(([name, subject]) => [name, [expect.stringContaining(subject)]])),
  );
  for (const name of Object.keys(expected)) seen.add(name);
}

/** The gateway as it would be had it written something else. */
const gatewayThat = (
  rewrite: (entry: PaymentJournalEntry) => PaymentJournalEntry[],
): Pick<AuditSources, 'payments'> => ({
  payments: {
    code: books.world.payments.code,
    async *journal() {
      for await (const entry of books.world.payments.journal()) yield* rewrite(entry);
    },
  },
});

test('honest books hold, with an order in every state', async () => {
  const results = await copy.audit();
  expect(falseOnes(results)).toEqual({});
  expect(results.length).toBeGreaterThan(35);
});

describe('stock', () => {
  test('a lost reservation', async () => {
    const { declined } = books.orders;
    await copy.spoil('delete from reservation where "orderId" = $1 and "skuId" = $2', [
      declined,
      books.mall.skus.cup.id,
    ]);
    await expectFalse({
      [RESERVED]: books.mall.skus.cup.id,
      [RESERVATIONS]: declined,
      [FUNDED]: declined,
      [STOCK_AUDITS.decided]: declined,
    });
  });

  test('a reservation that outlived its order', async () => {
    const { cup } = books.mall.skus;
    await copy.spoil('update reservation set status = \'held\' where "orderId" = $1 and "skuId" = $2', [
      books.orders.cancelled,
      cup.id,
    ]);
    await expectFalse({ [RESERVED]: cup.id, [HELD]: books.orders.cancelled });
  });

  test('stock on hand changed by hand', async () => {
    await copy.spoil('update stock set "onHand" = "onHand" + 1 where "skuId" = $1', [books.mall.skus.rug.id]);
    await expectFalse({ [ON_HAND]: books.mall.skus.rug.id });
  });

  test('a lot changed by hand', async () => {
    await copy.spoil('update lot set "onHand" = "onHand" - 1 where "skuId" = $1', [books.mall.skus.rug.id]);
    await expectFalse({ [ON_HAND]: books.mall.skus.rug.id, [LOT]: books.mall.skus.rug.id });
  });

  test('a lot that says more is allocated than is', async () => {
    await copy.spoil('update lot set allocated = allocated + 1 where "skuId" = $1', [books.mall.skus.cup.id]);
    await expectFalse({ [ALLOCATED]: books.mall.skus.cup.id });
  });

  test('a lost allocation', async () => {
    const { cup } = books.mall.skus;
    await copy.spoil(
      'delete from allocation a using reservation r where r.id = a."reservationId" and r."orderId" = $1 and r."skuId" = $2',
      [books.orders.picking, cup.id],
    );
    await expectFalse({ [ALLOCATED]: cup.id, [BOUND]: books.orders.picking });
  });

  test('a lost movement', async () => {
    const { cup } = books.mall.skus;
    await copy.spoil(
      `delete from stock_movement m using reservation r where m.reference = r."fulfillmentId" and m."skuId" = $2 and r."orderId" = $1`,
      [books.orders.shipped, cup.id],
    );
    await expectFalse({ [LOT]: cup.id, [MOVED]: 'ful_' });
  });
});

describe('orders and money', () => {
  test('a changed line', async () => {
    await copy.spoil('update order_line set quantity = quantity + 1 where "orderId" = $1 and number = 1', [
      books.orders.picking,
    ]);
    await expectFalse({ [LINES]: books.orders.picking });
  });

  test('a changed part', async () => {
    await copy.spoil('update fulfillment set amount = amount + 1 where "orderId" = $1 and number = 1', [
      books.orders.picking,
    ]);
    await expectFalse({ [PARTS]: books.orders.picking, [WORTH]: books.orders.picking });
  });

  test('a part that outlived the cancellation of its order', async () => {
    const { cancelled } = books.orders;
    await copy.spoil('update fulfillment set status = \'packed\' where "orderId" = $1 and number = 1', [cancelled]);
    await expectFalse({ [PARTS_CANCELLED]: cancelled });
  });

  test.each(['cancelled', 'completed'] as const)('a task that outlived its order, which is %s', async (end) => {
    const orderId = books.orders[end];
    await copy.spoil(
      `update task set status = 'open', "doneAt" = null where id = (select min(id) from task where "orderId" = $1)`,
      [orderId],
    );
    await expectFalse({ [NO_WORK]: orderId });
  });

  test('a changed payment', async () => {
    const { picking } = books.orders;
    await copy.spoil('update payment set amount = amount + 100, authorized = authorized + 100 where "orderId" = $1', [
      picking,
    ]);
    await expectFalse({ [TOTAL]: picking, [EQUATION]: picking, [PAID]: picking });
  });

  test('a payment of an ended order with something left open', async () => {
    const { completed } = books.orders;
    await copy.spoil('update payment set captured = captured - 1 where "orderId" = $1', [completed]);
    await expectFalse({ [PAYMENT_STATUS]: completed, [EQUATION]: completed, [OPEN]: completed, [ENDED]: completed });
  });

  test('an unbalanced entry', async () => {
    const { completed } = books.orders;
    await copy.spoil(
      `update ledger_entry set amount = amount + 1 where (account, "transactionId") in (
      select 'mall.commission', min(id) from ledger_transaction where kind = 'capture' and "orderId" = $1)`,
      [completed],
    );
    await expectFalse({ [BALANCES]: completed, [SHARES]: completed });
  });

  test('a ledger transaction of another amount', async () => {
    const { picking } = books.orders;
    await copy.spoil(
      `update ledger_entry set amount = amount * 2 where "transactionId" in (select id from ledger_transaction where "orderId" = $1)`,
      [picking],
    );
    await expectFalse({ [AMOUNT]: picking, [EQUATION]: picking });
  });

  test('a lost ledger transaction', async () => {
    const { cancelled } = books.orders;
    await copy.spoil(
      `with lost as (delete from ledger_transaction where kind = 'void' and "orderId" = $1 returning id)
      delete from ledger_entry using lost where "transactionId" = lost.id`,
      [cancelled],
    );
    await expectFalse({ [BOOKED]: cancelled, [EQUATION]: cancelled });
  });
});

describe('promotions', () => {
  test('a discount, a price and a share that were changed', async () => {
    const { picking, labelled, shipped, completed } = books.orders;
    await copy.spoil(
      `update order_discount set "platformAmount" = "platformAmount" - 1 where ctid in (
      select ctid from order_discount where "orderId" = $1 and "platformAmount" > 0 limit 1)`,
      [picking],
    );
    await copy.spoil(
      `update order_price set breakdown = jsonb_set(breakdown, '{total,amount}', '1') where "orderId" = $1`,
      [labelled],
    );
    await copy.spoil(
      `update reservation set "platformAmount" = "platformAmount" + 1 where ctid in (select ctid from reservation where "orderId" = $1 limit 1)`,
      [shipped],
    );
    await copy.spoil('update order_line set "taxRate" = 1900, "taxAmount" = 1 where "orderId" = $1 and number = 1', [
      completed,
    ]);
    await expectFalse({ [TAKEN_OFF]: picking, [EXPLAINED]: labelled, [FUNDED]: shipped, [TAXED]: completed });
  });

  test('a coupon counted once too often, and one that a cancelled order holds', async () => {
    await copy.spoil('update promotion_counter set used = used + 1 where used = 5');
    await copy.spoil(`update promotion_use set status = 'held' where "orderId" = $1`, [books.orders.cancelled]);
    await expectFalse({ [USES]: 'prm_', [GIVEN_BACK]: books.orders.cancelled, [OF_CUSTOMERS]: 'cus_' });
  });
});

describe('timelines', () => {
  test('a cut timeline', async () => {
    const { completed } = books.orders;
    await copy.spoil(
      'delete from timeline_event e using timeline_head h where e."orderId" = $1 and h."orderId" = $1 and e.seq = h.seq',
      [completed],
    );
    await expectFalse({ [WHOLE]: completed, [CHAIN]: completed, [TOLD]: completed });
  });

  test('an event taken out of the middle', async () => {
    await copy.spoil('delete from timeline_event where "orderId" = $1 and seq = 3', [books.orders.shipped]);
    await expectFalse({ [WHOLE]: books.orders.shipped, [CHAIN]: books.orders.shipped });
  });

  test('an altered event', async () => {
    await copy.spoil('update timeline_event set actor = \'somebody else\' where "orderId" = $1 and seq = 2', [
      books.orders.returned,
    ]);
    await expectFalse({ [CHAIN]: books.orders.returned });
  });

  test('an order moved by hand', async () => {
    await copy.spoil("update orders set status = 'shipped' where id = $1", [books.orders.picking]);
    await expectFalse({ [TOLD]: books.orders.picking, [AGREES]: books.orders.picking });
  });
});

describe('what waits', () => {
  const start = (ago: string) =>
    copy.spoil(
      `insert into operation (key, kind, provider, "orderId", status, request, "startedAt")
    values ($1 || ':refund:9', 'refund', 'sandbox-gateway', $1, 'started', '{"amount":1}', now() - $2::interval)`,
      [books.orders.completed, ago],
    );

  test('an effect that has just begun is no fault', async () => {
    await start('10 seconds');
    await expectFalse({});
  });

  test('an effect without an answer for an hour', async () => {
    await start('1 hour');
    await expectFalse({ [ANSWERED]: books.orders.completed });
  });

  test('a signal that nobody sends', async () => {
    await copy.spoil(
      `insert into workflow_message ("workflowId", signal, payload, "createdAt") values ($1, 'parcelPacked', '{}', now() - interval '1 hour')`,
      [orderWorkflowId(books.orders.picking)],
    );
    await expectFalse({ [SENT]: books.orders.picking });
  });
});

describe('the gateway', () => {
  const ofPicking =
    (kind: string) =>
    ({ key }: PaymentJournalEntry) =>
      key.startsWith(`${books.orders.picking}:${kind}`);

  test('never saw an authorization', async () => {
    await expectFalse(
      { [AT_GATEWAY]: books.orders.picking },
      gatewayThat((entry) => (ofPicking('authorize')(entry) ? [] : [entry])),
    );
  });

  test('authorized another amount', async () => {
    await expectFalse(
      { [AT_GATEWAY]: books.orders.picking },
      gatewayThat((entry) => [ofPicking('authorize')(entry) ? { ...entry, amount: entry.amount - 1 } : entry]),
    );
  });

  test('did the same effect twice', async () => {
    await expectFalse(
      { [AT_GATEWAY]: books.orders.picking },
      gatewayThat((entry) => (ofPicking('authorize')(entry) ? [entry, entry] : [entry])),
    );
  });

  test('says that a payment was declined', async () => {
    await expectFalse(
      { [GATEWAY_AGREES]: books.orders.picking },
      gatewayThat((entry) => [ofPicking('authorize')(entry) ? { ...entry, status: 'declined' } : entry]),
    );
  });

  test('is out of reach: its audits are unknown, the others true', async () => {
    const down = {
      code: 'gateway',
      journal: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no connection')) }) }),
    };
    const unknown = (await copy.audit({ payments: down })).filter(({ outcome }) => outcome !== 'true');
    expect(unknown.map(({ name, outcome }) => [name, outcome])).toEqual(
      [AT_GATEWAY, OF_GATEWAY, GATEWAY_AGREES].map((name) => [name, 'unknown']),
    );
    expect(unknown[0]?.reason).toContain('no connection');
  });
});

describe('the carrier', () => {
  test('never saw a shipment', async () => {
    const { picking } = books.orders;
    await copy.spoil(
      `with part as (select * from fulfillment where "orderId" = $1 and number = 1), booked as (
        insert into operation (key, kind, provider, "orderId", status, request, result, "startedAt", "finishedAt")
        select id || ':book:1', 'book', 'sandbox-carrier', $1, 'succeeded', '{}', '{"reference":"bkg_none"}', now(), now() from part)
      insert into shipment select $2, id, $1, "merchantId", "warehouseId", 'steady', 'sandbox-carrier', 'bkg_none', 'ST000', 'booked', null, null, now() from part`,
      [picking, newId('shp')],
    );
    await expectFalse({ [AT_CARRIER]: picking });
  });

  test('has a booking that we lost', async () => {
    const { labelled } = books.orders;
    await copy.spoil(
      `with lost as (delete from shipment s using fulfillment f where f.id = s."fulfillmentId" and f."orderId" = $1 and f.number = 1 returning f.id)
      delete from operation using lost where key like lost.id || ':book:%'`,
      [labelled],
    );
    await expectFalse({ [OF_CARRIER]: ':book:1', [LABELLED]: labelled });
  });

  test('has a shipment whose booking we lost', async () => {
    const { labelled } = books.orders;
    await copy.spoil(
      `delete from operation o using fulfillment f where f."orderId" = $1 and f.number = 1 and o.key = f.id || ':book:1'`,
      [labelled],
    );
    await expectFalse({ [OF_CARRIER]: ':book:1', [SHIPMENT]: labelled });
  });

  test('keeps a label that we believe voided', async () => {
    await copy.spoil(
      'update shipment set status = \'voided\' where id = (select min(id) from shipment where "orderId" = $1)',
      [books.orders.labelled],
    );
    await expectFalse({ [CARRIER_AGREES]: books.orders.labelled });
  });

  test('voided a label that we believe live', async () => {
    const { cancelled } = books.orders;
    await copy.spoil(
      'update shipment set status = \'booked\' where id = (select min(id) from shipment where "orderId" = $1)',
      [cancelled],
    );
    await expectFalse({ [CARRIER_AGREES]: cancelled, [NO_LABEL]: cancelled });
  });
});

describe('workflows', () => {
  const draft = (leaseUntil: Date) =>
    copy.transactions.run(SYSTEM, async (tx) => {
      const order = books.people.cart();
      const cart = priced({
        currency: order.currency,
        lines: order.lines,
        catalogue: await readCatalogue(
          tx,
          order.lines.map((line) => line.skuId),
        ),
      });
      const orderId = newId('ord');
      await insertDraft(tx, vault, {
        orderId,
        storefrontId: books.mall.storefrontId,
        order,
        cart,
        ...unpromoted,
        paymentProvider: 'sandbox-gateway',
        startLeaseUntil: leaseUntil,
      });
      return orderId;
    });
  const restart = (workflowId: string) =>
    books.world.temporal.client.workflow.start('order', {
      workflowId,
      taskQueue: 'nobody',
      args: [],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    });

  test('a draft whose process is about to start it is no fault', async () => {
    await draft(new Date(Date.now() + 60_000));
    await expectFalse({});
  });

  test('an open order without a workflow', async () => {
    const orderId = await draft(new Date(Date.now() - 3_600_000));
    await expectFalse({ [RUNNING]: orderId });
  });

  test('an ended order whose workflow runs', async () => {
    const handle = await restart(orderWorkflowId(books.orders.completed));
    await expectFalse({ [ENDS]: books.orders.completed });
    await handle.terminate();
  });

  test('a workflow of an order that nobody knows', async () => {
    const handle = await restart(orderWorkflowId('ord_nobody'));
    await expectFalse({ [KNOWN]: 'ord_nobody' });
    await handle.terminate();
  });
});

test('faults outside of our books, all at once: a workflow terminated, money captured and a parcel booked behind our back', async () => {
  const { gateway, carriers, temporal } = books.world;
  await temporal.client.workflow.getHandle(orderWorkflowId(books.orders.shipped)).terminate();
  await copy.transactions.run(SYSTEM, async (tx) => {
    const { providerReference } = await tx
      .selectFrom('payment')
      .select('providerReference')
      .where('orderId', '=', books.orders.labelled)
      .executeTakeFirstOrThrow();
    expect(
      (
        await gateway.call('POST', `/v1/authorizations/${providerReference}/captures`, {
          key: 'another:capture:1',
          amount: 100,
        })
      ).status,
    ).toBe(200);
  });
  await carriers.book(bookRequest('another:book:1'));
  await expectFalse({
    [RUNNING]: books.orders.shipped,
    [OF_GATEWAY]: 'another:capture:1',
    [OF_CARRIER]: 'another:book:1',
  });
});

test('every audit was turned false by one of these faults', async () => {
  const elsewhere: readonly string[] = [...Object.values(STOCK_AUDITS), ...Object.values(BACKORDER_AUDITS)];
  expect(
    (await copy.audit()).map(({ name }) => name).filter((name) => !seen.has(name) && !elsewhere.includes(name)),
  ).toEqual([]);
});
