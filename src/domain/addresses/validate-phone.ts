import { isSupportedCountry, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';
import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Recipient } from '../../contracts/addresses/recipient';
import { finding } from './finding';
import { normalizeCode } from './normalize';

/** Describes a phone number's international form (E.164), or the finding about it. */
export type PhoneVerdict = { readonly phone: string } | { readonly finding: AddressFinding };

/**
 * Validates a phone number as people in the address's country write it, by libphonenumber's numbering plans. Mainland
 * China requires one of its mobile numbers; other countries accept a valid number of any country.
 */
export function validatePhone(text: string, country: string): PhoneVerdict {
  if (text === '') return { finding: finding('phone', 'missing') };
  const parsed = parse(text, country);
  if (!parsed) return { finding: finding('phone', 'not_a_phone_number', numberWithin(text, country)) };
  if (!parsed.isValid())
    return { finding: finding('phone', 'phone_not_in_use', correctedNumber(text, parsed, country)) };
  if (parsed.ext !== undefined)
    return { finding: finding('phone', 'phone_has_extension', acceptedNumber(parsed, country)) };
  return isAccepted(parsed, country) ? { phone: parsed.number } : { finding: finding('phone', 'phone_not_mobile') };
}

/** Returns the recipient's number in E.164, or undefined when the findings include the phone. */
export function dialableNumber({ phone, address }: Recipient, findings: readonly AddressFinding[]): string | undefined {
  if (findings.some(({ pointer }) => pointer === '/phone')) return undefined;
  const number = validatePhone(
    normalizeCode(phone),
    findings.find(({ pointer }) => pointer === '/address/country')?.suggestion ?? address.country,
  );
  return 'phone' in number ? number.phone : undefined;
}

function parse(text: string, country: string, extract = false): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, {
    extract,
    ...(isSupportedCountry(country) ? { defaultCountry: country } : {}),
  });
}

const isAccepted = (number: PhoneNumber, country: string): boolean =>
  country !== 'CN' || (number.country === 'CN' && number.getType() === 'MOBILE');

/** Returns a number that may be suggested, or undefined when it would be refused as well. */
const acceptedNumber = (number: PhoneNumber | undefined, country: string): string | undefined =>
  number?.isValid() === true && isAccepted(number, country) ? number.number : undefined;

/** Finds a number among other words. */
const numberWithin = (text: string, country: string): string | undefined =>
  acceptedNumber(parse(text, country, true), country);

/**
 * Restores a missing plus sign, or the ninth digit that Brazil's mobile numbers got from 2012 to 2016.
 */
function correctedNumber(text: string, parsed: PhoneNumber, country: string): string | undefined {
  const digits = text.replace(/\D/g, '');
  const international = acceptedNumber(parse(`+${digits}`, country), country);
  if (international !== undefined) return international;
  const withoutNinthDigit = /^(\d\d)([6-9]\d{7})$/.exec(parsed.nationalNumber);
  if (parsed.countryCallingCode !== '55' || !withoutNinthDigit) return undefined;
  const [, area, subscriber] = withoutNinthDigit;
  return acceptedNumber(parse(`+55${area}9${subscriber}`, country), country);
}
