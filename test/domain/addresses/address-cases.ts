import type { Address, Recipient } from '../../../src/contracts/addresses/recipient';

/**
 * Describes the address of a museum, town hall, library or station in the form that its postal authority publishes.
 * Phones are libphonenumber's examples or numbers reserved for fiction.
 */
export interface AddressCase {
  readonly what: string;
  readonly recipient: Recipient;
  /** The expected findings by field: the code and, where there is one, the suggestion. */
  readonly found: Readonly<Record<string, readonly [code: string, suggestion?: string]>>;
}

type Fields = Partial<Record<keyof Address | 'name' | 'phone', string>>;

const PHONES: Readonly<Record<string, string>> = {
  CN: '13800138000',
  HK: '5123 4567',
  MO: '6612 3456',
  TW: '0912 345 678',
  US: '(202) 555-0143',
  BR: '(11) 96123-4567',
  DE: '030 90260',
  JP: '090-1234-5678',
  GB: '020 7946 0018',
  FR: '06 12 34 56 78',
  AU: '0412 345 678',
  KE: '0712 123456',
};

export function recipientIn(
  country: string,
  { name = 'Front Desk', phone = PHONES[country] ?? '+12025550143', ...fields }: Fields,
): Recipient {
  return { name, phone, address: { country, line1: '', ...fields } };
}

const cases = (
  country: string,
  rows: readonly (readonly [what: string, fields: Fields, found?: AddressCase['found']])[],
  base: Fields = {},
): AddressCase[] =>
  rows.map(([what, fields, found = {}]) => ({
    what: `${country}: ${what}`,
    recipient: recipientIn(country, { ...base, ...fields }),
    found,
  }));

const cn = (region: string, city: string, district: string, line1: string): Fields => ({
  name: '服务台',
  region,
  city,
  district,
  line1,
});
const us = (line1: string, city: string, region: string, postcode: string): Fields => ({
  line1,
  city,
  region,
  postcode,
});
const tw = (postcode: string, region: string, city: string, line1: string): Fields => ({
  postcode,
  region,
  city,
  line1,
});
const jp = (postcode: string, region: string, city: string, line1: string): Fields => ({
  postcode,
  region,
  city,
  line1,
});
const without = (fields: Fields, ...left: (keyof Fields)[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !left.includes(field as keyof Fields)));

const PALACE = cn('北京市', '北京市', '东城区', '景山前街4号');
const FUTIAN = cn('广东省', '深圳市', '福田区', '同心路6号');
const SHAANXI = cn('陕西省', '西安市', '雁塔区', '小寨东路91号');
const SMITHSONIAN = us('1000 Jefferson Dr SW', 'Washington', 'DC', '20560');
const PINACOTECA: Fields = { region: 'SP', city: 'São Paulo', line1: 'Praça da Luz, 2', postcode: '01120-010' };
const REICHSTAG: Fields = { line1: 'Platz der Republik 1', city: 'Berlin', postcode: '11011' };
const MUSEUM_HK: Fields = { region: 'Kowloon', city: 'Tsim Sha Tsui', line1: '10 Salisbury Road' };
const PALACE_TW = tw('111', '台北市', '士林區', '至善路二段221號');
const STATION_JP = jp('100-0005', '東京都', '千代田区', '丸の内1-9-1');
const BRITISH_MUSEUM: Fields = { line1: 'Great Russell Street', city: 'London', postcode: 'WC1B 3DG' };

/** Can be delivered to as they are. */
export const GOOD: readonly AddressCase[] = [
  ...cases('CN', [
    ['Palace Museum', PALACE],
    ["a municipality's placeholder for its city", { ...PALACE, city: '市辖区' }],
    ['Shanghai Museum, names without their endings', cn('上海', '上海', '黄浦', '人民大道201号')],
    ['Tianjin Museum', cn('天津市', '天津市', '河西区', '平江道62号')],
    ['Three Gorges Museum', cn('重庆市', '重庆市', '渝中区', '人民路236号')],
    ['a county of Chongqing', cn('重庆市', '县', '云阳县', '双江街道望江大道1号')],
    ['Shaanxi History Museum', SHAANXI],
    ['with its division code', { ...SHAANXI, divisionCode: '610113', postcode: '710061' }],
    ['Shenzhen Museum, full-width digits', { ...FUTIAN, line1: '同心路６号', phone: '１３８００１３８０００' }],
    ['a district-free city', cn('广东省', '东莞市', '南城街道', '鸿福路97号')],
    ['a district-free city without a district', without(cn('广东省', '中山市', '', '孙文中路197号'), 'district')],
    ['Jiayuguan Pass', without(cn('甘肃省', '嘉峪关市', '', '峪泉镇嘉峪关关城'), 'district')],
    ['a city run by its province', without(cn('河南省', '济源市', '', '黄河路与文昌路路口1号'), 'district')],
    ['the same, as the code list files it', { ...cn('河南省', '省直辖县级行政区划', '济源市', '黄河路1号') }],
    ['Junken Museum', cn('新疆维吾尔自治区', '石河子市', '东城街道', '北四路59号')],
    ['Dali Museum', cn('云南省', '大理白族自治州', '大理市', '洱河南路8号')],
    ['Yanbian Museum, short names', cn('吉林', '延边', '延吉', '长白西路8627号')],
    ['Inner Mongolia Museum', cn('内蒙古自治区', '呼和浩特市', '新城区', '新华东街27号')],
    ['Guangxi Museum, short names', cn('广西', '南宁', '青秀', '民族大道34号')],
    ['Tibet Museum', cn('西藏自治区', '拉萨市', '城关区', '罗布林卡路19号')],
    ['a place that everybody knows', cn('甘肃省', '酒泉市', '敦煌市', '莫高镇莫高窟景区售票厅')],
    ['a phone with its country code', { ...PALACE, phone: '+86 138 0013 8000' }],
  ]),
  ...cases('HK', [
    ['Museum of Art', MUSEUM_HK],
    ['in Chinese', { region: '九龍', city: '尖沙咀', line1: '梳士巴利道10號' }],
    ['in simplified characters', { region: '香港岛', city: '中环', line1: '爱丁堡广场7号' }],
    ['City Hall', { region: 'Hong Kong Island', city: 'Central', line1: '5 Edinburgh Place' }],
    ['Heritage Museum', { region: 'New Territories', city: 'Sha Tin', line1: '1 Man Lam Road' }],
    ['without a district', { region: 'Kowloon', line1: '10 Salisbury Road, Tsim Sha Tsui' }],
    ['a postcode that systems ask for', { ...MUSEUM_HK, postcode: '999077' }],
  ]),
  ...cases('MO', [
    ['Museum of Macao', { line1: '112 Praceta do Museu de Macau' }],
    ['in Chinese', { line1: '新馬路163號', city: '澳門' }],
    ['Cultural Centre', { line1: 'Avenida Xian Xing Hai s/n' }],
  ]),
  ...cases('TW', [
    ['Palace Museum', PALACE_TW],
    ['with the other sign for Tai', tw('111', '臺北市', '士林區', '至善路二段221號')],
    ['five digits', tw('10048', '台北市', '中正區', '重慶南路一段122號')],
    ['in Latin letters', tw('403', 'Taichung City', 'West District', 'No. 2, Section 1, Wuquan W. Rd.')],
    ['Fine Arts Museum of Kaohsiung', tw('804', '高雄市', '鼓山區', '美術館路80號')],
    ['a county', tw('950', '台東縣', '台東市', '豐田里博物館路1號')],
  ]),
  ...cases('US', [
    ['Smithsonian Castle', SMITHSONIAN],
    ['The Met, name of the state', us('1000 5th Ave', 'New York', 'New York', '10028-0198')],
    ['Art Institute', us('111 S Michigan Ave', 'Chicago', 'IL', '60603')],
    ['City Hall', us('1 Dr Carlton B Goodlett Pl', 'San Francisco', 'CA', '94102')],
    ['Museum of Fine Arts', us('465 Huntington Avenue', 'Boston', 'MA', '02115')],
    ['Alaska', us('625 C Street', 'Anchorage', 'AK', '99501')],
    ['a state in small letters', us('5905 Wilshire Blvd', 'Los Angeles', 'ca', '90036')],
    ['a phone of another country', { ...SMITHSONIAN, phone: '+49 30 90260' }],
    ['Puerto Rico', us('299 Avenida José de Diego', 'San Juan', 'PR', '00909')],
  ]),
  ...cases('BR', [
    ['Pinacoteca', PINACOTECA],
    ['without the dash', { ...PINACOTECA, postcode: '01120010' }],
    ['without accents, name of the state', { ...PINACOTECA, region: 'Sao Paulo', city: 'sao paulo' }],
    [
      'without a number',
      { region: 'RJ', city: 'Rio de Janeiro', line1: 'Quinta da Boa Vista, s/n', postcode: '20940-040' },
    ],
    ['Federal District', { region: 'DF', city: 'Brasília', line1: 'Praça dos Três Poderes, 1', postcode: '70100-000' }],
    [
      'a number on the second line',
      { region: 'RS', city: 'Porto Alegre', line1: 'Praça da Alfândega', line2: '1153', postcode: '90010-150' },
    ],
    [
      'a village that no list has',
      { region: 'BA', city: 'Trancoso', line1: 'Praça São João 1', postcode: '45818-000' },
    ],
  ]),
  ...cases('DE', [
    ['Reichstag', REICHSTAG],
    ['Deutsches Museum', { line1: 'Museumsinsel 1', city: 'München', postcode: '80538' }],
    ['Zwinger', { line1: 'Theaterplatz 1', city: 'Dresden', postcode: '01067' }],
    ['a locker', { line1: 'Packstation 145', line2: '1234567', city: 'Bonn', postcode: '53113' }],
  ]),
  ...cases('JP', [
    ['Tokyo Station', STATION_JP],
    ['National Museum', jp('110-8712', '東京都', '台東区', '上野公園13-9')],
    ['in Latin letters', jp('605-0931', 'Kyoto', 'Kyoto', '527 Chaya-cho, Higashiyama-ku')],
    ['without its ending', jp('5300005', '大阪', '大阪市北区', '中之島１−３−２０')],
    ['numbers in characters', jp('060-0001', '北海道', '札幌市中央区', '北一条西二丁目')],
    ['no city of its own field', without(jp('812-0053', '福岡県', '', '福岡市東区箱崎6-10-1'), 'city')],
  ]),
  ...cases('GB', [
    ['British Museum', BRITISH_MUSEUM],
    ['small letters, no blank', { ...BRITISH_MUSEUM, postcode: 'wc1b3dg' }],
    ['Edinburgh Castle', { line1: 'Castlehill', city: 'Edinburgh', postcode: 'EH1 2NG' }],
    ['City Hall', { line1: 'Donegall Square', city: 'Belfast', postcode: 'BT1 5GS' }],
  ]),
  ...cases('FR', [
    ['Louvre: only the rules that hold everywhere', { line1: 'Rue de Rivoli', city: 'Paris', postcode: '75001' }],
  ]),
  ...cases('AU', [['Opera House', { line1: 'Bennelong Point', city: 'Sydney', region: 'NSW', postcode: '2000' }]]),
  ...cases('KE', [['National Museum', { line1: 'Kipande Road', city: 'Nairobi' }]]),
];

/** Need their customer, who may simply agree. */
export const MENDABLE: readonly AddressCase[] = [
  ...cases('CN', [
    ['the city is missing', without(SHAANXI, 'city'), { '/address/city': ['missing', '西安市'] }],
    ['the province is missing', without(FUTIAN, 'region'), { '/address/region': ['missing', '广东省'] }],
    [
      'the district stands in the line',
      { ...without(FUTIAN, 'district'), line1: '福田区同心路6号' },
      { '/address/district': ['missing', '福田区'] },
    ],
    [
      'the district is known by its code',
      { ...without(FUTIAN, 'district'), divisionCode: '440304' },
      { '/address/district': ['missing', '福田区'] },
    ],
    [
      'codes for names',
      { ...FUTIAN, region: '440000', city: '440300' },
      { '/address/region': ['code_for_name', '广东省'], '/address/city': ['code_for_name', '深圳市'] },
    ],
    [
      'a slip in the district',
      { ...FUTIAN, district: '福天区' },
      { '/address/district': ['unknown_division', '福田区'] },
    ],
    ['a slip in the city', { ...SHAANXI, city: '西按市' }, { '/address/city': ['unknown_division', '西安市'] }],
    ['the wrong province', { ...FUTIAN, region: '广西壮族自治区' }, { '/address/region': ['elsewhere', '广东省'] }],
    ['the wrong city for its district', { ...FUTIAN, city: '广州市' }, { '/address/city': ['elsewhere', '深圳市'] }],
    [
      'the code of another district',
      { ...FUTIAN, divisionCode: '440305' },
      { '/address/divisionCode': ['code_disagrees', '440304'] },
    ],
    [
      'a phone among words',
      { ...PALACE, phone: '电话：138 0013 8000' },
      { '/phone': ['not_a_phone_number', '+8613800138000'] },
    ],
    [
      'Hong Kong as a province',
      {
        ...without(PALACE, 'district'),
        region: '香港特别行政区',
        city: '九龍',
        line1: '尖沙咀梳士巴利道10號',
        phone: '+852 5123 4567',
      },
      { '/address/country': ['elsewhere', 'HK'], '/address/region': ['unknown_division', 'Kowloon'] },
    ],
  ]),
  ...cases('HK', [
    ['the area is missing', without(MUSEUM_HK, 'region'), { '/address/region': ['missing', 'Kowloon'] }],
    [
      '"Hong Kong" for its area',
      { ...MUSEUM_HK, region: 'Hong Kong' },
      { '/address/region': ['unknown_division', 'Kowloon'] },
    ],
    ['the wrong area', { ...MUSEUM_HK, region: 'New Territories' }, { '/address/region': ['elsewhere', 'Kowloon'] }],
    ['a slip in the area', { ...MUSEUM_HK, region: 'Kowlon' }, { '/address/region': ['unknown_division', 'Kowloon'] }],
  ]),
  ...cases('TW', [
    ['no postcode', without(PALACE_TW, 'postcode'), { '/address/postcode': ['missing', '111'] }],
    ['the wrong postcode', { ...PALACE_TW, postcode: '106' }, { '/address/postcode': ['elsewhere', '111'] }],
    [
      'county and city one field too low',
      { postcode: '111', city: '台北市', district: '士林區', line1: '至善路二段221號' },
      { '/address/region': ['missing', '台北市'], '/address/city': ['unknown_division', '士林區'] },
    ],
    [
      'a name of city and county alike',
      without(tw('', '嘉義', '東區', '山仔頂2號'), 'postcode'),
      { '/address/region': ['ambiguous_division', '嘉義市'], '/address/postcode': ['missing', '600'] },
    ],
    ['a slip in the district', { ...PALACE_TW, city: '土林區' }, { '/address/city': ['unknown_division', '士林區'] }],
  ]),
  ...cases('US', [
    [
      'a lost zero',
      us('465 Huntington Avenue', 'Boston', 'MA', '2115'),
      { '/address/postcode': ['malformed_postcode', '02115'] },
    ],
    [
      'no dash',
      us('1000 5th Ave', 'New York', 'NY', '100280198'),
      { '/address/postcode': ['malformed_postcode', '10028-0198'] },
    ],
    ['the letter O', { ...SMITHSONIAN, postcode: '2O560' }, { '/address/postcode': ['malformed_postcode', '20560'] }],
    [
      'the state is missing',
      without(us('111 S Michigan Ave', 'Chicago', '', '60603'), 'region'),
      { '/address/region': ['missing', 'IL'] },
    ],
    [
      'a slip in the state',
      us('1 Main Street', 'Los Angeles', 'Califronia', '90036'),
      { '/address/region': ['unknown_division', 'California'] },
    ],
    ['the wrong state', us('111 S Michigan Ave', 'Chicago', 'IN', '60603'), { '/address/region': ['elsewhere', 'IL'] }],
    [
      'an extension',
      { ...SMITHSONIAN, phone: '(202) 555-0143 ext. 12' },
      { '/phone': ['phone_has_extension', '+12025550143'] },
    ],
    [
      'a foreign number without its plus',
      { ...SMITHSONIAN, phone: '55 11 96123 4567' },
      { '/phone': ['phone_not_in_use', '+5511961234567'] },
    ],
  ]),
  ...cases('BR', [
    ['the state is missing', without(PINACOTECA, 'region'), { '/address/region': ['missing', 'SP'] }],
    [
      'a mobile number from before the ninth digit',
      { ...PINACOTECA, phone: '(11) 8123-4567' },
      { '/phone': ['phone_not_in_use', '+5511981234567'] },
    ],
    [
      'a lost zero',
      { ...PINACOTECA, postcode: '1120010' },
      { '/address/postcode': ['malformed_postcode', '01120-010'] },
    ],
    [
      'the mark of the postcode',
      { ...PINACOTECA, postcode: 'CEP 01120-010' },
      { '/address/postcode': ['malformed_postcode', '01120-010'] },
    ],
    [
      'a slip in the city',
      { ...PINACOTECA, city: 'São Pualo' },
      { '/address/city': ['unknown_division', 'São Paulo'] },
    ],
    ['the wrong state', { ...PINACOTECA, region: 'RJ' }, { '/address/region': ['elsewhere', 'SP'] }],
  ]),
  ...cases('DE', [
    [
      'a lost zero',
      { line1: 'Theaterplatz 1', city: 'Dresden', postcode: '1067' },
      { '/address/postcode': ['malformed_postcode', '01067'] },
    ],
    [
      'the mark of the country',
      { ...REICHSTAG, postcode: 'D-11011' },
      { '/address/postcode': ['malformed_postcode', '11011'] },
    ],
  ]),
  ...cases('JP', [
    [
      'the mark of the postcode',
      { ...STATION_JP, postcode: '〒100-0005' },
      { '/address/postcode': ['malformed_postcode', '100-0005'] },
    ],
    [
      'the prefecture is missing',
      without(jp('605-0931', '', '京都市', '東山区茶屋町527'), 'region'),
      { '/address/region': ['missing', '京都府'] },
    ],
    ['the wrong prefecture', { ...STATION_JP, region: '大阪府' }, { '/address/region': ['elsewhere', '東京都'] }],
  ]),
  ...cases('GB', [
    [
      'the letter O for zero',
      { line1: 'Museum Street 1', city: 'York', postcode: 'YOl 7FR' },
      { '/address/postcode': ['malformed_postcode', 'YO1 7FR'] },
    ],
    [
      'dots in the postcode',
      { ...BRITISH_MUSEUM, postcode: 'WC1B.3DG' },
      { '/address/postcode': ['malformed_postcode', 'WC1B 3DG'] },
    ],
  ]),
  ...cases('UK', [
    [
      'the wrong code of the country',
      { ...BRITISH_MUSEUM, phone: '+44 20 7946 0018' },
      { '/address/country': ['unknown_country', 'GB'] },
    ],
  ]),
];

/** Need what only their customer knows. */
export const HOPELESS: readonly AddressCase[] = [
  ...cases('CN', [
    ['no detail line', { ...PALACE, line1: '' }, { '/address/line1': ['missing'] }],
    ['a word for an address', { ...PALACE, line1: '同上' }, { '/address/line1': ['placeholder'] }],
    ['a street only', { ...PALACE, line1: '景山前街' }, { '/address/line1': ['incomplete_line'] }],
    ['a landline', { ...PALACE, phone: '010 8500 7421' }, { '/phone': ['phone_not_mobile'] }],
    ['ten digits', { ...PALACE, phone: '1380013800' }, { '/phone': ['phone_not_in_use'] }],
    ['a number of another country', { ...PALACE, phone: '+852 5123 4567' }, { '/phone': ['phone_not_mobile'] }],
    ['one character for a name', { ...PALACE, name: '王' }, { '/name': ['not_a_name'] }],
    ['no district in a city of many', without(FUTIAN, 'district'), { '/address/district': ['missing'] }],
    [
      'a district of four cities',
      without(cn('', '', '鼓楼区', '中山北路1号'), 'region', 'city'),
      { '/address/region': ['missing'], '/address/city': ['missing'] },
    ],
    [
      'names in Latin letters',
      { ...FUTIAN, region: 'Guangdong', city: 'Shenzhen', district: 'Futian' },
      {
        '/address/region': ['not_in_chinese'],
        '/address/city': ['not_in_chinese'],
        '/address/district': ['not_in_chinese'],
      },
    ],
    [
      'a district that was merged away',
      cn('浙江省', '杭州市', '下城区', '文晖路1号'),
      { '/address/district': ['unknown_division'] },
    ],
    ['no such code', { ...FUTIAN, city: '999999' }, { '/address/city': ['code_for_name'] }],
    [
      'another province in the line',
      { ...FUTIAN, line1: '湖南省长沙市开福区东风路50号' },
      { '/address/line1': ['elsewhere'] },
    ],
    [
      'nothing but a country',
      { name: '', phone: '' },
      {
        '/name': ['missing'],
        '/phone': ['missing'],
        '/address/region': ['missing'],
        '/address/city': ['missing'],
        '/address/district': ['missing'],
        '/address/line1': ['missing'],
      },
    ],
  ]),
  ...cases('HK', [
    ['no area and nothing to find it by', { line1: '10 Salisbury Road' }, { '/address/region': ['missing'] }],
    ['seven digits', { ...MUSEUM_HK, phone: '512 3456' }, { '/phone': ['phone_not_in_use'] }],
  ]),
  ...cases('MO', [
    ['no line', {}, { '/address/line1': ['missing'] }],
    ['seven digits', { line1: '112 Praceta do Museu de Macau', phone: '661 2345' }, { '/phone': ['phone_not_in_use'] }],
  ]),
  ...cases('TW', [
    ['no number', { ...PALACE_TW, line1: '至善路' }, { '/address/line1': ['incomplete_line'] }],
    [
      'no such county',
      tw('111', '滿洲國', '士林區', '至善路二段221號'),
      { '/address/region': ['unknown_division', '台北市'] },
    ],
  ]),
  ...cases('US', [
    [
      'no house number',
      us('Jefferson Drive', 'Washington', 'DC', '20560'),
      { '/address/line1': ['house_number_missing'] },
    ],
    ['no city', without(SMITHSONIAN, 'city'), { '/address/city': ['missing'] }],
    ['no postcode', without(SMITHSONIAN, 'postcode'), { '/address/postcode': ['missing'] }],
    ['letters for a postcode', { ...SMITHSONIAN, postcode: 'ABCDE' }, { '/address/postcode': ['malformed_postcode'] }],
    ['no such area code', { ...SMITHSONIAN, phone: '(000) 555-0143' }, { '/phone': ['phone_not_in_use'] }],
    ['a word for a number', { ...SMITHSONIAN, phone: 'call me' }, { '/phone': ['not_a_phone_number'] }],
    ['a number only', us('1000', 'Washington', 'DC', '20560'), { '/address/line1': ['incomplete_line'] }],
    ['a dash for a name', { ...SMITHSONIAN, name: '-' }, { '/name': ['not_a_name'] }],
  ]),
  ...cases('BR', [
    ['no number', { ...PINACOTECA, line1: 'Praça da Luz' }, { '/address/line1': ['house_number_missing'] }],
    ['a postcode of another state', { ...PINACOTECA, postcode: '20940-040' }, { '/address/postcode': ['elsewhere'] }],
    ['five digits', { ...PINACOTECA, postcode: '00000' }, { '/address/postcode': ['malformed_postcode'] }],
    ['no such area code', { ...PINACOTECA, phone: '(10) 96123-4567' }, { '/phone': ['phone_not_in_use'] }],
  ]),
  ...cases('DE', [
    ['no number', { ...REICHSTAG, line1: 'Platz der Republik' }, { '/address/line1': ['house_number_missing'] }],
    ['no postcode', without(REICHSTAG, 'postcode'), { '/address/postcode': ['missing'] }],
    ['no city', without(REICHSTAG, 'city'), { '/address/city': ['missing'] }],
    ['three digits', { ...REICHSTAG, postcode: '110' }, { '/address/postcode': ['malformed_postcode'] }],
  ]),
  ...cases('JP', [
    ['no number', { ...STATION_JP, line1: '丸の内' }, { '/address/line1': ['house_number_missing'] }],
    ['no postcode', without(STATION_JP, 'postcode'), { '/address/postcode': ['missing'] }],
    ['six digits', { ...STATION_JP, postcode: '100-000' }, { '/address/postcode': ['malformed_postcode'] }],
  ]),
  ...cases('GB', [
    ['no postcode', without(BRITISH_MUSEUM, 'postcode'), { '/address/postcode': ['missing'] }],
    ['half a postcode', { ...BRITISH_MUSEUM, postcode: 'WC1B' }, { '/address/postcode': ['malformed_postcode'] }],
    ['no such area', { ...BRITISH_MUSEUM, postcode: 'ZZ1 1ZZ' }, { '/address/postcode': ['malformed_postcode'] }],
    ['a test', { ...BRITISH_MUSEUM, line1: 'test' }, { '/address/line1': ['placeholder'] }],
  ]),
  ...cases('XX', [
    ['no such country', { line1: '1 Main Street', city: 'Town' }, { '/address/country': ['unknown_country'] }],
  ]),
  ...cases('FR', [
    ['no city: a rule that holds everywhere', { line1: 'Rue de Rivoli 1' }, { '/address/city': ['missing'] }],
  ]),
];
