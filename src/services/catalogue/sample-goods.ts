import type { NewCarrier, NewMerchant, NewSupplier, NewWarehouse } from './import';

/** A SKU of the sample mall; merchant, supplier and warehouses by code. Weight in g, size in mm, price in fen. */
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

export const SAMPLE_MERCHANTS: readonly NewMerchant[] = [
  { code: 'aurora', name: 'Aurora Home', currency: 'CNY', commissionBp: 800, shippingBaseAmount: 600, shippingPerKgAmount: 150 },
  { code: 'bamboo', name: 'Bamboo Pantry', currency: 'CNY', commissionBp: 1200, shippingBaseAmount: 800, shippingPerKgAmount: 100 },
  { code: 'cobalt', name: 'Cobalt Electronics', currency: 'CNY', commissionBp: 500, shippingBaseAmount: 1000, shippingPerKgAmount: 250 },
  { code: 'dune', name: 'Dune Outdoors', currency: 'CNY', commissionBp: 1000, shippingBaseAmount: 0, shippingPerKgAmount: 300 },
];

export const SAMPLE_SUPPLIERS: readonly NewSupplier[] = [
  { code: 'harbour', name: 'Harbour Wholesale' },
  { code: 'delta', name: 'Delta Manufacturing', email: 'orders@delta.example' },
];

export const SAMPLE_WAREHOUSES: readonly Omit<NewWarehouse, 'locations'>[] = [
  { code: 'north', name: 'North warehouse', country: 'CN', city: 'Tianjin', postcode: '300000' },
  { code: 'south', name: 'South warehouse', country: 'CN', city: 'Shenzhen', postcode: '518000' },
];

const COUNTRIES = ['CN', 'HK', 'MO', 'TW', 'US', 'BR', 'DE', 'JP', 'GB'] as const;
const PROVIDER = 'sandbox-carrier';

/** The carriers of the sandbox: docs/sandbox.md. */
export const SAMPLE_CARRIERS: readonly NewCarrier[] = [
  { code: 'swift', name: 'Swift Express', provider: PROVIDER, countries: COUNTRIES, maxWeightG: 100_000, deliveryDays: 1, baseAmount: 1800, perKgAmount: 600 },
  { code: 'steady', name: 'Steady Post', provider: PROVIDER, countries: COUNTRIES, maxWeightG: 100_000, deliveryDays: 3, baseAmount: 900, perKgAmount: 300 },
  { code: 'feather', name: 'Feather Mail', provider: PROVIDER, countries: COUNTRIES, maxWeightG: 2_000, deliveryDays: 6, baseAmount: 400, perKgAmount: 150 },
];

const north = (units: number) => ({ north: units });
const south = (units: number) => ({ south: units });
const both = (units: number) => ({ north: units, south: units });

const HOME: readonly Omit<SampleSku, 'merchant' | 'code'>[] = [
  { supplier: 'delta', title: 'Desk lamp, dimmable', category: 'lighting', weightG: 1150, size: [380, 180, 160], price: 15900, fragile: true, stock: both(200) },
  { supplier: 'delta', title: 'Ceramic mug, 350 ml', category: 'tableware', weightG: 380, size: [120, 90, 100], price: 3900, fragile: true, stock: both(300) },
  { supplier: 'delta', title: 'Glass vase, 30 cm', category: 'decoration', weightG: 1600, size: [320, 160, 160], price: 8900, fragile: true, stock: north(80) },
  { supplier: 'harbour', title: 'Cotton bath towel', category: 'textiles', weightG: 520, size: [300, 220, 60], price: 5900, stock: both(250) },
  { supplier: 'harbour', title: 'Linen cushion cover', category: 'textiles', weightG: 210, size: [250, 200, 30], price: 4900, stock: both(220) },
  { supplier: 'harbour', title: 'Duvet, four seasons', category: 'textiles', weightG: 3200, size: [600, 450, 300], price: 39900, stock: south(60) },
  { supplier: 'delta', title: 'Bamboo chopping board', category: 'kitchen', weightG: 1350, size: [400, 280, 20], price: 7900, stock: both(140) },
  { supplier: 'delta', title: 'Chef\'s knife, 20 cm', category: 'kitchen', weightG: 290, size: [350, 70, 30], price: 18900, stock: north(120) },
  { supplier: 'delta', title: 'Cast-iron pan, 26 cm', category: 'kitchen', weightG: 2450, size: [460, 270, 70], price: 22900, stock: both(90) },
  { supplier: 'delta', title: 'Wall clock, silent', category: 'decoration', weightG: 780, size: [310, 310, 50], price: 9900, fragile: true, stock: south(110) },
  { supplier: 'harbour', title: 'Storage box, foldable', category: 'storage', weightG: 890, size: [400, 300, 60], price: 4500, stock: both(180) },
];

const PANTRY: readonly Omit<SampleSku, 'merchant' | 'code'>[] = [
  { supplier: 'harbour', title: 'Green tea, 250 g', category: 'tea', weightG: 310, size: [160, 100, 80], price: 8800, expires: true, stock: both(240) },
  { supplier: 'harbour', title: 'Oolong tea, 150 g', category: 'tea', weightG: 210, size: [140, 90, 70], price: 12800, expires: true, stock: both(160) },
  { supplier: 'harbour', title: 'Roasted almonds, 500 g', category: 'snacks', weightG: 540, size: [220, 150, 60], price: 6900, expires: true, stock: both(200) },
  { supplier: 'harbour', title: 'Dried mango, 300 g', category: 'snacks', weightG: 330, size: [200, 140, 50], price: 3600, expires: true, stock: south(200) },
  { supplier: 'harbour', title: 'Dark chocolate, 100 g', category: 'snacks', weightG: 115, size: [160, 80, 12], price: 2400, expires: true, fragile: true, stock: both(260) },
  { supplier: 'harbour', title: 'Honey, 500 g jar', category: 'pantry', weightG: 780, size: [110, 90, 90], price: 5800, expires: true, fragile: true, stock: north(150) },
  { supplier: 'harbour', title: 'Jasmine rice, 5 kg', category: 'pantry', weightG: 5080, size: [420, 280, 90], price: 6500, expires: true, stock: both(120) },
  { supplier: 'harbour', title: 'Soy sauce, 1 l', category: 'pantry', weightG: 1420, size: [280, 90, 90], price: 2900, expires: true, fragile: true, stock: both(140) },
  { supplier: 'harbour', title: 'Olive oil, 750 ml', category: 'pantry', weightG: 1250, size: [310, 80, 80], price: 9900, expires: true, fragile: true, stock: both(110) },
  { supplier: 'harbour', title: 'Ground coffee, 500 g', category: 'coffee', weightG: 520, size: [210, 110, 80], price: 7600, expires: true, stock: both(170) },
  { supplier: 'delta', title: 'Tea strainer, steel', category: 'tableware', weightG: 60, size: [120, 70, 60], price: 1900, stock: both(300) },
];

const ELECTRONICS: readonly Omit<SampleSku, 'merchant' | 'code'>[] = [
  { supplier: 'delta', title: 'Wireless earphones', category: 'audio', weightG: 95, size: [110, 90, 40], price: 29900, stock: both(150) },
  { supplier: 'delta', title: 'Portable speaker', category: 'audio', weightG: 680, size: [210, 100, 100], price: 34900, stock: both(90) },
  { supplier: 'delta', title: 'USB-C charger, 65 W', category: 'power', weightG: 165, size: [90, 60, 40], price: 12900, stock: both(280) },
  { supplier: 'delta', title: 'Power bank, 20,000 mAh', category: 'power', weightG: 430, size: [160, 75, 30], price: 16900, stock: south(160) },
  { supplier: 'delta', title: 'USB-C cable, 2 m', category: 'cables', weightG: 55, size: [140, 100, 20], price: 3900, stock: both(400) },
  { supplier: 'delta', title: 'Mechanical keyboard', category: 'computing', weightG: 1180, size: [460, 170, 60], price: 45900, stock: north(70) },
  { supplier: 'delta', title: 'Wireless mouse', category: 'computing', weightG: 130, size: [150, 100, 60], price: 11900, stock: both(190) },
  { supplier: 'delta', title: 'Monitor, 27 inch', category: 'computing', weightG: 6400, size: [720, 480, 160], price: 129900, fragile: true, stock: both(40) },
  { supplier: 'delta', title: 'Webcam, 1080p', category: 'computing', weightG: 190, size: [120, 90, 80], price: 19900, stock: both(100) },
  { supplier: 'delta', title: 'Smart plug, pair', category: 'smart home', weightG: 220, size: [140, 80, 70], price: 8900, stock: south(210) },
  { supplier: 'delta', title: 'E-reader, 7 inch', category: 'computing', weightG: 340, size: [210, 160, 40], price: 89900, fragile: true, stock: north(60) },
];

const OUTDOORS: readonly Omit<SampleSku, 'merchant' | 'code'>[] = [
  { supplier: 'harbour', title: 'Tent for two', category: 'camping', weightG: 2900, size: [450, 180, 180], price: 59900, stock: both(50) },
  { supplier: 'harbour', title: 'Sleeping bag, down', category: 'camping', weightG: 1100, size: [380, 220, 220], price: 69900, stock: north(60) },
  { supplier: 'harbour', title: 'Trekking poles, pair', category: 'hiking', weightG: 560, size: [680, 120, 80], price: 24900, stock: both(80) },
  { supplier: 'delta', title: 'Head torch, 400 lm', category: 'hiking', weightG: 120, size: [110, 90, 70], price: 9900, stock: both(180) },
  { supplier: 'delta', title: 'Insulated bottle, 1 l', category: 'hiking', weightG: 460, size: [310, 100, 100], price: 12900, stock: both(220) },
  { supplier: 'harbour', title: 'Rucksack, 40 l', category: 'bags', weightG: 1450, size: [620, 340, 140], price: 49900, stock: both(75) },
  { supplier: 'harbour', title: 'Rain jacket, size M', category: 'clothing', weightG: 390, size: [330, 260, 50], price: 39900, stock: south(100) },
  { supplier: 'harbour', title: 'Merino socks, size M', category: 'clothing', weightG: 85, size: [200, 110, 30], price: 7900, stock: both(260) },
  { supplier: 'delta', title: 'Gas stove, folding', category: 'camping', weightG: 310, size: [130, 110, 90], price: 15900, stock: both(95) },
  { supplier: 'harbour', title: 'Energy bars, box of 12', category: 'food', weightG: 640, size: [240, 160, 70], price: 9600, expires: true, stock: both(130) },
  { supplier: 'harbour', title: 'First-aid kit', category: 'hiking', weightG: 270, size: [190, 140, 60], price: 8900, expires: true, stock: both(140) },
];

const sold = (merchant: string, prefix: string, goods: readonly Omit<SampleSku, 'merchant' | 'code'>[]): SampleSku[] =>
  goods.map((item, index) => ({ ...item, merchant, code: `${prefix}-${String(index + 1).padStart(2, '0')}` }));

export const SAMPLE_SKUS: readonly SampleSku[] = [
  ...sold('aurora', 'AU', HOME), ...sold('bamboo', 'BA', PANTRY), ...sold('cobalt', 'CO', ELECTRONICS), ...sold('dune', 'DU', OUTDOORS),
];
