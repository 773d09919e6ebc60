import type { Address, Recipient } from '../../contracts/addresses/recipient';

const FULL_WIDTH_ZERO = 0xff10;

/** Replaces full-width digits by the ASCII digits that carriers' systems read. */
const halfWidthDigits = (text: string): string =>
  text.replace(/[\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) - FULL_WIDTH_ZERO));

/** Trims a text, reduces white space (line breaks included) to single blanks, and makes digits half-width. */
export const normalizeText = (text: string): string => halfWidthDigits(text).replace(/\s+/gu, ' ').trim();

/** Normalizes a code (phone, postcode): half-width characters by Unicode's NFKC, single blanks, trimmed. */
export const normalizeCode = (text: string): string => text.normalize('NFKC').replace(/\s+/gu, ' ').trim();

/**
 * Normalizes white space and the width of digits in a recipient, and leaves out its empty fields. A person reads the
 * result as they read the input; normalizing it again changes nothing.
 */
export function normalizeRecipient({ name, phone, email, address }: Recipient): Recipient {
  const optional = (
    field: Exclude<keyof Address, 'country' | 'line1'>,
    normalize: (text: string) => string,
  ): Partial<Address> => {
    const text = normalize(address[field] ?? '');
    return text === '' ? {} : { [field]: text };
  };
  return {
    name: normalizeText(name),
    phone: normalizeCode(phone),
    ...(email === undefined ? {} : { email }),
    address: {
      country: address.country,
      ...optional('region', normalizeText),
      ...optional('city', normalizeText),
      ...optional('district', normalizeText),
      line1: normalizeText(address.line1),
      ...optional('line2', normalizeText),
      ...optional('postcode', normalizeCode),
      ...optional('divisionCode', normalizeCode),
    },
  };
}
