/** Describes a SKU of the sample mall; its parties by code, weight in g, size in mm, price in fen. */
export interface SampleSku {
  readonly code: string;
  readonly merchant: string;
  readonly supplier: string;
  readonly title: string;
  readonly category: string;
  readonly weightG: number;
  readonly size: readonly [number, number, number];
  readonly price: number;
  readonly fragile?: boolean;
  readonly expires?: boolean;
  /** Units by warehouse. */
  readonly stock: Readonly<Record<string, number>>;
}

type Goods = Omit<SampleSku, 'merchant' | 'code'>;

const FRAGILE = { fragile: true };
const EXPIRES = { expires: true };
const north = (units: number) => ({ north: units });
const south = (units: number) => ({ south: units });
const both = (units: number) => ({ north: units, south: units });

/** Builds one row of the tables below. */
const item = (
  supplier: 'delta' | 'harbour',
  title: string,
  category: string,
  weightG: number,
  size: Goods['size'],
  price: number,
  stock: Goods['stock'],
  marks: Pick<Goods, 'fragile' | 'expires'> = {},
): Goods => ({ supplier, title, category, weightG, size, price, stock, ...marks });

// Columns: supplier, title, category, weight, size, price, stock, marks.

const HOME = [
  item('delta', 'Desk lamp, dimmable', 'lighting', 1150, [380, 180, 160], 15900, both(200), FRAGILE),
  item('delta', 'Ceramic mug, 350 ml', 'tableware', 380, [120, 90, 100], 3900, both(300), FRAGILE),
  item('delta', 'Glass vase, 30 cm', 'decoration', 1600, [320, 160, 160], 8900, north(80), FRAGILE),
  item('harbour', 'Cotton bath towel', 'textiles', 520, [300, 220, 60], 5900, both(250)),
  item('harbour', 'Linen cushion cover', 'textiles', 210, [250, 200, 30], 4900, both(220)),
  item('harbour', 'Duvet, four seasons', 'textiles', 3200, [600, 450, 300], 39900, south(60)),
  item('delta', 'Bamboo chopping board', 'kitchen', 1350, [400, 280, 20], 7900, both(140)),
  item('delta', "Chef's knife, 20 cm", 'kitchen', 290, [350, 70, 30], 18900, north(120)),
  item('delta', 'Cast-iron pan, 26 cm', 'kitchen', 2450, [460, 270, 70], 22900, both(90)),
  item('delta', 'Wall clock, silent', 'decoration', 780, [310, 310, 50], 9900, south(110), FRAGILE),
  item('harbour', 'Storage box, foldable', 'storage', 890, [400, 300, 60], 4500, both(180)),
];

const PANTRY = [
  item('harbour', 'Green tea, 250 g', 'tea', 310, [160, 100, 80], 8800, both(240), EXPIRES),
  item('harbour', 'Oolong tea, 150 g', 'tea', 210, [140, 90, 70], 12800, both(160), EXPIRES),
  item('harbour', 'Roasted almonds, 500 g', 'snacks', 540, [220, 150, 60], 6900, both(200), EXPIRES),
  item('harbour', 'Dried mango, 300 g', 'snacks', 330, [200, 140, 50], 3600, south(200), EXPIRES),
  item('harbour', 'Dark chocolate, 100 g', 'snacks', 115, [160, 80, 12], 2400, both(260), { ...FRAGILE, ...EXPIRES }),
  item('harbour', 'Honey, 500 g jar', 'pantry', 780, [110, 90, 90], 5800, north(150), { ...FRAGILE, ...EXPIRES }),
  item('harbour', 'Jasmine rice, 5 kg', 'pantry', 5080, [420, 280, 90], 6500, both(120), EXPIRES),
  item('harbour', 'Soy sauce, 1 l', 'pantry', 1420, [280, 90, 90], 2900, both(140), { ...FRAGILE, ...EXPIRES }),
  item('harbour', 'Olive oil, 750 ml', 'pantry', 1250, [310, 80, 80], 9900, both(110), { ...FRAGILE, ...EXPIRES }),
  item('harbour', 'Ground coffee, 500 g', 'coffee', 520, [210, 110, 80], 7600, both(170), EXPIRES),
  item('delta', 'Tea strainer, steel', 'tableware', 60, [120, 70, 60], 1900, both(300)),
];

const ELECTRONICS = [
  item('delta', 'Wireless earphones', 'audio', 95, [110, 90, 40], 29900, both(150)),
  item('delta', 'Portable speaker', 'audio', 680, [210, 100, 100], 34900, both(90)),
  item('delta', 'USB-C charger, 65 W', 'power', 165, [90, 60, 40], 12900, both(280)),
  item('delta', 'Power bank, 20,000 mAh', 'power', 430, [160, 75, 30], 16900, south(160)),
  item('delta', 'USB-C cable, 2 m', 'cables', 55, [140, 100, 20], 3900, both(400)),
  item('delta', 'Mechanical keyboard', 'computing', 1180, [460, 170, 60], 45900, north(70)),
  item('delta', 'Wireless mouse', 'computing', 130, [150, 100, 60], 11900, both(190)),
  item('delta', 'Monitor, 27 inch', 'computing', 6400, [720, 480, 160], 129900, both(40), FRAGILE),
  item('delta', 'Webcam, 1080p', 'computing', 190, [120, 90, 80], 19900, both(100)),
  item('delta', 'Smart plug, pair', 'smart home', 220, [140, 80, 70], 8900, south(210)),
  item('delta', 'E-reader, 7 inch', 'computing', 340, [210, 160, 40], 89900, north(60), FRAGILE),
];

const OUTDOORS = [
  item('harbour', 'Tent for two', 'camping', 2900, [450, 180, 180], 59900, both(50)),
  item('harbour', 'Sleeping bag, down', 'camping', 1100, [380, 220, 220], 69900, north(60)),
  item('harbour', 'Trekking poles, pair', 'hiking', 560, [680, 120, 80], 24900, both(80)),
  item('delta', 'Head torch, 400 lm', 'hiking', 120, [110, 90, 70], 9900, both(180)),
  item('delta', 'Insulated bottle, 1 l', 'hiking', 460, [310, 100, 100], 12900, both(220)),
  item('harbour', 'Rucksack, 40 l', 'bags', 1450, [620, 340, 140], 49900, both(75)),
  item('harbour', 'Rain jacket, size M', 'clothing', 390, [330, 260, 50], 39900, south(100)),
  item('harbour', 'Merino socks, size M', 'clothing', 85, [200, 110, 30], 7900, both(260)),
  item('delta', 'Gas stove, folding', 'camping', 310, [130, 110, 90], 15900, both(95)),
  item('harbour', 'Energy bars, box of 12', 'food', 640, [240, 160, 70], 9600, both(130), EXPIRES),
  item('harbour', 'First-aid kit', 'hiking', 270, [190, 140, 60], 8900, both(140), EXPIRES),
];

const sold = (merchant: string, prefix: string, goods: readonly Goods[]): SampleSku[] =>
  goods.map((item, index) => ({ ...item, merchant, code: `${prefix}-${String(index + 1).padStart(2, '0')}` }));

export const SAMPLE_SKUS: readonly SampleSku[] = [
  ...sold('aurora', 'AU', HOME),
  ...sold('bamboo', 'BA', PANTRY),
  ...sold('cobalt', 'CO', ELECTRONICS),
  ...sold('dune', 'DU', OUTDOORS),
];
