import { timingSafeEqual } from 'node:crypto';
import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Recipient } from '../../contracts/addresses/recipient';
import { OrderId } from '../../contracts/ids';
import { customerKeyOf } from '../customers/customers';
import { setReservationExpiry } from '../inventory/reservations';
import { enqueueOrderSignal } from '../outbox';
import { lockOrder, moveOrder, personalContext, withoutSuggestions, type PersonalFields } from './orders';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';
import type { Vault } from '../vault';

/** Describes an address hold: its end, and the recipient with what is wrong with it, opened. */
export interface AddressHold {
  readonly until: Date;
  readonly recipient: Recipient;
  readonly findings: readonly AddressFinding[];
}

/**
 * Puts an order on address hold until `until`: its stock stays reserved, nothing is charged. Does nothing when it is on
 * hold, or was.
 */
export async function holdForAddress(tx: Tx, orderId: string, until: Date): Promise<void> {
  const { status } = await lockOrder(tx, orderId);
  const { addressFindings } = await tx
    .selectFrom('orders')
    .select('addressFindings')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  // A corrected order is a draft again, without findings.
  if (status !== 'draft' || addressFindings === null) return;
  await moveOrder(tx, orderId, { status: 'awaiting_address', stage: 'receive', payUntil: until });
  await appendEvents(tx, orderId, [
    { type: 'address.held', data: { findings: addressFindings, until: until.toISOString() } },
  ]);
}

/** Reads an address hold; undefined once it has ended, or the customer was erased. */
export async function readAddressHold(tx: Tx, vault: Vault, orderId: string): Promise<AddressHold | undefined> {
  const row = await tx
    .selectFrom('orders')
    .select(['personal', 'payUntil'])
    .where('id', '=', orderId)
    .where('status', '=', 'awaiting_address')
    .executeTakeFirst();
  const customer = row && (await customerKeyOf(tx, orderId));
  if (!customer || !row.payUntil) return undefined;
  const { recipient, findings = [] } = JSON.parse(
    vault.open(customer, personalContext(orderId), row.personal),
  ) as PersonalFields;
  return { until: row.payUntil, recipient, findings };
}

/** Writes a corrected recipient and ends the hold; the order's workflow is signalled after the commit. */
export async function correctRecipient(tx: Tx, vault: Vault, orderId: string, recipient: Recipient): Promise<void> {
  const customer = await customerKeyOf(tx, orderId);
  if (!customer) throw new Error(`The customer of ${orderId} was erased while its address was corrected`);
  const { personal, addressFindings } = await tx
    .selectFrom('orders')
    .select(['personal', 'addressFindings'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  const { giftMessage, fapiao = null } = JSON.parse(
    vault.open(customer, personalContext(orderId), personal),
  ) as PersonalFields;
  await tx
    .updateTable('orders')
    .set({
      personal: vault.seal(
        customer,
        personalContext(orderId),
        JSON.stringify({ recipient, giftMessage, fapiao } satisfies PersonalFields),
      ),
      country: recipient.address.country,
      addressFindings: null,
    })
    .where('id', '=', orderId)
    .execute();
  await moveOrder(tx, orderId, { status: 'draft', stage: 'receive' });
  await enqueueOrderSignal(tx, orderId, { signal: 'addressMended', payload: {} });
  await appendEvents(tx, orderId, [
    {
      type: 'address.mended',
      data: { findings: withoutSuggestions((addressFindings ?? []) as unknown as AddressFinding[]) },
    },
  ]);
}

/** Ends a hold whose deadline has passed. Returns false when the customer was faster: then the order continues. */
export async function expireAddressHold(tx: Tx, orderId: string): Promise<boolean> {
  const { status, stage } = await lockOrder(tx, orderId);
  if (status !== 'awaiting_address') return status === 'cancelling' || status === 'cancelled';
  await moveOrder(tx, orderId, { status: 'cancelling', stage });
  await appendEvents(tx, orderId, [{ type: 'order.cancellation_requested', data: { reason: 'address_not_mended' } }]);
  return true;
}

/** Lets a corrected order be paid until `payUntil`; its stock is reserved as long. */
export async function resumeAfterHold(tx: Tx, orderId: string, payUntil: Date): Promise<void> {
  await setReservationExpiry(tx, orderId, payUntil);
  await tx
    .updateTable('orders')
    .set({ payUntil, updatedAt: new Date() })
    .where('id', '=', orderId)
    .where('status', '=', 'draft')
    .execute();
}

const signature = (vault: Vault, orderId: string, until: string): Buffer =>
  vault.blindIndex('address-link', `${orderId}\0${until}`);

/**
 * Builds the token of an order's address link. It has the order, the end of its hold, and our signature over both
 * (HMAC-SHA-256). It is not stored, and works once, as an address fix ends the hold.
 */
export function linkToken(vault: Vault, orderId: string, until: Date): string {
  const end = until.getTime().toString(36);
  return `${orderId}.${end}.${signature(vault, orderId, end).toString('base64url')}`;
}

/** Reads a token; undefined when we did not sign it. */
export function readLinkToken(
  vault: Vault,
  token: string,
): { readonly orderId: string; readonly until: Date } | undefined {
  const [orderId = '', end = '', signed = ''] = token.split('.');
  if (!OrderId.safeParse(orderId).success || !/^[0-9a-z]{1,11}$/.test(end)) return undefined;
  const given = Buffer.from(signed, 'base64url');
  const ours = signature(vault, orderId, end);
  if (given.length !== ours.length || !timingSafeEqual(given, ours)) return undefined;
  return { orderId, until: new Date(parseInt(end, 36)) };
}
