import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTaxRates } from '../../src/process/tax-rates-file';

const folder = mkdtempSync(join(tmpdir(), 'tax-rates-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const written = (text: string): string => {
  const path = join(folder, 'rates.json');
  writeFileSync(path, text);
  return path;
};

test("reads a mall's own rates", () => {
  const rates = { BR: [{ since: '2026-01-01', rates: { standard: 1700, reduced: 700 }, source: 'our adviser' }] };
  expect(readTaxRates(written(JSON.stringify(rates)))).toEqual(rates);
});

test.each([
  ['text that is not JSON', '{', 'cannot be read'],
  ['a country by its name', '{"Brazil":[{"since":"2026-01-01","rates":{"standard":1700}}]}', 'Brazil: '],
  ['no day', '{"BR":[{"rates":{"standard":1700}}]}', 'BR.0.since: '],
  ['a day that does not exist', '{"BR":[{"since":"2026-02-30","rates":{"standard":1700}}]}', 'BR.0.since: '],
  ['no standard rate', '{"BR":[{"since":"2026-01-01","rates":{"books":0}}]}', 'BR.0.rates: must have a standard rate'],
  ['a rate in percent', '{"BR":[{"since":"2026-01-01","rates":{"standard":17.5}}]}', 'BR.0.rates.standard: '],
])('refuses %s, and says where', (_case, text, message) => {
  expect(() => readTaxRates(written(text))).toThrow(message);
});
