import { FINDING_TEXTS, type AddressFinding, type FindingCode } from '../../contracts/addresses/address-findings';
import type { Address } from '../../contracts/addresses/recipient';

/** Builds a finding about one field of the recipient or of its address. */
export function finding(
  field: 'name' | 'phone' | keyof Address,
  code: FindingCode,
  suggestion?: string,
): AddressFinding {
  const pointer = field === 'name' || field === 'phone' ? `/${field}` : `/address/${field}`;
  return { pointer, code, detail: FINDING_TEXTS[code].en, ...(suggestion === undefined ? {} : { suggestion }) };
}
