import { sql } from 'kysely';
import { connectTo } from '../support/mall';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { postLedgerTransaction } from '../../src/books/ledger/ledger';
import { beginOperation, finishOperation, readOperation } from '../../src/books/operations';
import { claimKey, hashRequest, storeAnswer, type IdempotentRequest } from '../../src/books/idempotency';
import { appendEvents, readTimeline } from '../../src/books/timeline';
import type { Transactions } from '../../src/books/transactions';
import { Vault } from '../../src/books/vault';
import { SYSTEM } from '../../src/contracts/caller';

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl);
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

describe('the timeline', () => {
  test('chains events, also when many write at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        transactions.run(SYSTEM, (tx) =>
          appendEvents(tx, 'ord_1', [
            { type: 'order.received', data: { n } },
            { type: 'task.done', merchantId: 'mer_1', data: { text: `"é\\ ${n}` } },
          ]),
        ),
      ),
    );
    const events = await transactions.run(SYSTEM, (tx) => readTimeline(tx, SYSTEM, 'ord_1', 0, 100));
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const broken = await transactions.run(SYSTEM, (tx) =>
      sql<{ n: string }>`
      select count(*) as n from (
        select *, lag(hash, 1, '') over (partition by "orderId" order by seq) as previous from timeline_event
      ) e
      where hash <> timeline_hash(previous, "orderId", seq, type, at, actor, "merchantId", data)`.execute(tx),
    );
    expect(broken.rows[0]?.n).toBe(0);
  });
});

describe('the ledger', () => {
  const posting = { orderId: 'ord_1', kind: 'capture', currency: 'CNY' } as const;
  const entry = (amount: number) => ({ account: 'gateway.clearing' as const, amount, merchantId: null });

  test('takes a balanced transaction once per operation', async () => {
    const book = () =>
      transactions.run(SYSTEM, (tx) =>
        postLedgerTransaction(tx, { ...posting, operationKey: 'k1', entries: [entry(5), entry(-5)] }),
      );
    await book();
    await expect(book()).rejects.toThrow(/duplicate key/);
  });

  test('refuses an unbalanced transaction', async () => {
    await expect(
      transactions.run(SYSTEM, (tx) =>
        postLedgerTransaction(tx, { ...posting, operationKey: 'k2', entries: [entry(5), entry(-4)] }),
      ),
    ).rejects.toThrow(/does not balance/);
  });
});

describe('an operation', () => {
  const name = { subjectType: 'fulfillment', subjectId: 'ful_1', kind: 'capture', number: 1 } as const;
  const operation = { ...name, provider: 'p', orderId: 'ord_1' };

  test('is begun once, remembers its first request, and is finished once', async () => {
    const begun = { providerKey: 'ful_1:capture:1', status: 'started', request: { amount: 5 } };
    const begin = (amount: number) =>
      transactions.run(SYSTEM, (tx) => beginOperation(tx, { ...operation, request: { amount } }));
    expect(await begin(5)).toMatchObject({ ...begun, attempted: false });
    expect(await begin(6)).toMatchObject({ ...begun, attempted: true });
    const finish = () => transactions.run(SYSTEM, (tx) => finishOperation(tx, name, 'succeeded', { reference: 'r' }));
    expect([await finish(), await finish()]).toEqual([begun.providerKey, undefined]);
    expect((await begin(7)).status).toBe('succeeded');
  });

  test('is finished alone: other numbers of its kind, and other kinds, go on', async () => {
    const others = [
      { ...name, number: 2 },
      { ...name, number: 3 },
      { ...name, kind: 'refund', number: 2 },
    ] as const;
    for (const other of others)
      await transactions.run(SYSTEM, (tx) => beginOperation(tx, { ...operation, ...other, request: {} }));
    const read = () => Promise.all(others.map((other) => transactions.run(SYSTEM, (tx) => readOperation(tx, other))));
    await transactions.run(SYSTEM, (tx) => finishOperation(tx, others[0], 'refused', {}));
    expect((await read()).map((one) => one?.status)).toEqual(['refused', 'started', 'started']);
  });
});

describe('an idempotency key', () => {
  const hash = hashRequest('POST', '/v1/orders', { a: 1 });
  const claim = (key: string, requestHash = hash) =>
    transactions.run(SYSTEM, (tx) => claimKey(tx, 'mall', { key, requestHash }, 'ord_9'));

  test('is claimed once, in flight until answered, then answered alike', async () => {
    expect(await claim('a')).toEqual({ claimed: 'first' });
    expect(await claim('a')).toMatchObject({ refused: 'idempotency_in_flight' });
    await transactions.run(SYSTEM, (tx) =>
      storeAnswer(tx, 'mall', 'a', { status: 201, body: { ok: 1 }, location: '/x' }),
    );
    expect(await claim('a')).toEqual({
      claimed: 'answered',
      resourceId: 'ord_9',
      answer: { status: 201, body: { ok: 1 }, location: '/x' },
    });
  });

  test('that an earlier release stored is known by the hash of that release', async () => {
    const earlierHash = Buffer.from('as before');
    await claim('c', earlierHash);
    const again = (request: IdempotentRequest) =>
      transactions.run(SYSTEM, (tx) => claimKey(tx, 'mall', request, 'ord_9'));
    expect(await again({ key: 'c', requestHash: hash, earlierHash })).toMatchObject({
      refused: 'idempotency_in_flight',
    });
    expect(await again({ key: 'c', requestHash: hash })).toMatchObject({ refused: 'idempotency_key_reused' });
  });

  test('is refused with another request, and resumed once its lease has passed', async () => {
    await claim('b');
    expect(await claim('b', hashRequest('POST', '/v1/orders', { a: 2 }))).toMatchObject({
      refused: 'idempotency_key_reused',
    });
    await transactions.run(SYSTEM, (tx) =>
      tx
        .updateTable('idempotency_record')
        .set({ leaseUntil: new Date(0) })
        .where('key', '=', 'b')
        .execute(),
    );
    expect(await claim('b')).toEqual({ claimed: 'resumed', resourceId: 'ord_9' });
  });
});

describe('the vault', () => {
  const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  const vault = new Vault(`k1:${key(1)}`, key(9));

  test('opens what it sealed, only in its context and unaltered', () => {
    const customer = vault.newDataKey();
    const sealed = vault.seal(customer, 'ord_1:personal', 'Zoë, 1 Road');
    expect(vault.open(customer, 'ord_1:personal', sealed)).toBe('Zoë, 1 Road');
    expect(() => vault.open(customer, 'ord_2:personal', sealed)).toThrow();
    expect(() => vault.open(vault.newDataKey(), 'ord_1:personal', sealed)).toThrow();
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(() => vault.open(customer, 'ord_1:personal', sealed)).toThrow();
  });

  test('opens after a rotation what an older key wrapped, and says when a key is missing', () => {
    const old = vault.newDataKey();
    const sealed = vault.seal(old, 'c', 'text');
    const rotated = new Vault(`k2:${key(2)},k1:${key(1)}`, key(9));
    expect(rotated.open(old, 'c', sealed)).toBe('text');
    expect(rotated.newDataKey().keyId).toBe('k2');
    expect(() => new Vault(`k2:${key(2)}`, key(9)).open(old, 'c', sealed)).toThrow('holds no key "k1"');
    expect(() => new Vault('k1:c2hvcnQ=', key(9))).toThrow('32 bytes');
  });
});
