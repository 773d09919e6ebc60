import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Address } from '../../contracts/addresses/recipient';
import type { CountryRules, Division } from './country-rules';
import { finding } from './finding';
import { fold, nearest } from './division-names';

/** Countries of which every city is known: elsewhere a name that is not may still be a village's. */
const ALL_CITIES_KNOWN: readonly string[] = ['TW'];

const called = (divisions: readonly Division[], text: string | undefined): Division[] =>
  text === undefined ? [] : divisions.filter(({ names }) => names.includes(fold(text)));

/** Judges that region, city and postcode are known and lie in each other. `postcode` is well-formed, or undefined. */
export function validateDivisions(
  rules: CountryRules,
  address: Address,
  postcode: string | undefined,
): AddressFinding[] {
  const place = new Place(rules, address, postcode);
  if (rules.regions.length === 0) return place.missing();
  const [region, other] = called(rules.regions, address.region);
  if (!region) return place.unknownRegion();
  if (other)
    return [
      finding('region', 'ambiguous_division', place.likeliestRegion()?.key),
      ...place.missing(place.likeliestRegion()),
    ];
  return [...place.missing(region), ...place.within(region)];
}

/** What an address says of where it lies, and what follows from the rest of it. */
class Place {
  constructor(
    private readonly rules: CountryRules,
    private readonly address: Address,
    private readonly postcode: string | undefined,
  ) {}

  /** Lists the fields that the country needs and that are not there, the region aside. */
  missing(region?: Division): AddressFinding[] {
    const { needs } = this.rules;
    const { city, postcode } = this.address;
    const found = region ? this.#citiesOf(region) : [];
    const byPostcode = found.filter((one) => this.#agrees(one) && one.postcodes !== undefined);
    return [
      ...(needs.city && city === undefined
        ? [finding('city', 'missing', byPostcode.length === 1 ? byPostcode[0]?.key : undefined)]
        : []),
      ...(needs.postcode && postcode === undefined
        ? [finding('postcode', 'missing', this.#onlyCode(called(found, city)) ?? (region && this.#onlyCode([region])))]
        : []),
    ];
  }

  /** Tells of a region that is not there or not known; a city in its place is taken for it. */
  unknownRegion(): AddressFinding[] {
    const { region, city, district } = this.address;
    const [instead] = called(this.rules.regions, city);
    const part = instead && called(this.#citiesOf(instead), district)[0];
    if (region === undefined && instead && part && this.#agrees(instead)) {
      return [
        finding('region', 'missing', instead.key),
        finding('city', 'unknown_division', part.key),
        ...this.missing().filter(({ pointer }) => pointer !== '/address/city'),
      ];
    }
    const near =
      region === undefined
        ? undefined
        : nearest(
            region,
            this.rules.regions.filter((one) => this.#agrees(one)).map(({ name }) => name),
          );
    const suggestion = near ?? this.likeliestRegion()?.key ?? instead?.key;
    if (region === undefined)
      return [...(this.rules.needs.region ? [finding('region', 'missing', suggestion)] : []), ...this.missing()];
    return [finding('region', 'unknown_division', suggestion), ...this.missing()];
  }

  /** Finds the one region that the postcode and the city speak for. */
  likeliestRegion(): Division | undefined {
    const { city, district, region } = this.address;
    const candidates = called(this.rules.regions, region);
    const open = (candidates.length > 0 ? candidates : this.rules.regions).filter((one) => this.#agrees(one));
    const holding = open.filter((one) => called(this.#citiesOf(one), city ?? district).length > 0);
    if (holding.length > 0) return only(holding);
    if (ALL_CITIES_KNOWN.includes(this.rules.country) && city !== undefined) return undefined;
    return this.postcode === undefined ? undefined : only(open.filter(({ postcodes }) => postcodes !== undefined));
  }

  /** Judges city and postcode against a region that is known. */
  within(region: Division): AddressFinding[] {
    const { city } = this.address;
    const cities = this.#citiesOf(region);
    const [known] = called(cities, city);
    if (!this.#agrees(region)) {
      const other = this.#elsewhere();
      return [
        known || !other
          ? finding('postcode', 'elsewhere', known && this.#onlyCode([known]))
          : finding('region', 'elsewhere', other.key),
      ];
    }
    if (known && !this.#agrees(known)) return [finding('postcode', 'elsewhere', this.#onlyCode([known]))];
    if (known || city === undefined || cities.length === 0) return [];
    const near = nearest(
      city,
      cities.filter((one) => this.#agrees(one)).map(({ key }) => key),
    );
    if (near !== undefined) return [finding('city', 'unknown_division', near)];
    const other =
      this.postcode === undefined || ALL_CITIES_KNOWN.includes(this.rules.country) ? this.#elsewhere() : undefined;
    if (other) return [finding('region', 'elsewhere', other.key)];
    return ALL_CITIES_KNOWN.includes(this.rules.country) ? [finding('city', 'unknown_division')] : [];
  }

  /** Finds the one region that the postcode allows and, where cities are known, that holds the city. */
  #elsewhere(): Division | undefined {
    const { city } = this.address;
    const open = this.rules.regions.filter(
      (one) => this.#agrees(one) && (one.postcodes !== undefined || this.postcode === undefined),
    );
    const holding = open.filter((one) => called(this.#citiesOf(one), city).some((each) => this.#agrees(each)));
    if (holding.length > 0) return only(holding);
    return this.rules.cities.size === 0 ? only(open) : undefined;
  }

  #citiesOf(region: Division): readonly Division[] {
    return this.rules.cities.get(region.key) ?? [];
  }

  /** Gives the postcode of a place that has exactly one, in full. */
  #onlyCode(places: readonly Division[]): string | undefined {
    const code = only(places)?.postcodes?.source.replace(/^\^\(\?:|\)$/g, '');
    return code !== undefined && /^\d+$/.test(code) && this.rules.postcode?.test(code) === true ? code : undefined;
  }

  /** Tells whether the postcode may lie in a division: it does where either says nothing. */
  #agrees({ postcodes }: Division): boolean {
    return this.postcode === undefined || postcodes === undefined || postcodes.test(this.postcode);
  }
}

const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);
