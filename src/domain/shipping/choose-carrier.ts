import type { Urgency } from '../../contracts/statuses';
import { addDays } from '../dates';

/** Describes one carrier rate. Amounts are minor units. */
export interface CarrierRate {
  readonly code: string;
  readonly countries: readonly string[];
  readonly maxWeightG: number;
  readonly deliveryDays: number;
  readonly baseAmount: number;
  readonly perKgAmount: number;
}

/** Describes a parcel whose carrier is to be chosen. */
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

/** Lists the carrier rates for a country and a weight. */
export const applicableRates = <Rate extends CarrierRate>(
  { country, weightG }: Pick<Consignment, 'country' | 'weightG'>,
  rates: readonly Rate[],
): Rate[] => rates.filter((rate) => rate.countries.includes(country) && weightG <= rate.maxWeightG);

/** Returns the heaviest parcel, in g, that a carrier takes to a country; 0 when no carrier goes there. */
export const heaviestParcel = (country: string, rates: readonly CarrierRate[]): number => {
  const toCountry = rates.filter(({ countries }) => countries.includes(country));
  return Math.max(0, ...toCountry.map(({ maxWeightG }) => maxWeightG));
};

interface PricedRate extends CarrierRate {
  readonly amount: number;
}

const bySpeed = (a: PricedRate, b: PricedRate): number =>
  a.deliveryDays - b.deliveryDays || a.amount - b.amount || (a.code < b.code ? -1 : 1);
const byPrice = (a: PricedRate, b: PricedRate): number =>
  a.amount - b.amount || a.deliveryDays - b.deliveryDays || (a.code < b.code ? -1 : 1);

const choiceOf = ({ code, amount }: PricedRate, reason: string): CarrierChoice => ({ code, amount, reason });

/**
 * Chooses the carrier of a parcel among those that take its weight to its country. An urgent order gets the fastest;
 * other orders get the cheapest that keeps the requested date or, when none does, the fastest. Undefined when no
 * carrier takes the parcel.
 */
export function chooseCarrier(consignment: Consignment, rates: readonly CarrierRate[]): CarrierChoice | undefined {
  const { today, requestedDate, urgency, weightG } = consignment;
  const kilograms = Math.ceil(weightG / 1000);
  const applicable = applicableRates(consignment, rates);
  const priced = applicable.map((rate) => ({ ...rate, amount: rate.baseAmount + rate.perKgAmount * kilograms }));
  const [fastest] = [...priced].sort(bySpeed);
  if (!fastest) return undefined;
  if (urgency === 'urgent') return choiceOf(fastest, 'fastest, as the order is urgent');
  const cheapestFirst = [...priced].sort(byPrice);
  const [cheapest = fastest] = cheapestFirst;
  if (requestedDate === null) return choiceOf(cheapest, 'cheapest');
  const inTime = cheapestFirst.find((rate) => addDays(today, rate.deliveryDays) <= requestedDate);
  if (!inTime) return choiceOf(fastest, 'fastest, as none keeps the requested date');
  return choiceOf(inTime, 'cheapest that keeps the requested date');
}

/**
 * Returns the latest day (ISO date) on which an order may reach its recipient. It holds for all parcels and carriers
 * that may be chosen. The slowest carrier to the country decides; for an urgent order, the fastest of those that take
 * the heaviest parcels. Never before the requested date. Undefined when no carrier goes to the country.
 */
export function latestDelivery(
  { country, urgency, today, requestedDate }: Omit<Consignment, 'weightG'>,
  rates: readonly CarrierRate[],
): string | undefined {
  const toCountry = rates.filter((rate) => rate.countries.includes(country));
  if (toCountry.length === 0) return undefined;
  const arrival = addDays(today, urgency === 'urgent' ? urgentDays(toCountry) : slowestDays(toCountry));
  return requestedDate !== null && requestedDate > arrival ? requestedDate : arrival;
}

const slowestDays = (rates: readonly CarrierRate[]): number => Math.max(...rates.map((rate) => rate.deliveryDays));

function urgentDays(rates: readonly CarrierRate[]): number {
  const maxWeightG = Math.max(...rates.map((rate) => rate.maxWeightG));
  const strongest = rates.filter((rate) => rate.maxWeightG === maxWeightG);
  return Math.min(...strongest.map((rate) => rate.deliveryDays));
}
