/** Describes one end of a parcel's route by country and postcode only. */
export interface Location {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly postcode: string | null;
}

/** Names a parcel's distance as carriers measure it: zones by country and leading postcode characters. */
export const Zone = { area: 1, region: 2, country: 3, abroad: 4 } as const;
export type Zone = (typeof Zone)[keyof typeof Zone];

/** Postcodes are hierarchical from the left: so many equal characters mean the same area. */
const AREA_LENGTH = 2;

/**
 * Returns the zone between two locations: same postcode area, same postal region (first character), same country, or
 * abroad. When either has no postcode, only their countries count.
 */
export function zoneBetween(from: Location, to: Location): Zone {
  if (from.country !== to.country) return Zone.abroad;
  const [a, b] = [charactersOf(from), charactersOf(to)];
  if (a.length < AREA_LENGTH || b.length < AREA_LENGTH || a[0] !== b[0]) return Zone.country;
  return a.slice(0, AREA_LENGTH) === b.slice(0, AREA_LENGTH) ? Zone.area : Zone.region;
}

const charactersOf = ({ postcode }: Location): string => (postcode ?? '').toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
