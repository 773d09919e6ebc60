import { readCarriers, type ProviderRate } from '../../src/books/catalogue/carriers';
import { customerKeyOf } from '../../src/books/customers/customers';
import { personalContext, type PersonalFields } from '../../src/books/orders/orders';
import { listOperations, type OperationName } from '../../src/books/operations';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { PackedParcel } from '../../src/contracts/warehouse/task';
import { applicableRates, chooseCarrier, type Consignment } from '../../src/domain/shipping/choose-carrier';
import type { BookRequest } from '../../src/providers/carriers/carrier-provider';
import type { ActivityDeps } from '../deps';
import { invariantViolated, providerRefused } from '../failures';

/** Describes the request of a booking, without personal data. Later attempts repeat it, even if tariffs changed. */
export type BookingPlan = { readonly carrierCode: string; readonly parcel: PackedParcel; readonly fragile: boolean };

/** Describes one booking of a fulfillment. Those numbered below its `firstBooking` were abandoned. */
export interface BookingRow {
  readonly n: number;
  readonly status: 'started' | 'succeeded' | 'refused';
  readonly request: BookingPlan;
}

/** Names the operation of the n-th booking of a fulfillment. */
export const bookingOf = (fulfillmentId: string, n: number): OperationName => ({
  ...bookingsSeries(fulfillmentId),
  number: n,
});

const bookingsSeries = (fulfillmentId: string) =>
  ({ subjectType: 'fulfillment', subjectId: fulfillmentId, kind: 'book' }) as const;

/** Lists the bookings of a fulfillment by number. */
export const bookingsOf = async (tx: Tx, fulfillmentId: string): Promise<BookingRow[]> =>
  (await listOperations(tx, bookingsSeries(fulfillmentId))).map(({ number, status, request }) => ({
    n: number,
    status,
    request: request as BookingPlan,
  }));

/** Returns the number of a fulfillment's next booking. */
export const nextBookingNumber = (bookings: readonly BookingRow[]): number => (bookings.at(-1)?.n ?? 0) + 1;

/**
 * Reads what a carrier is chosen by: the parcel's destination, weight and dates. `today` is the mall's day (ISO date).
 */
async function consignmentOf(tx: Tx, orderId: string, { weightG }: PackedParcel, today: string): Promise<Consignment> {
  const order = await tx
    .selectFrom('orders')
    .select(['country', 'urgency', 'requestedDate'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return {
    country: order.country,
    urgency: order.urgency,
    weightG,
    today,
    requestedDate: order.requestedDate?.toISOString().slice(0, 10) ?? null,
  };
}

const ratesOf = async (tx: Tx, provider: string): Promise<ProviderRate[]> =>
  (await readCarriers(tx)).filter((rate) => rate.provider === provider);

/** Says whether a carrier of a provider takes a parcel to its destination. */
export async function hasRate(
  tx: Tx,
  provider: string,
  orderId: string,
  parcel: PackedParcel,
  carrierCode: string,
): Promise<boolean> {
  const { country } = await tx
    .selectFrom('orders')
    .select('country')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return applicableRates({ country, weightG: parcel.weightG }, await ratesOf(tx, provider)).some(
    ({ code }) => code === carrierCode,
  );
}

/**
 * Chooses the carrier of a parcel among those that were not tried. Throws a retried failure, which staff see, when none
 * is left.
 */
export async function chooseUntriedCarrier(
  tx: Tx,
  provider: string,
  orderId: string,
  parcel: PackedParcel,
  tried: readonly string[],
  today: string,
): Promise<string> {
  const untried = (await ratesOf(tx, provider)).filter((rate) => !tried.includes(rate.code));
  const choice = chooseCarrier(await consignmentOf(tx, orderId, parcel, today), untried);
  if (!choice)
    throw providerRefused(`No carrier takes the parcel${tried.length > 0 ? `; refused by ${tried.join(', ')}` : ''}`);
  return choice.code;
}

/** Reads the sender's and the recipient's address, which only the carrier may see. */
export const addressesOf = ({ transactions, vault }: ActivityDeps, orderId: string, warehouseId: string) =>
  transactions.run(SYSTEM, async (tx) => {
    const customer = await customerKeyOf(tx, orderId);
    if (!customer) throw invariantViolated(`${orderId} cannot be shipped: its customer was erased`);
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
