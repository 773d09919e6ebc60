/** Rates by country and tax category, in hundredths of a percent of the price without tax. `standard` is for every other category. */
export type TaxRates = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Value-added tax by country. China: the three rates of its Value-Added Tax Law (in force since 2026-01-01). The EU: the
 * standard and the main reduced rate of each member state, as the European Commission lists them ("VAT rates applied in
 * the Member States"; Taxes in Europe Database). Rates change: docs/pricing.md says how a mall keeps its own table.
 */
export const TAX_RATES: TaxRates = {
  CN: { standard: 1300, reduced: 900, services: 600, exempt: 0 },
  AT: { standard: 2000, reduced: 1000, exempt: 0 },
  BE: { standard: 2100, reduced: 600, exempt: 0 },
  BG: { standard: 2000, reduced: 900, exempt: 0 },
  CY: { standard: 1900, reduced: 500, exempt: 0 },
  CZ: { standard: 2100, reduced: 1200, exempt: 0 },
  DE: { standard: 1900, reduced: 700, exempt: 0 },
  DK: { standard: 2500, exempt: 0 },
  EE: { standard: 2400, reduced: 900, exempt: 0 },
  ES: { standard: 2100, reduced: 1000, exempt: 0 },
  FI: { standard: 2550, reduced: 1350, exempt: 0 },
  FR: { standard: 2000, reduced: 550, exempt: 0 },
  GR: { standard: 2400, reduced: 1300, exempt: 0 },
  HR: { standard: 2500, reduced: 500, exempt: 0 },
  HU: { standard: 2700, reduced: 500, exempt: 0 },
  IE: { standard: 2300, reduced: 1350, exempt: 0 },
  IT: { standard: 2200, reduced: 1000, exempt: 0 },
  LT: { standard: 2100, reduced: 1200, exempt: 0 },
  LU: { standard: 1700, reduced: 800, exempt: 0 },
  LV: { standard: 2100, reduced: 1200, exempt: 0 },
  MT: { standard: 1800, reduced: 500, exempt: 0 },
  NL: { standard: 2100, reduced: 900, exempt: 0 },
  PL: { standard: 2300, reduced: 800, exempt: 0 },
  PT: { standard: 2300, reduced: 600, exempt: 0 },
  RO: { standard: 2100, reduced: 1100, exempt: 0 },
  SE: { standard: 2500, reduced: 1200, exempt: 0 },
  SI: { standard: 2200, reduced: 950, exempt: 0 },
  SK: { standard: 2300, reduced: 500, exempt: 0 },
};
