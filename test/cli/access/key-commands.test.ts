import { callerOf } from '../../../src/books/access/api-keys';
import { ApiKeyService } from '../../../src/services/access/api-keys';
import { SYSTEM } from '../../../src/contracts/caller';
import type { Transactions } from '../../../src/books/transactions';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { connectTo, seedMall, type TestMall } from '../../support/mall';

let database: TestDatabase;
let transactions: Transactions;
let mall: TestMall;
let keys: ApiKeyService;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl);
  mall = await seedMall(transactions);
  keys = new ApiKeyService(transactions);
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const whom = (secret: string) => transactions.run(SYSTEM, (tx) => callerOf(tx, secret));

test('a key belongs to its subject until it is revoked', async () => {
  const { id, secret } = await keys.issue('merchant', mall.merchantIds[0], 'a shop');
  expect(await whom(secret)).toEqual({ role: 'merchant', subject: mall.merchantIds[0], actor: `merchant:${id}` });
  expect((await keys.list())[0]).toMatchObject({
    id,
    role: 'merchant',
    subjectId: mall.merchantIds[0],
    label: 'a shop',
    revokedAt: null,
  });
  expect(await keys.revoke(id)).toBe(true);
  expect(await whom(secret)).toBeUndefined();
  expect(await keys.revoke(id)).toBe(false);
});

test("a key's list holds no secret", async () => {
  const { secret } = await keys.issue('support', null, 'desk');
  expect(JSON.stringify(await keys.list())).not.toContain(secret);
});

test.each([
  ['merchant', null, /belongs to a merchant/],
  ['warehouse', 'whs_none', /belongs to a warehouse/],
  ['platform', 'mer_1', /takes no subject/],
] as const)('a %s key for %s is refused', async (role, subject, message) => {
  await expect(keys.issue(role, subject, 'x')).rejects.toThrow(message);
});
