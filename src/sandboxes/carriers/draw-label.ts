import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { CarrierLine } from './carrier-lines';
import type { BookBody } from './carrier-messages';

/** Removes `^`, `~` and control characters, which begin commands of the printer. */
const printable = (text: string): string => text.replace(/[\^~\p{Cc}]/gu, ' ').trim();

/**
 * Draws a 4 x 6 inch label for a 203 dpi printer (ZPL II, UTF-8). Shows carrier, Code 128 of the tracking number,
 * recipient, fragile mark.
 */
export function drawLabel(
  line: CarrierLine,
  trackingNumber: string,
  { reference, from, to, parcel, fragile }: BookBody,
): string {
  const { address } = to;
  const recipient = [
    to.name,
    to.phone,
    address.line1,
    address.line2,
    [address.district, address.city].filter(Boolean).join(', '),
    [address.region, address.postcode, address.country].filter(Boolean).join(' '),
  ].filter((text) => text !== undefined && text !== '');
  const sender = [from.name, from.city, from.postcode, from.country].filter(Boolean).join(', ');
  return [
    '^XA',
    '^CI28',
    '^PW812',
    '^LL1218',
    `^FO40,40^A0N,60,60^FD${printable(line.name)}^FS`,
    `^FO40,120^A0N,28,28^FDFrom: ${printable(sender)}^FS`,
    '^FO40,170^GB732,3,3^FS',
    ...recipient.map((text, index) => `^FO40,${200 + index * 50}^A0N,40,40^FD${printable(text ?? '')}^FS`),
    '^FO40,530^GB732,3,3^FS',
    `^FO80,580^BY3^BCN,200,Y,N,N,A^FD${trackingNumber}^FS`,
    `^FO40,860^A0N,28,28^FDRef ${printable(reference)}^FS`,
    `^FO40,900^A0N,28,28^FD${parcel.weightG} g, ${parcel.lengthMm} x ${parcel.widthMm} x ${parcel.heightMm} mm^FS`,
    ...(fragile ? ['^FO40,960^GB732,110,110^FS', '^FO250,980^A0N,80,80^FR^FDFRAGILE^FS'] : []),
    '^XZ',
    '',
  ].join('\n');
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals labels for the journal (AES-256-GCM, key from the API key), so that the file alone names no recipient. */
export class LabelSeal {
  private readonly key: Buffer;

  constructor(apiKey: string) {
    this.key = Buffer.from(hkdfSync('sha256', apiKey, '', 'sandbox-carrier label', 32));
  }

  seal(label: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    return Buffer.concat([nonce, cipher.update(label, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  /** Throws when the label was sealed under another API key. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}
