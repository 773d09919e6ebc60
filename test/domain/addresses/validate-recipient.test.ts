import fc from 'fast-check';
import { FINDING_TEXTS } from '../../../src/contracts/addresses/address-findings';
import type { Address, Recipient } from '../../../src/contracts/addresses/recipient';
import { validateRecipient, applySuggestions } from '../../../src/domain/addresses/validate-recipient';
import { dialableNumber } from '../../../src/domain/addresses/validate-phone';
import { GOOD, HOPELESS, MENDABLE, recipientIn, type AddressCase } from './address-cases';

const foundIn = ({ recipient }: AddressCase): Record<string, readonly string[]> => {
  const verdict = validateRecipient(recipient);
  return verdict.verdict === 'good'
    ? {}
    : Object.fromEntries(
        verdict.findings.map(({ pointer, code, suggestion }) => [
          pointer,
          suggestion === undefined ? [code] : [code, suggestion],
        ]),
      );
};

test('the table has 120 cases or more, and each of its lists names every country', () => {
  expect(GOOD.length + MENDABLE.length + HOPELESS.length).toBeGreaterThanOrEqual(120);
  for (const cases of [GOOD, MENDABLE, HOPELESS]) {
    const countries = new Set(cases.map(({ recipient }) => recipient.address.country));
    expect([...countries]).toEqual(expect.arrayContaining(['CN', 'HK', 'TW', 'US', 'BR', 'DE', 'JP', 'GB']));
  }
});

test.each(GOOD)('is good: $what', (one) => {
  expect(foundIn(one)).toEqual({});
});

test.each(MENDABLE)('is mendable: $what', (one) => {
  expect(foundIn(one)).toEqual(one.found);
  expect(validateRecipient(one.recipient)).toMatchObject({ verdict: 'held', mendable: true });
});

test.each(HOPELESS)('needs its customer: $what', (one) => {
  expect(foundIn(one)).toEqual(one.found);
});

test('names the rules that validated the address', () => {
  expect(validateRecipient(recipientIn('FR', { line1: 'Rue de Rivoli 1', city: 'Paris' }))).toMatchObject({
    verdict: 'good',
    rules: 'generic',
  });
  expect(
    validateRecipient(recipientIn('DE', { line1: 'Platz der Republik 1', city: 'Berlin', postcode: '11011' })),
  ).toMatchObject({ rules: 'country' });
});

test('a good address keeps its words; phone and width are normalized', () => {
  const verdict = validateRecipient({
    name: ' Front   Desk ',
    phone: '０９０-1234-5678',
    address: { country: 'JP', postcode: '１００−０００５', region: '東京都', city: '', line1: '丸の内１ー９ー１\n1F' },
  });
  expect(verdict).toMatchObject({
    verdict: 'held',
    findings: [{ pointer: '/address/postcode', suggestion: '100-0005' }],
  });
  expect(
    validateRecipient({
      name: ' Front   Desk ',
      phone: '０９０-1234-5678',
      address: {
        country: 'JP',
        postcode: '１００-０００５',
        region: '東京都',
        city: '',
        line1: '丸の内１ー９ー１\n1F',
      },
    }),
  ).toEqual({
    verdict: 'good',
    rules: 'country',
    recipient: {
      name: 'Front Desk',
      phone: '+819012345678',
      address: { country: 'JP', postcode: '100-0005', region: '東京都', line1: '丸の内1ー9ー1 1F' },
    },
  });
});

test('every finding has its words in both languages', () => {
  for (const texts of Object.values(FINDING_TEXTS))
    expect([texts.en, texts['zh-CN']].every((text) => text.length > 3)).toBe(true);
});

const words = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ...[...GOOD, ...MENDABLE, ...HOPELESS].flatMap(({ recipient }) =>
      [recipient.phone, ...Object.values<string | undefined>({ ...recipient.address })].flatMap((text) => text ?? []),
    ),
  ),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const present = (fields: Record<string, string | undefined>): Partial<Address> =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined));
const anything: fc.Arbitrary<Recipient> = fc
  .record({
    name: words,
    phone: words,
    country: fc.constantFrom('CN', 'HK', 'MO', 'TW', 'US', 'BR', 'DE', 'JP', 'GB', 'FR', 'XX'),
    line1: words,
    more: fc.record({
      region: maybe(words),
      city: maybe(words),
      district: maybe(words),
      line2: maybe(words),
      postcode: maybe(words),
      divisionCode: maybe(words),
    }),
  })
  .map(({ name, phone, country, line1, more }) => ({ name, phone, address: { country, line1, ...present(more) } }));
/** Addresses of the table with a field or two changed: near enough to a good one to reach every rule. */
const nearly: fc.Arbitrary<Recipient> = fc
  .tuple(
    fc.constantFrom(...GOOD, ...MENDABLE),
    fc.constantFrom('region', 'city', 'district', 'postcode', 'line1', 'divisionCode'),
    words,
  )
  .map(([{ recipient }, field, text]) => ({ ...recipient, address: { ...recipient.address, [field]: text } }));

/** Removes the differences that normalizing may make: the two texts must then be equal. */
const withoutFormat = (text: string | undefined): string => (text ?? '').normalize('NFKC').replace(/\s/gu, '');
const FIELDS = ['country', 'region', 'city', 'district', 'line1', 'line2', 'postcode', 'divisionCode'] as const;

test('no input makes it throw, and nothing but the format changes', () => {
  fc.assert(
    fc.property(fc.oneof(anything, nearly), (recipient) => {
      const verdict = validateRecipient(recipient);
      if (verdict.verdict === 'held') return verdict.findings.length > 0;
      for (const field of FIELDS)
        expect(withoutFormat(verdict.recipient.address[field])).toBe(withoutFormat(recipient.address[field]));
      expect(withoutFormat(verdict.recipient.name)).toBe(withoutFormat(recipient.name));
      const digits = withoutFormat(recipient.phone).replace(/\D/g, '').replace(/^0+/, '');
      expect(verdict.recipient.phone.replace(/\D/g, '').endsWith(digits)).toBe(true);
      expect(validateRecipient(verdict.recipient)).toEqual(verdict);
      return true;
    }),
    { numRuns: 2_000 },
  );
});

test('a mendable address with all its suggestions applied is good', () => {
  let seen = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        anything,
        nearly,
        fc.constantFrom(...MENDABLE).map((one) => one.recipient),
      ),
      (recipient) => {
        const verdict = validateRecipient(recipient);
        if (verdict.verdict === 'good' || !verdict.mendable) return;
        seen += 1;
        expect(validateRecipient(applySuggestions(recipient, verdict.findings))).toMatchObject({ verdict: 'good' });
      },
    ),
    { numRuns: 2_000 },
  );
  expect(seen).toBeGreaterThan(100);
});

test.each<[country: string, typed: string, dialled: string | undefined]>([
  ['CN', '138 0013 8000', '+8613800138000'],
  ['CN', '１３８００１３８０００', '+8613800138000'],
  ['GB', '07400 123456', '+447400123456'],
  ['BR', '+1 201-555-0123', '+12015550123'],
  // A suggested country decides how the number is read.
  ['UK', '07400 123456', '+447400123456'],
  ['CN', '021 1234 5678', undefined],
  ['BR', '12', undefined],
])('in %s, the phone %s of a held recipient is dialled as %s', (country, typed, dialled) => {
  const held: Recipient = { name: '1', phone: typed, address: { country, line1: '' } };
  const verdict = validateRecipient(held);
  expect(verdict.verdict === 'held' && dialableNumber(held, verdict.findings)).toBe(dialled);
});
