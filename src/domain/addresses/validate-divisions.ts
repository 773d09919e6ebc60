import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Address } from '../../contracts/addresses/recipient';
import type { CountryRules, Division } from './country-rules';
import { finding } from './finding';
import { normalizeForComparison, closestName } from './division-names';

/** Countries whose every city is known. Elsewhere an unknown name may still be a village. */
const ALL_CITIES_KNOWN: readonly string[] = ['TW'];

const divisionsNamed = (divisions: readonly Division[], text: string | undefined): Division[] =>
  text === undefined ? [] : divisions.filter(({ names }) => names.includes(normalizeForComparison(text)));

/** Validates that region, city and postcode are known and lie in each other. `postcode` is well-formed or undefined. */
export function validateDivisions(
  rules: CountryRules,
  address: Address,
  postcode: string | undefined,
): AddressFinding[] {
  const place = new Place(rules, address, postcode);
  if (rules.regions.length === 0) return place.missing();
  const [region, otherRegion] = divisionsNamed(rules.regions, address.region);
  if (!region) return place.unknownRegion();
  if (otherRegion) {
    const likeliest = place.likeliestRegion();
    return [finding('region', 'ambiguous_division', likeliest?.key), ...place.missing(likeliest)];
  }
  return [...place.missing(region), ...place.within(region)];
}

/** Compares the region, city and postcode of one address with each other. */
class Place {
  constructor(
    private readonly rules: CountryRules,
    private readonly address: Address,
    private readonly postcode: string | undefined,
  ) {}

  /** Finds the missing fields that the country requires, except the region. */
  missing(region?: Division): AddressFinding[] {
    const { needs } = this.rules;
    const { city, postcode } = this.address;
    const cities = region ? this.#citiesOf(region) : [];
    const findings: AddressFinding[] = [];
    if (needs.city && city === undefined) {
      const byPostcode = cities.filter((division) => this.#agrees(division) && division.postcodes !== undefined);
      findings.push(finding('city', 'missing', only(byPostcode)?.key));
    }
    if (needs.postcode && postcode === undefined) {
      const suggestion = this.#onlyCode(divisionsNamed(cities, city)) ?? (region && this.#onlyCode([region]));
      findings.push(finding('postcode', 'missing', suggestion));
    }
    return findings;
  }

  /** Finds a missing or unknown region; a region's name in the city field is suggested for it. */
  unknownRegion(): AddressFinding[] {
    const { region, city, district } = this.address;
    const [regionInCityField] = divisionsNamed(this.rules.regions, city);
    const cityInDistrictField = regionInCityField && divisionsNamed(this.#citiesOf(regionInCityField), district)[0];
    if (region === undefined && regionInCityField && cityInDistrictField && this.#agrees(regionInCityField)) {
      return [
        finding('region', 'missing', regionInCityField.key),
        finding('city', 'unknown_division', cityInDistrictField.key),
        ...this.missing().filter(({ pointer }) => pointer !== '/address/city'),
      ];
    }
    const possible = this.rules.regions.filter((division) => this.#agrees(division));
    const possibleNames = possible.map(({ name }) => name);
    const similar = region === undefined ? undefined : closestName(region, possibleNames);
    const suggestion = similar ?? this.likeliestRegion()?.key ?? regionInCityField?.key;
    if (region === undefined)
      return [...(this.rules.needs.region ? [finding('region', 'missing', suggestion)] : []), ...this.missing()];
    return [finding('region', 'unknown_division', suggestion), ...this.missing()];
  }

  /** Finds the one region that matches the postcode and the city. */
  likeliestRegion(): Division | undefined {
    const { city, district, region } = this.address;
    const candidates = divisionsNamed(this.rules.regions, region);
    const regions = candidates.length > 0 ? candidates : this.rules.regions;
    const possible = regions.filter((division) => this.#agrees(division));
    const withCity = possible.filter(
      (division) => divisionsNamed(this.#citiesOf(division), city ?? district).length > 0,
    );
    if (withCity.length > 0) return only(withCity);
    if (ALL_CITIES_KNOWN.includes(this.rules.country) && city !== undefined) return undefined;
    return this.postcode === undefined ? undefined : only(possible.filter(({ postcodes }) => postcodes !== undefined));
  }

  /** Validates city and postcode by a known region. */
  within(region: Division): AddressFinding[] {
    const { city } = this.address;
    const cities = this.#citiesOf(region);
    const [knownCity] = divisionsNamed(cities, city);
    if (!this.#agrees(region)) {
      const otherRegion = this.#otherRegion();
      if (otherRegion && !knownCity) return [finding('region', 'elsewhere', otherRegion.key)];
      return [finding('postcode', 'elsewhere', knownCity && this.#onlyCode([knownCity]))];
    }
    if (knownCity && !this.#agrees(knownCity)) return [finding('postcode', 'elsewhere', this.#onlyCode([knownCity]))];
    if (knownCity || city === undefined || cities.length === 0) return [];
    const possible = cities.filter((division) => this.#agrees(division));
    const possibleNames = possible.map(({ key }) => key);
    const similar = closestName(city, possibleNames);
    if (similar !== undefined) return [finding('city', 'unknown_division', similar)];
    const allCitiesKnown = ALL_CITIES_KNOWN.includes(this.rules.country);
    const otherRegion = this.postcode === undefined || allCitiesKnown ? this.#otherRegion() : undefined;
    if (otherRegion) return [finding('region', 'elsewhere', otherRegion.key)];
    return allCitiesKnown ? [finding('city', 'unknown_division')] : [];
  }

  /** Finds the one region that agrees with the postcode and, where cities are known, contains the city. */
  #otherRegion(): Division | undefined {
    const { city } = this.address;
    const possible = this.rules.regions.filter(
      (region) => this.#agrees(region) && (region.postcodes !== undefined || this.postcode === undefined),
    );
    const withCity = possible.filter((region) =>
      divisionsNamed(this.#citiesOf(region), city).some((division) => this.#agrees(division)),
    );
    if (withCity.length > 0) return only(withCity);
    return this.rules.cities.size === 0 ? only(possible) : undefined;
  }

  #citiesOf(region: Division): readonly Division[] {
    return this.rules.cities.get(region.key) ?? [];
  }

  /** Returns the full postcode of a single division that has exactly one. */
  #onlyCode(divisions: readonly Division[]): string | undefined {
    const code = only(divisions)?.postcodes?.source.replace(/^\^\(\?:|\)$/g, '');
    return code !== undefined && /^\d+$/.test(code) && this.rules.postcode?.test(code) === true ? code : undefined;
  }

  /** Returns whether the postcode may lie in a division; an absent postcode or an unknown range agrees. */
  #agrees({ postcodes }: Division): boolean {
    return this.postcode === undefined || postcodes === undefined || postcodes.test(this.postcode);
  }
}

const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);
