import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FindingCode } from '../src/contracts/addresses/address-findings';
import { PromotionDefinition, RuleReason } from '../src/contracts/pricing/promotion';

const ROOT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Lists what a page sets in code type. */
const quoted = (page: string): string[] => [...read(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
const isPath = (text: string): boolean =>
  /^(src|workflows|activities|prisma|test|bench|docs|deploy|bin)\/[\w./-]+$/.test(text);

const under = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
const rooms = ['src', 'workflows', 'activities', 'prisma', 'test', 'bench', 'deploy'];
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...under('docs', '.md')];
const sources = [...rooms, 'bin', 'docs'].flatMap((folder) => under(folder, ''));
const readmes = rooms.flatMap((folder) => under(folder, 'README.md'));

test('every page of docs is checked', () => {
  expect(pages).toEqual(expect.arrayContaining(['docs/walkthrough.md', 'docs/adr/0010-rooms-are-rows.md']));
  expect(pages.length).toBeGreaterThan(30);
});

test.each(pages)('every file that %s names exists', (page) => {
  const missing = quoted(page)
    .filter(isPath)
    .filter((path) => !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});

test.each([...pages, ...readmes])('every file that %s names without its folder exists', (page) => {
  const missing = quoted(page)
    .filter((text) => /^[\w./-]+\.(ts|mjs|cjs|sql|prisma)$/.test(text) && !isPath(text))
    .filter((name) => !sources.some((file) => file.endsWith(`/${name}`)));
  expect(missing).toEqual([]);
});

/** Lists the anchors of a page's headings, as GitHub builds them. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );

test.each([...pages, ...readmes])('the links of %s lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)#?([^)\s]*)/g)];
  const broken = links.filter(([, file = '', anchor = '']) => {
    const target = file === '' ? page : join(page, '..', file);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== '' && !anchorsOf(target).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

test('the newest release of the changelog is the version of the package, and nothing older is undated', () => {
  const [unreleased, ...releases] = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '');
  expect(unreleased).toBe('Unreleased');
  expect(releases.filter((heading) => !/^\d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2}$/.test(heading))).toEqual([]);
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<'', { version: string }> };
  expect(releases[0]?.split(' ')[0]).toBe(version);
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
});

const WALKTHROUGH = 'docs/walkthrough.md';

/** Divides the walk-through into its steps: numbered ones, and paragraphs. */
const steps = read(WALKTHROUGH).split(/\n(?=\d+\. |\n|## )/);
const codeOf = (step: string): string[] => [...step.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
const isName = (text: string): boolean => /^[A-Za-z_]+(\.[A-Za-z]+)?$/.test(text);
const lastName = (name: string): string => name.split('.').pop() ?? name;

/** Checks that a file declares a name: as a function, class, type or constant, or as a member. */
function declares(file: string, name: string): boolean {
  const declared = String.raw`\b(function\*?|const|class|interface|type) ${name}\b`;
  const member = String.raw`^ +(async |private |readonly |static )*\*?${name}(<[^>]*>)?(\(.*[{,(]$|\(.*=>|:|,$)`;
  return new RegExp(`${declared}|${member}`, 'm').test(read(file));
}

/** Lists the pairs of a step: a name, and the file that follows it in brackets. */
const pairsOf = (step: string): [name: string, file: string][] =>
  [...step.matchAll(/`([A-Za-z_.]+)`(?:,|\s)\s*\(?`((?:src|workflows|activities)\/[\w./-]+\.ts)`/g)].map(
    ([, name = '', file = '']) => [lastName(name), file],
  );

test('every function that the walk-through names before a file is declared in that file', () => {
  const pairs = steps.flatMap(pairsOf);
  expect(pairs.length).toBeGreaterThan(40);
  expect(pairs.filter(([name, file]) => !declares(file, name))).toEqual([]);
  expect(declares('src/books/orders/fulfillments.ts', 'handOver')).toBe(false);
});

test('every name in a step of the walk-through is in one of the files that the same step names', () => {
  const missing = steps.flatMap((step) => {
    const words = codeOf(step);
    const files = words.filter((word) => isPath(word) && word.endsWith('.ts'));
    if (words.includes('append_timeline')) files.push('prisma/migrations/20261123000001_guards/migration.sql');
    const text = files.map(read).join('\n');
    return words.filter((word) => isName(word) && !new RegExp(`\\b${lastName(word)}\\b`).test(text));
  });
  expect(missing).toEqual([]);
});

test('docs/addresses.md lists every finding', () => {
  expect(Object.values(FindingCode).filter((code) => !quoted('docs/addresses.md').includes(code))).toEqual([]);
});

test('docs/pricing.md lists every kind of promotion and every reason why a rule does not apply', () => {
  const words = quoted('docs/pricing.md');
  const kinds = PromotionDefinition.options.map((option) => option.shape.kind.value);
  expect([...kinds, ...Object.values(RuleReason)].filter((word) => !words.includes(word))).toEqual([]);
});
