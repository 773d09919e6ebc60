import type { NewCarrier } from '../../books/catalogue/import-carriers';
import type { NewMerchant } from '../../books/catalogue/import-merchants';
import type { NewSupplier } from '../../books/catalogue/import-suppliers';
import type { NewWarehouse } from '../../books/catalogue/import-warehouses';

export const SAMPLE_MERCHANTS: readonly NewMerchant[] = [
  {
    code: 'aurora',
    name: 'Aurora Home',
    currency: 'CNY',
    commissionBp: 800,
    shippingBaseAmount: 600,
    shippingPerKgAmount: 150,
  },
  {
    code: 'bamboo',
    name: 'Bamboo Pantry',
    currency: 'CNY',
    commissionBp: 1200,
    shippingBaseAmount: 800,
    shippingPerKgAmount: 100,
  },
  {
    code: 'cobalt',
    name: 'Cobalt Electronics',
    currency: 'CNY',
    commissionBp: 500,
    shippingBaseAmount: 1000,
    shippingPerKgAmount: 250,
  },
  {
    code: 'dune',
    name: 'Dune Outdoors',
    currency: 'CNY',
    commissionBp: 1000,
    shippingBaseAmount: 0,
    shippingPerKgAmount: 300,
  },
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
  {
    code: 'swift',
    name: 'Swift Express',
    provider: PROVIDER,
    countries: COUNTRIES,
    maxWeightG: 100_000,
    deliveryDays: 1,
    baseAmount: 1800,
    perKgAmount: 600,
  },
  {
    code: 'steady',
    name: 'Steady Post',
    provider: PROVIDER,
    countries: COUNTRIES,
    maxWeightG: 100_000,
    deliveryDays: 3,
    baseAmount: 900,
    perKgAmount: 300,
  },
  {
    code: 'feather',
    name: 'Feather Mail',
    provider: PROVIDER,
    countries: COUNTRIES,
    maxWeightG: 2_000,
    deliveryDays: 6,
    baseAmount: 400,
    perKgAmount: 150,
  },
];
