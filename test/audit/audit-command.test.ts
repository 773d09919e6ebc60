import { Command } from 'commander';
import { registerAudit } from '../../src/cli/audit';
import { API_KEY } from '../sandboxes/sandboxes';
import { copyBooks, keepHonestBooks, type Copy, type HonestBooks } from './audit-books';

const before = { ...process.env };
let books: HonestBooks;
let copy: Copy;

beforeAll(async () => {
  books = await keepHonestBooks();
  await books.world.transactions.close();
  copy = await copyBooks(books.world);
  const { temporal, gateway, carrier, supplier } = books.world;
  Object.assign(process.env, {
    DATABASE_URL: copy.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.client.options.namespace,
    PAYMENT_URL: gateway.url,
    PAYMENT_API_KEY: API_KEY,
    CARRIER_URL: carrier.url,
    CARRIER_API_KEY: API_KEY,
    SUPPLIER_URL: supplier.url,
    SUPPLIER_API_KEY: API_KEY,
  });
}, 240_000);
afterAll(async () => {
  process.env = before;
  await copy.drop();
  await books.world.close();
});

/** Runs the command; returns what it printed and its exit code. */
async function audit(...flags: string[]): Promise<{ printed: string; exitCode: number }> {
  const program = new Command();
  registerAudit(program);
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(['node', 'mallflow', 'audit', ...flags]);
    return {
      printed: write.mock.calls.map(([text]) => String(text)).join(''),
      exitCode: Number(process.exitCode ?? 0),
    };
  } finally {
    write.mockRestore();
    process.exitCode = 0;
  }
}

test('says of honest books that they are right', async () => {
  const { printed, exitCode } = await audit();
  expect(printed).toMatch(/The books are right: all \d+ audits are true\.\n$/);
  expect(printed).toContain('  ✓ The hash chain of every timeline is intact\n');
  expect(exitCode).toBe(0);
});

test('names what is false, runs all the rest, and ends with 1', async () => {
  await copy.spoil('update stock set "onHand" = "onHand" + 1 where "skuId" = $1', [books.mall.skus.rug.id]);
  const text = await audit();
  expect(text.printed).toContain(
    `  ✗ The units on hand of each SKU equal the sum of its lots: 1 finding(s)\n      ${books.mall.skus.rug.id} at `,
  );
  expect(text.exitCode).toBe(1);
  const { printed, exitCode } = await audit('--json');
  const { holds, audits } = JSON.parse(printed) as { holds: boolean; audits: { outcome: string }[] };
  expect({ holds, exitCode, false: audits.filter(({ outcome }) => outcome === 'false').length }).toEqual({
    holds: false,
    exitCode: 1,
    false: 1,
  });
  await copy.spoil('update stock set "onHand" = "onHand" - 1 where "skuId" = $1', [books.mall.skus.rug.id]);
});

test('an unavailable carrier is no pass', async () => {
  process.env.CARRIER_URL = 'http://127.0.0.1:9';
  const { printed, exitCode } = await audit();
  process.env.CARRIER_URL = books.world.carrier.url;
  expect(printed).toContain('  ? Every booking at the carrier is in our books\n      sandbox-carrier is unavailable');
  expect(printed).toMatch(/0 are false and 3 could not be checked/);
  expect(exitCode).toBe(1);
});

test('without a database, or a stack, it is one sentence', async () => {
  process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:9/none';
  await expect(audit()).rejects.toThrow('The database is unavailable');
  delete process.env.DATABASE_URL;
  await expect(audit('--state', '/nowhere/at/all')).rejects.toThrow(
    'No Mallflow is ready on /nowhere/at/all: start it',
  );
});
