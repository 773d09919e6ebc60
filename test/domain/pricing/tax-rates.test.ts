import { readFileSync } from 'node:fs';
import { TaxRates } from '../../../src/contracts/pricing/tax-rates';
import { includedTaxes } from '../../../src/domain/pricing/tax';
import { TAX_RATES } from '../../../src/domain/pricing/tax-rates';

/** The table of npm `sales-tax` (MIT): standard rates as fractions, earlier ones by the time until which they held. */
const others = JSON.parse(readFileSync(require.resolve('sales-tax/res/sales_tax_rates.json'), 'utf8')) as Record<
  string,
  { rate: number; before?: Record<string, { rate: number }> }
>;
const EU = [
  'AT',
  'BE',
  'BG',
  'CY',
  'CZ',
  'DE',
  'DK',
  'EE',
  'ES',
  'FI',
  'FR',
  'GR',
  'HR',
  'HU',
  'IE',
  'IT',
  'LT',
  'LU',
  'LV',
  'MT',
  'NL',
  'PL',
  'PT',
  'RO',
  'SE',
  'SI',
  'SK',
];

const rateAt = (country: string, day: string, category = 'standard') =>
  includedTaxes().taxOf(country, category, { goods: 0, shipping: 0 }, `${day}T12:00:00`)?.rate;
const inHundredths = (fraction: number): number => Math.round(fraction * 10_000);

test('the table is China and every member state of the EU, each with dated rates and their source', () => {
  expect(Object.keys(TAX_RATES).sort()).toEqual([...EU, 'CN'].sort());
  expect(TaxRates.parse(TAX_RATES)).toEqual(TAX_RATES);
  for (const rows of Object.values(TAX_RATES)) {
    expect(rows.map(({ since }) => since)).toEqual([...new Set(rows.map(({ since }) => since))].sort());
    expect(rows[0]?.since.localeCompare('2024-01-02')).toBe(-1);
    expect(rows.every(({ source }) => (source ?? '').length > 10)).toBe(true);
  }
});

test.each([...EU, 'CN'])(
  'the standard rate of %s equals that of another table, now and before each change since 2024',
  (country) => {
    const other = others[country];
    expect(rateAt(country, '2026-11-23')).toBe(inHundredths(other?.rate ?? 0));
    // A rate held until a moment near midnight of some time zone: the day before is well within it.
    for (const [until, { rate }] of Object.entries(other?.before ?? {}).filter(([moment]) => moment >= '2024-01-03')) {
      expect([until, rateAt(country, new Date(Date.parse(until) - 2 * 86_400_000).toISOString().slice(0, 10))]).toEqual(
        [until, inHundredths(rate)],
      );
    }
  },
);

test.each([
  ['EE', '2024-01-01', 2200],
  ['EE', '2025-06-30', 2200],
  ['EE', '2025-07-01', 2400],
  ['FI', '2024-08-31', 2400],
  ['FI', '2024-09-01', 2550],
  ['RO', '2025-07-31', 1900],
  ['RO', '2025-08-01', 2100],
  ['SK', '2024-12-31', 2000],
  ['SK', '2025-01-01', 2300],
  ['AT', '2023-12-31', undefined],
])('the standard rate of %s on %s is %s', (country, day, rate) => {
  expect(rateAt(country, day)).toBe(rate);
});

test.each([
  ['FI', '2025-12-31', 1400],
  ['FI', '2026-01-01', 1350],
  ['LT', '2025-12-31', 900],
  ['LT', '2026-01-01', 1200],
  ['RO', '2025-07-31', 900],
  ['RO', '2025-08-01', 1100],
  ['SK', '2024-12-31', 1000],
  ['SK', '2025-01-01', 500],
  ['DK', '2026-01-01', 2500],
])('the reduced rate of %s on %s is %s', (country, day, rate) => {
  expect(rateAt(country, day, 'reduced')).toBe(rate);
});

test("a mall's own rates replace those of their countries, whatever the order of the rows", () => {
  const taxes = includedTaxes({
    DE: [
      { since: '2027-01-01', rates: { standard: 2000 } },
      { since: '2026-01-01', rates: { standard: 1900, books: 700 } },
    ],
    BR: [{ since: '2026-01-01', rates: { standard: 1700 } }],
  });
  const rate = (country: string, category: string, at: string) =>
    taxes.taxOf(country, category, { goods: 11_900, shipping: 0 }, at)?.rate;
  expect([
    rate('DE', 'books', '2026-12-31T23:59:59'),
    rate('DE', 'books', '2027-01-01T00:00:00'),
    rate('DE', 'standard', '2025-12-31T23:59:59'),
  ]).toEqual([700, 2000, undefined]);
  expect([rate('BR', 'standard', '2026-11-11T12:00:00'), rate('FR', 'standard', '2026-11-11T12:00:00')]).toEqual([
    1700, 2000,
  ]);
});
