import { readCarriers, type ProviderRate } from '../../src/books/catalogue/catalogue';
import { customerKeyOf } from '../../src/books/customers/customers';
import { personalContext, type PersonalFields } from '../../src/books/orders/orders';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { PackedParcel } from '../../src/contracts/warehouse/task';
import { applicableRates, chooseCarrier, type Consignment } from '../../src/domain/shipping/choose-carrier';
import type { BookRequest } from '../../src/providers/carriers/carrier-provider';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { invariantViolated, providerRefused } from '../failures';

/** What is asked of a carrier, in references: a later attempt asks for the same, whatever the tariffs say by then. */
export type BookingPlan = { readonly carrierCode: string; readonly parcel: PackedParcel; readonly fragile: boolean };

/** One booking of a part, as our books have it. Those numbered below the part's `firstBooking` were given up. */
export interface BookingRow {
  readonly n: number;
  readonly status: 'started' | 'succeeded' | 'refused';
  readonly request: BookingPlan;
}

export const bookKey = (fulfillmentId: string, n: number): string => `${fulfillmentId}:book:${n}`;

/** Lists the bookings of a part by number. */
export async function bookingsOf(tx: Tx, { orderId, fulfillmentId }: FulfillmentRef): Promise<BookingRow[]> {
  const rows = await tx
    .selectFrom('operation')
    .select(['key', 'status', 'request'])
    .where('orderId', '=', orderId)
    .where('key', 'like', `${fulfillmentId}:book:%`)
    .execute();
  return rows
    .map(({ key, status, request }) => ({ n: Number(key.split(':').pop()), status, request: request as BookingPlan }))
    .sort((a, b) => a.n - b.n);
}

/** The number of a booking that none of a part has had. */
export const nextNumber = (bookings: readonly BookingRow[]): number => (bookings.at(-1)?.n ?? 0) + 1;

/** Where a parcel goes and when it is wanted, as far as a carrier is chosen by it. */
async function consignmentOf(tx: Tx, orderId: string, { weightG }: PackedParcel): Promise<Consignment> {
  const order = await tx
    .selectFrom('orders')
    .select(['country', 'urgency', 'requestedDate'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return {
    country: order.country,
    urgency: order.urgency,
    weightG,
    today: new Date().toISOString().slice(0, 10),
    requestedDate: order.requestedDate?.toISOString().slice(0, 10) ?? null,
  };
}

const offersOf = async (tx: Tx, provider: string): Promise<ProviderRate[]> =>
  (await readCarriers(tx)).filter((offer) => offer.provider === provider);

/** Tells whether a carrier of a provider takes a parcel to its destination. */
export async function hasRate(
  tx: Tx,
  provider: string,
  orderId: string,
  parcel: PackedParcel,
  carrierCode: string,
): Promise<boolean> {
  return applicableRates(await consignmentOf(tx, orderId, parcel), await offersOf(tx, provider)).some(
    ({ code }) => code === carrierCode,
  );
}

/**
 * Chooses the carrier of a parcel among those that were not tried; when all were, the refusal is retried and shown to
 * staff.
 */
export async function chooseUntriedCarrier(
  tx: Tx,
  provider: string,
  orderId: string,
  parcel: PackedParcel,
  tried: readonly string[],
): Promise<string> {
  const offers = (await offersOf(tx, provider)).filter((offer) => !tried.includes(offer.code));
  const choice = chooseCarrier(await consignmentOf(tx, orderId, parcel), offers);
  if (!choice)
    throw providerRefused(`No carrier takes the parcel${tried.length > 0 ? `; refused by ${tried.join(', ')}` : ''}`);
  return choice.code;
}

/** Reads what only the carrier may see: where the parcel goes. */
export const addressesOf = ({ transactions, vault }: ActivityDeps, orderId: string, warehouseId: string) =>
  transactions.run(SYSTEM, async (tx) => {
    const customer = await customerKeyOf(tx, orderId);
    if (!customer) throw invariantViolated(`The customer of ${orderId} was erased`);
    const { personal } = await tx
      .selectFrom('orders')
      .select('personal')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    const { recipient } = JSON.parse(vault.open(customer, personalContext(orderId), personal)) as PersonalFields;
    const from = await tx
      .selectFrom('warehouse')
      .select(['name', 'country', 'postcode', 'city'])
      .where('id', '=', warehouseId)
      .executeTakeFirstOrThrow();
    return { from, to: { name: recipient.name, phone: recipient.phone, address: recipient.address } } satisfies Pick<
      BookRequest,
      'from' | 'to'
    >;
  });
