import { readFileSync } from 'node:fs';
import { TaxRates } from '../contracts/pricing/tax-rates';

/** Reads the mall's own tax rates. Throws one sentence that names every fault of the file. */
export function readTaxRates(path: string): TaxRates {
  let written: unknown;
  try {
    written = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(
      `The tax rates of ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const parsed = TaxRates.safeParse(written);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The tax rates of ${path} cannot be used. ${faults.join('; ')}`);
}
