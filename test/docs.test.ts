import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FindingCode } from '../src/contracts/addresses/address-findings';
import { PromotionDefinition, RuleReason } from '../src/contracts/pricing/promotion';

const ROOT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Lists the code spans of a page. */
const quoted = (page: string): string[] => [...read(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
const isPath = (text: string): boolean => /^(src|workflows|activities|prisma|test|bench|docs)\//.test(text);

test.each([
  'docs/walkthrough.md',
  'README.md',
  'docs/audit.md',
  'docs/replay.md',
  'docs/sandbox.md',
  'docs/operations.md',
  'docs/scaling.md',
  'docs/metrics.md',
  'docs/faults.md',
  'docs/performance.md',
  'docs/tracing.md',
  'docs/deploying.md',
  'docs/stock.md',
  'docs/addresses.md',
  'docs/pricing.md',
])('every file that %s names exists', (page) => {
  const missing = quoted(page)
    .filter(isPath)
    .filter((path) => !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});

test('every function that the walk-through names is in one of the files that it names', () => {
  const words = quoted('docs/walkthrough.md');
  const sources =
    words
      .filter((word) => isPath(word) && word.endsWith('.ts'))
      .map(read)
      .join('\n') + read('prisma/migrations/20261123000001_guards/migration.sql');
  const functions = words.filter((word) => /^[A-Za-z]+(\.[A-Za-z]+)?$/.test(word) || word === 'append_timeline');
  expect(functions.length).toBeGreaterThan(30);
  expect(functions.filter((name) => !sources.includes(name.split('.').pop() ?? name))).toEqual([]);
});

test('every link of the pages has a target', () => {
  for (const page of [
    'README.md',
    'docs/replay.md',
    'docs/audit.md',
    'docs/sandbox.md',
    'docs/errors.md',
    'docs/operations.md',
    'docs/scaling.md',
    'docs/tracing.md',
    'docs/deploying.md',
    'docs/pricing.md',
  ]) {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(ROOT, page, '..', link)))).toEqual([]);
  }
});

test('docs/addresses.md lists every finding', () => {
  expect(Object.values(FindingCode).filter((code) => !quoted('docs/addresses.md').includes(code))).toEqual([]);
});

test('docs/pricing.md lists every kind of promotion and every reason why a rule does not apply', () => {
  const words = quoted('docs/pricing.md');
  const kinds = PromotionDefinition.options.map((option) => option.shape.kind.value);
  expect([...kinds, ...Object.values(RuleReason)].filter((word) => !words.includes(word))).toEqual([]);
});
