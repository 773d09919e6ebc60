import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { copyBooks, keepHonestBooks, type Copy, type HonestBooks } from './audit-books';
import { BACKORDER_AUDITS, BOOK_AUDITS, OUTSIDE_AUDITS, STOCK_AUDITS } from './audit-names';
import { expectations, falseSubjects } from './expect-false';

let books: HonestBooks;
let copy: Copy;
const { expectFalse, seen } = expectations(() => copy);

beforeAll(async () => {
  books = await keepHonestBooks();
  // PostgreSQL copies a database only while nobody is connected to it.
  await books.world.transactions.close();
}, 240_000);
afterAll(() => books.world.close());
beforeEach(async () => {
  copy = await copyBooks(books.world);
});
afterEach(() => copy.drop());

test('honest books hold, with an order in every state', async () => {
  const results = await copy.audit();
  expect(falseSubjects(results)).toEqual({});
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
      [BOOK_AUDITS.reserved]: books.mall.skus.cup.id,
      [BOOK_AUDITS.reservations]: declined,
      [BOOK_AUDITS.mallShare]: declined,
      [STOCK_AUDITS.decided]: declined,
    });
  });

  test('a reservation that outlived its order', async () => {
    const { cup } = books.mall.skus;
    await copy.spoil('update reservation set status = \'held\' where "orderId" = $1 and "skuId" = $2', [
      books.orders.cancelled,
      cup.id,
    ]);
    await expectFalse({ [BOOK_AUDITS.reserved]: cup.id, [BOOK_AUDITS.endedHoldsNothing]: books.orders.cancelled });
  });

  test('stock on hand changed by hand', async () => {
    await copy.spoil('update stock set "onHand" = "onHand" + 1 where "skuId" = $1', [books.mall.skus.rug.id]);
    await expectFalse({ [BOOK_AUDITS.onHand]: books.mall.skus.rug.id });
  });

  test('a lot changed by hand', async () => {
    await copy.spoil('update lot set "onHand" = "onHand" - 1 where "skuId" = $1', [books.mall.skus.rug.id]);
    await expectFalse({
      [BOOK_AUDITS.onHand]: books.mall.skus.rug.id,
      [BOOK_AUDITS.lotMovements]: books.mall.skus.rug.id,
    });
  });

  test('a lot that says more is allocated than is', async () => {
    await copy.spoil('update lot set allocated = allocated + 1 where "skuId" = $1', [books.mall.skus.cup.id]);
    await expectFalse({ [BOOK_AUDITS.allocated]: books.mall.skus.cup.id });
  });

  test('a lost allocation', async () => {
    const { cup } = books.mall.skus;
    await copy.spoil(
      `delete from allocation a using reservation r
      where r.id = a."reservationId" and r."orderId" = $1 and r."skuId" = $2`,
      [books.orders.picking, cup.id],
    );
    await expectFalse({ [BOOK_AUDITS.allocated]: cup.id, [BOOK_AUDITS.boundToLots]: books.orders.picking });
  });

  test('a lost movement', async () => {
    const { cup } = books.mall.skus;
    await copy.spoil(
      `delete from stock_movement m using reservation r
      where m.reference = r."fulfillmentId" and m."skuId" = $2 and r."orderId" = $1`,
      [books.orders.shipped, cup.id],
    );
    await expectFalse({ [BOOK_AUDITS.lotMovements]: cup.id, [BOOK_AUDITS.parcelMovements]: 'ful_' });
  });
});

describe('orders and money', () => {
  test('a changed line', async () => {
    await copy.spoil('update order_line set quantity = quantity + 1 where "orderId" = $1 and number = 1', [
      books.orders.picking,
    ]);
    await expectFalse({ [BOOK_AUDITS.lines]: books.orders.picking });
  });

  test('a changed fulfillment', async () => {
    await copy.spoil('update fulfillment set amount = amount + 1 where "orderId" = $1 and number = 1', [
      books.orders.picking,
    ]);
    await expectFalse({
      [BOOK_AUDITS.fulfillments]: books.orders.picking,
      [BOOK_AUDITS.fulfillmentValue]: books.orders.picking,
    });
  });

  test('a fulfillment that outlived the cancellation of its order', async () => {
    const { cancelled } = books.orders;
    await copy.spoil('update fulfillment set status = \'packed\' where "orderId" = $1 and number = 1', [cancelled]);
    await expectFalse({ [BOOK_AUDITS.cancelledFulfillments]: cancelled });
  });

  test.each(['cancelled', 'completed'] as const)('a task that outlived its order, which is %s', async (end) => {
    const orderId = books.orders[end];
    await copy.spoil(
      `update task set status = 'open', "doneAt" = null where id = (select min(id) from task where "orderId" = $1)`,
      [orderId],
    );
    await expectFalse({ [BOOK_AUDITS.noTasks]: orderId });
  });

  test('a changed payment', async () => {
    const { picking } = books.orders;
    await copy.spoil('update payment set amount = amount + 100, authorized = authorized + 100 where "orderId" = $1', [
      picking,
    ]);
    await expectFalse({
      [BOOK_AUDITS.paymentTotal]: picking,
      [BOOK_AUDITS.moneyBalances]: picking,
      [BOOK_AUDITS.paidInFull]: picking,
    });
  });

  test('a payment of an ended order with something left open', async () => {
    const { completed } = books.orders;
    await copy.spoil('update payment set captured = captured - 1 where "orderId" = $1', [completed]);
    await expectFalse({
      [BOOK_AUDITS.paymentStatus]: completed,
      [BOOK_AUDITS.moneyBalances]: completed,
      [BOOK_AUDITS.nothingOpen]: completed,
      [BOOK_AUDITS.capturedAndRefunded]: completed,
    });
  });

  test('an unbalanced entry', async () => {
    const { completed } = books.orders;
    await copy.spoil(
      `update ledger_entry set amount = amount + 1 where (account, "transactionId") in (
      select 'mall.commission', min(id) from ledger_transaction where kind = 'capture' and "orderId" = $1)`,
      [completed],
    );
    await expectFalse({ [BOOK_AUDITS.ledgerBalances]: completed, [BOOK_AUDITS.shares]: completed });
  });

  test('a ledger transaction of another amount', async () => {
    const { picking } = books.orders;
    await copy.spoil(
      `update ledger_entry set amount = amount * 2
      where "transactionId" in (select id from ledger_transaction where "orderId" = $1)`,
      [picking],
    );
    await expectFalse({ [BOOK_AUDITS.ledgerAmount]: picking, [BOOK_AUDITS.moneyBalances]: picking });
  });

  test('a lost ledger transaction', async () => {
    const { cancelled } = books.orders;
    await copy.spoil(
      `with lost as (
        delete from ledger_transaction
        where id = (select max(id) from ledger_transaction where kind = 'void' and "orderId" = $1) returning id)
      delete from ledger_entry using lost where "transactionId" = lost.id`,
      [cancelled],
    );
    await expectFalse({ [BOOK_AUDITS.ledgerBooked]: cancelled, [BOOK_AUDITS.moneyBalances]: cancelled });
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
      `update reservation set "platformAmount" = "platformAmount" + 1
      where ctid in (select ctid from reservation where "orderId" = $1 limit 1)`,
      [shipped],
    );
    await copy.spoil('update order_line set "taxRate" = 1900, "taxAmount" = 1 where "orderId" = $1 and number = 1', [
      completed,
    ]);
    await expectFalse({
      [BOOK_AUDITS.discounts]: picking,
      [BOOK_AUDITS.explainedTotal]: labelled,
      [BOOK_AUDITS.mallShare]: shipped,
      [BOOK_AUDITS.explainedTax]: completed,
    });
  });

  test('a coupon counted twice, and one that a cancelled order holds', async () => {
    await copy.spoil('update promotion_counter set used = used + 1 where used = 5');
    await copy.spoil(`update promotion_use set status = 'held' where "orderId" = $1`, [books.orders.cancelled]);
    await expectFalse({
      [BOOK_AUDITS.promotionUses]: 'prm_',
      [BOOK_AUDITS.freedCoupons]: books.orders.cancelled,
      [BOOK_AUDITS.customerUses]: 'cus_',
    });
  });
});

describe('timelines', () => {
  test('a cut timeline', async () => {
    const { completed } = books.orders;
    await copy.spoil(
      `delete from timeline_event e using timeline_head h
      where e."orderId" = $1 and h."orderId" = $1 and e.seq = h.seq`,
      [completed],
    );
    await expectFalse({
      [BOOK_AUDITS.noEventMissing]: completed,
      [BOOK_AUDITS.hashChain]: completed,
      [BOOK_AUDITS.lastEvent]: completed,
    });
  });

  test('an event taken out of the middle', async () => {
    await copy.spoil('delete from timeline_event where "orderId" = $1 and seq = 3', [books.orders.shipped]);
    await expectFalse({
      [BOOK_AUDITS.noEventMissing]: books.orders.shipped,
      [BOOK_AUDITS.hashChain]: books.orders.shipped,
    });
  });

  test('an altered event', async () => {
    await copy.spoil('update timeline_event set actor = \'somebody else\' where "orderId" = $1 and seq = 2', [
      books.orders.returned,
    ]);
    await expectFalse({ [BOOK_AUDITS.hashChain]: books.orders.returned });
  });

  test('an order moved by hand', async () => {
    await copy.spoil("update orders set status = 'shipped' where id = $1", [books.orders.picking]);
    await expectFalse({
      [BOOK_AUDITS.lastEvent]: books.orders.picking,
      [BOOK_AUDITS.workflowAgrees]: books.orders.picking,
    });
  });
});

describe('effects and signals under way', () => {
  const startRefund = (ago: string) =>
    copy.spoil(
      `insert into operation
      ("providerKey", "subjectType", "subjectId", kind, number, provider, "orderId", status, request, "startedAt")
    select id || ':refund:9', 'fulfillment', id, 'refund', 9, 'sandbox-gateway', $1, 'started', '{"amount":1}',
      now() - $2::interval
    from fulfillment where "orderId" = $1 and number = 1`,
      [books.orders.completed, ago],
    );

  test('an effect that has just begun is no fault', async () => {
    await startRefund('10 seconds');
    await expectFalse({});
  });

  test('an effect without an answer for an hour', async () => {
    await startRefund('1 hour');
    await expectFalse({ [BOOK_AUDITS.effectsAnswered]: books.orders.completed });
  });

  test('a signal that nobody sends', async () => {
    await copy.spoil(
      `insert into workflow_message ("workflowId", signal, payload, "createdAt")
      values ($1, 'parcelPacked', '{}', now() - interval '1 hour')`,
      [orderWorkflowId(books.orders.picking)],
    );
    await expectFalse({ [BOOK_AUDITS.signalsSent]: books.orders.picking });
  });
});

test('every audit was turned false by one of these faults', async () => {
  const ofOtherTests = [STOCK_AUDITS, BACKORDER_AUDITS, OUTSIDE_AUDITS].flatMap((names) =>
    Object.values<string>(names),
  );
  const covered = new Set([...seen, ...ofOtherTests]);
  expect((await copy.audit()).map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
});
