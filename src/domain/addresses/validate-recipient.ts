import { isSupportedCountry } from 'libphonenumber-js/max';
import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Address, Recipient } from '../../contracts/addresses/recipient';
import { validateChineseAddress } from './validate-chinese-address';
import { rulesOf } from './country-rules';
import { validateDivisions } from './validate-divisions';
import { finding } from './finding';
import { validateLine, validateName } from './validate-line';
import { validatePhone } from './validate-phone';
import { validatePostcode } from './validate-postcode';
import { normalizeRecipient } from './normalize';

/** Names the rules that validated an address: its country's, or the generic ones for countries without data. */
export type AddressRules = 'country' | 'generic';

/** Says that a carrier can deliver to the recipient. */
interface GoodAddress {
  readonly verdict: 'good';
  readonly rules: AddressRules;
  /** The normalized recipient, with the phone in its international form; nothing else differs from the input. */
  readonly recipient: Recipient;
}

/** Says that the customer must correct the recipient. */
interface HeldAddress {
  readonly verdict: 'held';
  readonly rules: AddressRules;
  /** Whether the recipient becomes good when the customer takes every suggestion. */
  readonly mendable: boolean;
  readonly findings: readonly AddressFinding[];
}

export type AddressVerdict = GoodAddress | HeldAddress;

/** Countries without a numbering plan in libphonenumber. */
const WITHOUT_PHONES: readonly string[] = ['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM'];
/** Wrong country codes that people write, with the right ones. */
const MISTAKEN_COUNTRIES: Readonly<Record<string, string>> = { UK: 'GB', EN: 'GB', PRC: 'CN', JA: 'JP', EL: 'GR' };
/** Limits how often suggestions are applied: each round can uncover further findings. */
const MAX_ROUNDS = 4;

/**
 * Validates a recipient's format and completeness by its country's rules. They come from GB/T 2260 for mainland China,
 * from libaddressinput's data for other countries, and from libphonenumber for phones. Never throws; changes only what
 * `normalizeRecipient` does.
 */
export function validateRecipient(input: Recipient): AddressVerdict {
  const recipient = normalizeRecipient(input);
  const first = findingsOf(recipient);
  const rules = rulesFor(recipient.address.country);
  if (first.findings.length === 0) return { verdict: 'good', rules, recipient: { ...recipient, phone: first.phone } };
  const findings = [...first.findings];
  let corrected = applySuggestions(recipient, first.findings);
  for (let round = 1; round < MAX_ROUNDS && findings.every(({ suggestion }) => suggestion !== undefined); round += 1) {
    const { findings: further } = findingsOf(corrected);
    if (further.length === 0) return { verdict: 'held', rules, mendable: true, findings };
    for (const next of further) {
      const index = findings.findIndex(({ pointer }) => pointer === next.pointer);
      if (index < 0) findings.push(next);
      else findings[index] = withoutSuggestion(findings[index] ?? next);
    }
    corrected = applySuggestions(corrected, further);
  }
  return { verdict: 'held', rules, mendable: false, findings };
}

/** Applies every suggestion to a recipient, as a customer does who accepts them all. */
export function applySuggestions(recipient: Recipient, findings: readonly AddressFinding[]): Recipient {
  const suggestions = new Map<string, string>();
  for (const { pointer, suggestion } of findings) if (suggestion !== undefined) suggestions.set(pointer, suggestion);
  const address: Record<string, string> = {};
  for (const [pointer, suggestion] of suggestions)
    if (pointer.startsWith('/address/')) address[pointer.slice('/address/'.length)] = suggestion;
  return {
    ...recipient,
    phone: suggestions.get('/phone') ?? recipient.phone,
    name: suggestions.get('/name') ?? recipient.name,
    address: { ...recipient.address, ...address },
  };
}

const rulesFor = (country: string): AddressRules =>
  country === 'CN' || rulesOf(country).country === country ? 'country' : 'generic';

const withoutSuggestion = ({ pointer, code, detail }: AddressFinding): AddressFinding => ({ pointer, code, detail });

/** Validates every field of a normalized recipient once. A phone without a finding is returned in E.164. */
function findingsOf({ name, phone, address }: Recipient): { findings: AddressFinding[]; phone: string } {
  const { country } = address;
  const addressFindings = validateAddress(address);
  // A suggested country decides how the phone number is read.
  const suggestedCountry = addressFindings.find(({ pointer }) => pointer === '/address/country')?.suggestion;
  const number = validatePhone(phone, suggestedCountry ?? country);
  const nameFindings = validateName(name, country);
  if ('phone' in number) return { findings: [...nameFindings, ...addressFindings], phone: number.phone };
  return { findings: [...nameFindings, number.finding, ...addressFindings], phone };
}

function validateAddress(address: Address): AddressFinding[] {
  const { country } = address;
  if (!isSupportedCountry(country) && !WITHOUT_PHONES.includes(country))
    return [finding('country', 'unknown_country', MISTAKEN_COUNTRIES[country]), ...validateLine(address)];
  if (country === 'CN') return [...validateChineseAddress(address), ...validateLine(address)];
  const rules = rulesOf(country);
  const postcode = validatePostcode(rules, address.postcode);
  if ('finding' in postcode)
    return [...validateDivisions(rules, address, undefined), postcode.finding, ...validateLine(address)];
  return [...validateDivisions(rules, address, postcode.postcode), ...validateLine(address)];
}
