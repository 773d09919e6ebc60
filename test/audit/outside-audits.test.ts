import { WorkflowIdReusePolicy } from '@temporalio/client';
import type { AuditSources } from '../../src/audit/run-audits';
import { readCatalogue } from '../../src/books/catalogue/read-catalogue';
import { newId } from '../../src/books/new-id';
import { insertDraft } from '../../src/books/orders/orders';
import { SYSTEM } from '../../src/contracts/caller';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import type { PaymentJournalEntry } from '../../src/providers/payments/payment-provider';
import { bookRequest } from '../sandboxes/sandboxes';
import { priced, unpromoted } from '../support/prices';
import { vault } from '../support/world';
import { copyBooks, keepHonestBooks, type Copy, type HonestBooks } from './audit-books';
import { OUTSIDE_AUDITS } from './audit-names';
import { expectations } from './expect-false';

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

/** Builds the source of a gateway whose journal is rewritten. */
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

describe('the gateway', () => {
  let authorization: string;
  beforeEach(async () => {
    const { id } = await copy.transactions.run(SYSTEM, (tx) =>
      tx.selectFrom('payment').select('id').where('orderId', '=', books.orders.picking).executeTakeFirstOrThrow(),
    );
    authorization = `${id}:authorize:1`;
  });
  const authorizesPicking = ({ key }: PaymentJournalEntry) => key === authorization;

  test('never saw an authorization', async () => {
    await expectFalse(
      { [OUTSIDE_AUDITS.atGateway]: books.orders.picking },
      gatewayThat((entry) => (authorizesPicking(entry) ? [] : [entry])),
    );
  });

  test('authorized another amount', async () => {
    await expectFalse(
      { [OUTSIDE_AUDITS.atGateway]: books.orders.picking },
      gatewayThat((entry) => [authorizesPicking(entry) ? { ...entry, amount: entry.amount - 1 } : entry]),
    );
  });

  test('did the same effect twice', async () => {
    await expectFalse(
      { [OUTSIDE_AUDITS.atGateway]: books.orders.picking },
      gatewayThat((entry) => (authorizesPicking(entry) ? [entry, entry] : [entry])),
    );
  });

  test('says that a payment was declined', async () => {
    await expectFalse(
      { [OUTSIDE_AUDITS.gatewayAgrees]: books.orders.picking },
      gatewayThat((entry) => [authorizesPicking(entry) ? { ...entry, status: 'declined' } : entry]),
    );
  });

  test('is unavailable: its audits are unknown, the others true', async () => {
    const unavailable = {
      code: 'gateway',
      journal: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no connection')) }) }),
    };
    const unknown = (await copy.audit({ payments: unavailable })).filter(({ outcome }) => outcome !== 'true');
    expect(unknown.map(({ name, outcome }) => [name, outcome])).toEqual(
      [OUTSIDE_AUDITS.atGateway, OUTSIDE_AUDITS.ofGateway, OUTSIDE_AUDITS.gatewayAgrees].map((name) => [
        name,
        'unknown',
      ]),
    );
    expect(unknown[0]?.reason).toContain('no connection');
  });
});

describe('the carrier', () => {
  test('never saw a shipment', async () => {
    const { picking } = books.orders;
    await copy.spoil(
      `with booked_for as (select * from fulfillment where "orderId" = $1 and number = 1), booked as (
        insert into operation ("providerKey", "subjectType", "subjectId", kind, number, provider, "orderId", status,
          request, result, "startedAt", "finishedAt")
        select id || ':book:1', 'fulfillment', id, 'book', 1, 'sandbox-carrier', $1, 'succeeded', '{}',
          '{"reference":"bkg_none"}', now(), now()
        from booked_for)
      insert into shipment
      select $2, id, $1, "merchantId", "warehouseId", 'steady', 'sandbox-carrier', 'bkg_none', 'ST000', 'booked',
        null, null, now()
      from booked_for`,
      [picking, newId('shp')],
    );
    await expectFalse({ [OUTSIDE_AUDITS.atCarrier]: picking });
  });

  test('has a booking that we lost', async () => {
    const { labelled } = books.orders;
    await copy.spoil(
      `with lost as (
        delete from shipment s using fulfillment f
        where f.id = s."fulfillmentId" and f."orderId" = $1 and f.number = 1
        returning f.id
      )
      delete from operation using lost where "subjectId" = lost.id and kind = 'book'`,
      [labelled],
    );
    await expectFalse({ [OUTSIDE_AUDITS.ofCarrier]: ':book:1', [OUTSIDE_AUDITS.labelledHasShipment]: labelled });
  });

  test('has a shipment whose booking we lost', async () => {
    const { labelled } = books.orders;
    await copy.spoil(
      `delete from operation o using fulfillment f
      where f."orderId" = $1 and f.number = 1 and o."subjectId" = f.id and o.kind = 'book'`,
      [labelled],
    );
    await expectFalse({ [OUTSIDE_AUDITS.ofCarrier]: ':book:1', [OUTSIDE_AUDITS.bookingHasShipment]: labelled });
  });

  test('keeps a label that we believe voided', async () => {
    await copy.spoil(
      'update shipment set status = \'voided\' where id = (select min(id) from shipment where "orderId" = $1)',
      [books.orders.labelled],
    );
    await expectFalse({ [OUTSIDE_AUDITS.carrierAgrees]: books.orders.labelled });
  });

  test('voided a label that we believe live', async () => {
    const { cancelled } = books.orders;
    await copy.spoil(
      'update shipment set status = \'booked\' where id = (select min(id) from shipment where "orderId" = $1)',
      [cancelled],
    );
    await expectFalse({ [OUTSIDE_AUDITS.carrierAgrees]: cancelled, [OUTSIDE_AUDITS.noLiveLabel]: cancelled });
  });
});

describe('workflows', () => {
  const insertDraftUntil = (leaseUntil: Date) =>
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

  test('a draft that its process may still start is no fault', async () => {
    await insertDraftUntil(new Date(Date.now() + 60_000));
    await expectFalse({});
  });

  test('an open order without a workflow', async () => {
    const orderId = await insertDraftUntil(new Date(Date.now() - 3_600_000));
    await expectFalse({ [OUTSIDE_AUDITS.running]: orderId });
  });

  test('an ended order whose workflow runs', async () => {
    const handle = await restart(orderWorkflowId(books.orders.completed));
    await expectFalse({ [OUTSIDE_AUDITS.endedNotRunning]: books.orders.completed });
    await handle.terminate();
  });

  test('a workflow of an unknown order', async () => {
    const handle = await restart(orderWorkflowId('ord_nobody'));
    await expectFalse({ [OUTSIDE_AUDITS.knownOrder]: 'ord_nobody' });
    await handle.terminate();
  });
});

test('three faults at once: a terminated workflow, a capture and a booking that our books lack', async () => {
  const { gateway, carriers, temporal } = books.world;
  await temporal.client.workflow.getHandle(orderWorkflowId(books.orders.shipped)).terminate();
  await copy.transactions.run(SYSTEM, async (tx) => {
    const { providerReference } = await tx
      .selectFrom('payment')
      .select('providerReference')
      .where('orderId', '=', books.orders.labelled)
      .executeTakeFirstOrThrow();
    const path = `/v1/authorizations/${providerReference}/captures`;
    const captured = await gateway.call('POST', path, { key: 'another:capture:1', amount: 100 });
    expect(captured.status).toBe(200);
  });
  await carriers.book(bookRequest('another:book:1'));
  await expectFalse({
    [OUTSIDE_AUDITS.running]: books.orders.shipped,
    [OUTSIDE_AUDITS.ofGateway]: 'another:capture:1',
    [OUTSIDE_AUDITS.ofCarrier]: 'another:book:1',
  });
});

test('every audit of the outside was turned false by one of these faults', () => {
  expect(Object.values(OUTSIDE_AUDITS).filter((name) => !seen.has(name))).toEqual([]);
});
