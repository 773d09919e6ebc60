import type { TaxRates } from '../../contracts/pricing/tax-rates';

/**
 * Cites the European Commission's Taxes in Europe Database, as read by https://github.com/vatnode/eu-vat-rates-data-js
 * (MIT) on 2026-08-22.
 */
const TEDB = 'TEDB, read 2026-08-22';
/** Cites https://github.com/ibericode/vat-rates (MIT) for the days on which rates changed. */
const CHANGES = 'ibericode/vat-rates, read 2026-11-23';

const row = (
  since: string,
  standard: number,
  reduced: number | undefined,
  source: string,
): TaxRates[string][number] => ({
  since,
  source,
  rates: { standard, ...(reduced === undefined ? {} : { reduced }), exempt: 0 },
});
const unchanged = (standard: number, reduced?: number) => [row('2024-01-01', standard, reduced, TEDB)];

/**
 * Lists value-added tax by country since 2024-01-01, in hundredths of a percent. For each EU member state it has the
 * standard rate and the main reduced rate for goods. docs/pricing.md says how a mall sets its own rates.
 */
export const TAX_RATES: TaxRates = {
  // The three rates are those of 2019-04-01; the Value-Added Tax Law, in force since 2026-01-01, keeps them.
  CN: [
    {
      since: '2019-04-01',
      rates: { standard: 1300, reduced: 900, services: 600, exempt: 0 },
      source: 'Announcement 39 of 2019; Value-Added Tax Law, article 10',
    },
  ],
  AT: unchanged(2000, 1000),
  BE: unchanged(2100, 600),
  BG: unchanged(2000, 900),
  CY: unchanged(1900, 500),
  CZ: unchanged(2100, 1200),
  DE: unchanged(1900, 700),
  DK: unchanged(2500),
  EE: [row('2024-01-01', 2200, 900, CHANGES), row('2025-07-01', 2400, 900, TEDB)],
  ES: unchanged(2100, 1000),
  FI: [
    row('2024-01-01', 2400, 1400, CHANGES),
    row('2024-09-01', 2550, 1400, CHANGES),
    row('2026-01-01', 2550, 1350, TEDB),
  ],
  FR: unchanged(2000, 550),
  GR: unchanged(2400, 1300),
  HR: unchanged(2500, 500),
  HU: unchanged(2700, 500),
  IE: unchanged(2300, 1350),
  IT: unchanged(2200, 1000),
  LT: [row('2024-01-01', 2100, 900, CHANGES), row('2026-01-01', 2100, 1200, TEDB)],
  LU: unchanged(1700, 800),
  LV: unchanged(2100, 1200),
  MT: unchanged(1800, 500),
  NL: unchanged(2100, 900),
  PL: unchanged(2300, 800),
  PT: unchanged(2300, 600),
  RO: [row('2024-01-01', 1900, 900, CHANGES), row('2025-08-01', 2100, 1100, TEDB)],
  SE: unchanged(2500, 1200),
  SI: unchanged(2200, 950),
  SK: [row('2024-01-01', 2000, 1000, CHANGES), row('2025-01-01', 2300, 500, TEDB)],
};
