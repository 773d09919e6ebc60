import { issueKey } from '../../src/books/access/api-keys';
import { newId } from '../../src/books/new-id';
import { receiveStock } from '../../src/books/inventory/receipts';
import { connect, type Transactions, type Tx } from '../../src/books/transactions';
import { SYSTEM, type KeyRole } from '../../src/contracts/caller';
import type { PlaceOrder } from '../../src/contracts/orders/place-order';
import { Vault } from '../../src/books/vault';

/** A SKU of the test mall, with what is on the shelves of each warehouse. */
export interface TestSku {
  readonly id: string;
  readonly merchantId: string;
  readonly unitAmount: number;
  readonly onHand: Readonly<Record<string, number>>;
}

/** Two merchants, two warehouses, one storefront, four SKUs in BRL and one in USD, and a key per role. */
export interface TestMall {
  readonly storefrontId: string;
  readonly merchantIds: readonly [string, string];
  readonly warehouseIds: readonly [string, string];
  readonly skus: {
    readonly lamp: TestSku;
    readonly cup: TestSku;
    readonly rug: TestSku;
    readonly scarce: TestSku;
    readonly foreign: TestSku;
  };
  /** Secrets: the merchant's is the first merchant's, the warehouse's the first warehouse's. */
  readonly keys: Readonly<Record<KeyRole, string>>;
}

/** Is long, so that no test depends on the speed of the machine. */
const LIMIT_MS = 60_000;

/**
 * Opens the application's own connection to a test database. A connection that breaks while idle is reported as a
 * warning.
 */
export const connectTo = (url: string, poolSize = 8): Transactions => {
  const warn = ({ message }: Error) => {
    console.warn(`An idle connection broke: ${message}`);
  };
  return connect(url, poolSize, warn, LIMIT_MS, () => ({ connectionMs: LIMIT_MS }));
};

/** Makes a vault of fixed keys, so that one suite's rows can be opened by another's process. */
export const testVault = (): Vault =>
  new Vault(`test:${Buffer.alloc(32, 1).toString('base64')}`, Buffer.alloc(32, 2).toString('base64'));

/** Puts a mall into an empty database, through the books. */
export function seedMall(transactions: Transactions): Promise<TestMall> {
  return transactions.run(SYSTEM, async (tx) => {
    const [storefrontId, warehouseIds] = [newId('sto'), [newId('whs'), newId('whs')] as const];
    const [brazilian, other] = [newId('mer'), newId('mer')] as const;
    const american = newId('mer');
    await tx.insertInto('storefront').values({ id: storefrontId, name: 'Test storefront' }).execute();
    await tx
      .insertInto('merchant')
      .values([
        {
          id: brazilian,
          code: 'luz',
          name: 'Luz',
          currency: 'BRL',
          commissionBp: 1000,
          shippingBaseAmount: 500,
          shippingPerKgAmount: 200,
        },
        {
          id: other,
          code: 'casa',
          name: 'Casa',
          currency: 'BRL',
          commissionBp: 1250,
          shippingBaseAmount: 700,
          shippingPerKgAmount: 100,
        },
        {
          id: american,
          code: 'home',
          name: 'Home',
          currency: 'USD',
          commissionBp: 1000,
          shippingBaseAmount: 300,
          shippingPerKgAmount: 100,
        },
      ])
      .execute();
    await tx
      .insertInto('warehouse')
      .values([
        {
          id: warehouseIds[0],
          code: 'SP1',
          name: 'São Paulo',
          country: 'BR',
          city: 'São Paulo',
          postcode: '01000-000',
        },
        {
          id: warehouseIds[1],
          code: 'RJ1',
          name: 'Rio de Janeiro',
          country: 'BR',
          city: 'Rio de Janeiro',
          postcode: '20000-000',
        },
      ])
      .execute();
    await tx
      .insertInto('carrier')
      .values([
        {
          code: 'swift',
          name: 'Swift',
          provider: 'sandbox-carrier',
          countries: ['BR'],
          maxWeightG: 20_000,
          deliveryDays: 1,
          baseAmount: 1500,
          perKgAmount: 300,
        },
        {
          code: 'steady',
          name: 'Steady',
          provider: 'sandbox-carrier',
          countries: ['BR', 'US'],
          maxWeightG: 30_000,
          deliveryDays: 3,
          baseAmount: 900,
          perKgAmount: 200,
        },
      ])
      .execute();
    const shelves = await addShelves(tx, warehouseIds);
    const [first, second] = warehouseIds;
    const skus = {
      lamp: await addSku(tx, shelves, {
        merchantId: brazilian,
        code: 'LAMP',
        unitAmount: 8990,
        fragile: true,
        onHand: { [first]: 20, [second]: 5 },
      }),
      cup: await addSku(tx, shelves, {
        merchantId: other,
        code: 'CUP',
        unitAmount: 1990,
        fragile: true,
        onHand: { [first]: 50 },
      }),
      rug: await addSku(tx, shelves, { merchantId: other, code: 'RUG', unitAmount: 25_900, onHand: { [second]: 8 } }),
      scarce: await addSku(tx, shelves, {
        merchantId: brazilian,
        code: 'SCARCE',
        unitAmount: 4500,
        onHand: { [first]: 1 },
      }),
      foreign: await addSku(tx, shelves, {
        merchantId: american,
        code: 'FOREIGN',
        unitAmount: 1200,
        onHand: { [first]: 10 },
      }),
    };
    const keys = {
      storefront: await issueKey(tx, 'storefront', storefrontId, 'test'),
      merchant: await issueKey(tx, 'merchant', brazilian, 'test'),
      warehouse: await issueKey(tx, 'warehouse', first, 'test'),
      support: await issueKey(tx, 'support', null, 'test'),
      platform: await issueKey(tx, 'platform', null, 'test'),
    };
    return { storefrontId, merchantIds: [brazilian, other], warehouseIds, skus, keys };
  });
}

interface NewSku {
  readonly merchantId: string;
  readonly code: string;
  readonly unitAmount: number;
  readonly fragile?: boolean;
  readonly onHand: Readonly<Record<string, number>>;
}

async function addShelves(tx: Tx, warehouseIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const locations = warehouseIds.map((warehouseId) => ({ id: newId('loc'), warehouseId, aisle: 1, bay: 1, level: 1 }));
  await tx.insertInto('location').values(locations).execute();
  return new Map(locations.map((location) => [location.warehouseId, location.id]));
}

async function addSku(
  tx: Tx,
  shelves: ReadonlyMap<string, string>,
  { merchantId, code, unitAmount, fragile = false, onHand }: NewSku,
): Promise<TestSku> {
  const id = newId('sku');
  await tx
    .insertInto('sku')
    .values({
      id,
      merchantId,
      supplierId: null,
      code,
      title: `Test ${code.toLowerCase()}`,
      category: 'home',
      weightG: 600,
      lengthMm: 200,
      widthMm: 150,
      heightMm: 100,
      fragile,
      expires: false,
    })
    .execute();
  await tx
    .insertInto('price')
    .values({ skuId: id, validFrom: new Date(Date.now() - 3_600_000), amount: unitAmount })
    .execute();
  await receiveStock(
    tx,
    Object.entries(onHand).map(([warehouseId, quantity]) => ({
      skuId: id,
      warehouseId,
      quantity,
      locationId: shelves.get(warehouseId) ?? '',
      lotCode: 'L1',
      expiresOn: null,
      reference: 'test',
    })),
    TODAY,
  );
  return { id, merchantId, unitAmount, onHand };
}

/** Today (ISO date), of UTC. */
export const TODAY = new Date().toISOString().slice(0, 10);

/** Where `placeOrderBody` goes. */
export const TO_BRAZIL = {
  country: 'BR',
  postcode: '01305-000',
  urgency: 'standard',
  requestedDate: null,
  leavesOn: TODAY,
} as const;

/** Builds a valid order of one unit of each of the given SKUs; `over` replaces members. */
export const placeOrderBody = (
  skus: readonly TestSku[],
  over: Partial<Record<keyof PlaceOrder, unknown>> = {},
): Record<string, unknown> => ({
  reference: 'A-1001',
  customer: { reference: 'customer-1' },
  currency: 'BRL',
  lines: skus.map((sku) => ({ skuId: sku.id, quantity: 1 })),
  recipient: {
    name: 'Recipient One',
    phone: '+55 11 91234-5678',
    email: 'recipient@example.com',
    address: { country: 'BR', region: 'SP', city: 'São Paulo', line1: 'Rua Augusta 100', postcode: '01305-000' },
  },
  payment: { method: 'card', token: 'tok_ok' },
  ...over,
});
