/**
 * Tells whether a text holds what looks like a payment card's number: 13 to 19 digits, spaces and dashes between them
 * allowed, letters beside them not (ids hold such runs by chance), that pass the Luhn check (ISO/IEC 7812-1).
 */
export function holdsCardNumber(text: string): boolean {
  for (const match of text.matchAll(/(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])/g)) {
    if (passesLuhn(match[0].replace(/[ -]/g, ''))) return true;
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  Array.from(digits)
    .reverse()
    .forEach((digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
  return sum % 10 === 0;
}
