import { filesUnder, textOf } from './imports';
import { ownerFaults, writesOf, type Write } from './rules';

/** Reads the tables from the Prisma schema: a model's name is its table's, unless it is mapped. */
function tablesOf(schema: string): string[] {
  return schema
    .split(/^model /m)
    .slice(1)
    .map((model) => {
      const [name = ''] = model.split(/[\s{]/);
      return /@@map\("([^"]+)"\)/.exec(model)?.[1] ?? name;
    });
}

const tables = tablesOf(textOf('prisma/schema.prisma'));
const writes = ['src', 'activities', 'workflows'].flatMap(filesUnder).flatMap((file) => writesOf(file, textOf(file)));
const written = (file: string, code: string): Write[] => writesOf(file, code);

test('every table is written by exactly one folder of the books', () => {
  expect(tables.length).toBeGreaterThan(30);
  expect(writes.length).toBeGreaterThan(60);
  expect(ownerFaults(writes, tables)).toEqual([]);
});

test('every table that this release writes is one of the schema', () => {
  const unknown = writes.filter(({ table }) => !tables.includes(table) && !table.startsWith('_prisma'));
  expect(unknown.map(({ file, line, table }) => `${file}:${line} writes ${table}`)).toEqual([]);
});

describe('a planted write is found', () => {
  const owner = written('src/books/payments/payments.ts', `tx.updateTable('payment').set({})`);

  test.each([
    ['by a call', 'src/books/orders/orders.ts', `tx.updateTable('payment').set({})`],
    ['by a call with an alias', 'src/books/orders/orders.ts', `tx.updateTable('payment as p').set({})`],
    ['by a statement', 'src/books/orders/orders.ts', 'sql`update payment set status = ${status}`'],
    [
      'by a statement inside another',
      'src/books/orders/orders.ts',
      'sql`with x as (delete from payment returning id) select 1`',
    ],
    [
      'by a statement in a plain text',
      'src/books/orders/orders.ts',
      `client.query('insert into payment (id) values (1)')`,
    ],
    ['outside the books', 'activities/orders/orders.ts', `tx.insertInto('payment').values({})`],
    ['of a table that only the run knows', 'activities/orders/orders.ts', 'tx.deleteFrom(table)'],
  ])('%s', (_how, file, code) => {
    expect(ownerFaults([...owner, ...written(file, code)], tables)).not.toEqual([]);
  });

  test("and reading another folder's table is no write", () => {
    const read = written(
      'src/books/orders/orders.ts',
      "sql`select 1 from payment for update`; tx.selectFrom('payment')",
    );
    expect(ownerFaults([...owner, ...read], tables)).toEqual([]);
  });
});
