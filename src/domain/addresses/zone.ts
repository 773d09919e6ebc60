/** One end of a parcel's way, as far as its distance is reckoned: never more of an address than this. */
export interface Location {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly postcode: string | null;
}

/**
 * How far a parcel goes, as carriers reckon it: not in kilometres but in zones, by country and leading postcode digits.
 */
export const Zone = { area: 1, region: 2, country: 3, abroad: 4 } as const;
export type Zone = (typeof Zone)[keyof typeof Zone];

/** Postcodes are hierarchical from the left: this many signs in common name the same area. */
const AREA_SIGNS = 2;

/**
 * Tells the zone between two places: the same postcode area, the same postal region (first sign), the same country, or
 * another country. Without a postcode at either end it is as far as the country says.
 */
export function zoneBetween(from: Location, to: Location): Zone {
  if (from.country !== to.country) return Zone.abroad;
  const [a, b] = [signsOf(from), signsOf(to)];
  if (a.length < AREA_SIGNS || b.length < AREA_SIGNS || a[0] !== b[0]) return Zone.country;
  return a.slice(0, AREA_SIGNS) === b.slice(0, AREA_SIGNS) ? Zone.area : Zone.region;
}

const signsOf = ({ postcode }: Location): string => (postcode ?? '').toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
