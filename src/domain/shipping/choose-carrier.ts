import type { Urgency } from '../../contracts/statuses';
import { addDays } from '../dates';

export interface CarrierRate {
  readonly code: string;
  readonly countries: readonly string[];
  readonly maxWeightG: number;
  readonly deliveryDays: number;
  readonly baseAmount: number;
  readonly perKgAmount: number;
}

export interface Consignment {
  readonly country: string;
  readonly weightG: number;
  readonly urgency: Urgency;
  /** ISO dates. */
  readonly today: string;
  readonly requestedDate: string | null;
}

export interface CarrierChoice {
  readonly code: string;
  readonly amount: number;
  readonly reason: string;
}

/** Lists the offers that reach the country and lift the weight. */
export const applicableRates = <Offer extends CarrierRate>(
  { country, weightG }: Pick<Consignment, 'country' | 'weightG'>,
  offers: readonly Offer[],
): Offer[] => offers.filter((offer) => offer.countries.includes(country) && weightG <= offer.maxWeightG);

/** Says how heavy a parcel to a country may be for some carrier to take it, in g; 0 when none reaches it. */
export const heaviestParcel = (country: string, offers: readonly CarrierRate[]): number =>
  Math.max(0, ...offers.filter(({ countries }) => countries.includes(country)).map(({ maxWeightG }) => maxWeightG));

/**
 * Chooses the carrier of a parcel: of those that reach the country and lift the weight, the fastest when the order is
 * urgent, else the cheapest that keeps the requested date (or, when none does, the fastest). Undefined: nobody takes
 * it.
 */
export function chooseCarrier(consignment: Consignment, offers: readonly CarrierRate[]): CarrierChoice | undefined {
  const able = applicableRates(consignment, offers).map((offer) => ({
    ...offer,
    amount: offer.baseAmount + offer.perKgAmount * Math.ceil(consignment.weightG / 1000),
  }));
  const fastest = [...able].sort(
    (a, b) => a.deliveryDays - b.deliveryDays || a.amount - b.amount || (a.code < b.code ? -1 : 1),
  );
  const cheapest = [...able].sort(
    (a, b) => a.amount - b.amount || a.deliveryDays - b.deliveryDays || (a.code < b.code ? -1 : 1),
  );
  const first = fastest[0];
  if (!first) return undefined;
  if (consignment.urgency === 'urgent')
    return { code: first.code, amount: first.amount, reason: 'fastest, as the order is urgent' };
  const { requestedDate } = consignment;
  const inTime =
    requestedDate === null
      ? cheapest
      : cheapest.filter((offer) => addDays(consignment.today, offer.deliveryDays) <= requestedDate);
  const chosen = inTime[0];
  if (!chosen) return { code: first.code, amount: first.amount, reason: 'fastest, as none keeps the requested date' };
  return {
    code: chosen.code,
    amount: chosen.amount,
    reason: requestedDate === null ? 'cheapest' : 'cheapest that keeps the requested date',
  };
}

/**
 * Names the latest day (ISO date) on which an order may reach its recipient, whatever parcels it is split into and
 * whatever carriers are chosen for them: by the slowest carrier that reaches the country or, when it is urgent, by the
 * fastest of those that lift the most; never before the day that was asked for. Undefined when no carrier reaches the
 * country.
 */
export function latestDelivery(
  { country, urgency, today, requestedDate }: Omit<Consignment, 'weightG'>,
  offers: readonly CarrierRate[],
): string | undefined {
  const reaching = offers.filter((offer) => offer.countries.includes(country));
  if (reaching.length === 0) return undefined;
  const most = Math.max(...reaching.map((offer) => offer.maxWeightG));
  const days =
    urgency === 'urgent'
      ? Math.min(...reaching.filter((offer) => offer.maxWeightG === most).map((offer) => offer.deliveryDays))
      : Math.max(...reaching.map((offer) => offer.deliveryDays));
  const carried = addDays(today, days);
  return requestedDate !== null && requestedDate > carried ? requestedDate : carried;
}
