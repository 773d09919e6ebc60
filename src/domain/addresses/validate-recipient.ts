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

/**
 * Whose rules an address was held against: its country's, or those that hold everywhere where its own are not known
 * here.
 */
export type AddressRules = 'country' | 'generic';

export type AddressVerdict =
  /**
   * It can be delivered to. `recipient` differs from the input by tidying and by the phone's international form only.
   */
  | { readonly verdict: 'good'; readonly rules: AddressRules; readonly recipient: Recipient }
  /** It needs its customer. `mendable`: taking every suggestion makes it good. */
  | {
      readonly verdict: 'held';
      readonly rules: AddressRules;
      readonly mendable: boolean;
      readonly findings: readonly AddressFinding[];
    };

/** Countries that libphonenumber knows no plan of: nobody is called there. */
const WITHOUT_PHONES: readonly string[] = ['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM'];
/** What people write for a country whose code is another. */
const MISTAKEN_COUNTRIES: Readonly<Record<string, string>> = { UK: 'GB', EN: 'GB', PRC: 'CN', JA: 'JP', EL: 'GR' };
/** How many rounds of suggestions are tried: one can bring another to light. */
const ROUNDS = 4;

/**
 * Judges a recipient for format and completeness by its country's rules: mainland China by GB/T 2260, others by
 * libaddressinput's data, phones by libphonenumber. Never throws; changes nothing but what `tidyRecipient` says.
 */
export function validateRecipient(input: Recipient): AddressVerdict {
  const recipient = normalizeRecipient(input);
  const first = look(recipient);
  const rules = rulesFor(recipient.address.country);
  if (first.findings.length === 0) return { verdict: 'good', rules, recipient: { ...recipient, phone: first.phone } };
  const findings = [...first.findings];
  let mended = take(recipient, first.findings);
  for (let round = 1; round < ROUNDS && findings.every(({ suggestion }) => suggestion !== undefined); round += 1) {
    const { findings: more } = look(mended);
    if (more.length === 0) return { verdict: 'held', rules, mendable: true, findings };
    for (const one of more) {
      const told = findings.findIndex(({ pointer }) => pointer === one.pointer);
      if (told < 0) findings.push(one);
      else findings[told] = withoutSuggestion(findings[told] ?? one);
    }
    mended = take(mended, more);
  }
  return { verdict: 'held', rules, mendable: false, findings };
}

/** Takes every suggestion, as a customer would who agrees. */
export function take(recipient: Recipient, findings: readonly AddressFinding[]): Recipient {
  const said = new Map(
    findings.flatMap(({ pointer, suggestion }) => (suggestion === undefined ? [] : [[pointer, suggestion] as const])),
  );
  const address = Object.fromEntries(
    [...said].flatMap(([pointer, text]) =>
      pointer.startsWith('/address/') ? [[pointer.slice('/address/'.length), text]] : [],
    ),
  );
  return {
    ...recipient,
    phone: said.get('/phone') ?? recipient.phone,
    name: said.get('/name') ?? recipient.name,
    address: { ...recipient.address, ...address },
  };
}

const rulesFor = (country: string): AddressRules =>
  country === 'CN' || rulesOf(country).country === country ? 'country' : 'generic';

const withoutSuggestion = ({ pointer, code, detail }: AddressFinding): AddressFinding => ({ pointer, code, detail });

/** Looks at a tidied recipient once. `phone` is dialable where nothing was found. */
function look({ name, phone, address }: Recipient): { findings: AddressFinding[]; phone: string } {
  const { country } = address;
  const places = judgeAddress(address);
  // Who lives elsewhere than they said has a number from there.
  const number = validatePhone(
    phone,
    places.find(({ pointer }) => pointer === '/address/country')?.suggestion ?? country,
  );
  const people = [...validateName(name, country), ...('finding' in number ? [number.finding] : [])];
  return { findings: [...people, ...places], phone: 'phone' in number ? number.phone : phone };
}

function judgeAddress(address: Address): AddressFinding[] {
  const { country } = address;
  if (!isSupportedCountry(country) && !WITHOUT_PHONES.includes(country))
    return [finding('country', 'unknown_country', MISTAKEN_COUNTRIES[country]), ...validateLine(address)];
  if (country === 'CN') return [...validateChineseAddress(address), ...validateLine(address)];
  const rules = rulesOf(country);
  const code = validatePostcode(rules, address.postcode);
  const malformed = 'finding' in code ? [code.finding] : [];
  return [
    ...validateDivisions(rules, address, 'postcode' in code ? code.postcode : undefined),
    ...malformed,
    ...validateLine(address),
  ];
}
