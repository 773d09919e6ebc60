import { sql } from 'kysely';
import { issueKey } from '../../books/access/api-keys';
import { type KeyRole } from '../../contracts/caller';
import { newId } from '../../books/new-id';
import { receive, type Receipt } from '../../books/inventory/reservations';
import type { Transactions, Tx } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import type { CurrencyCode } from '../../contracts/money';

export interface NewMerchant {
  readonly code: string;
  readonly name: string;
  readonly currency: CurrencyCode;
  /** Hundredths of a percent of what is captured. */
  readonly commissionBp: number;
  /** Minor units, charged to the customer once per order and merchant. */
  readonly shippingBaseAmount: number;
  /** Minor units per started kilogram. */
  readonly shippingPerKgAmount: number;
}

export interface NewSupplier {
  readonly code: string;
  readonly name: string;
  /** Whether it takes purchase orders over the supplier connection: it does unless said otherwise. */
  readonly online?: boolean;
  /** Where purchase orders are mailed to when it takes none online, or is out of reach there. */
  readonly email?: string | null;
}

export interface Place {
  readonly aisle: number;
  readonly bay: number;
  readonly level: number;
}

export interface NewWarehouse {
  readonly code: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly city: string;
  readonly postcode: string;
  readonly locations: readonly Place[];
}

/** A warehouse with its locations by `placeName`. */
export interface ImportedWarehouse {
  readonly id: string;
  readonly locations: ReadonlyMap<string, string>;
}

export interface NewCarrier {
  readonly code: string;
  readonly name: string;
  readonly provider: string;
  readonly countries: readonly string[];
  readonly maxWeightG: number;
  readonly deliveryDays: number;
  readonly baseAmount: number;
  readonly perKgAmount: number;
}

export interface NewSku {
  readonly merchantId: string;
  /** Unique within its merchant. */
  readonly code: string;
  readonly supplierId: string | null;
  readonly title: string;
  readonly category: string;
  readonly brand?: string | null;
  /** Which of a country's tax rates it carries: `standard` unless said otherwise. */
  readonly taxCategory?: string;
  readonly weightG: number;
  readonly lengthMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly fragile: boolean;
  readonly expires: boolean;
  readonly prices: readonly { readonly validFrom: Date; readonly amount: number }[];
}

export interface NewKey {
  readonly role: KeyRole;
  readonly subjectId: string | null;
  readonly label: string;
  /** Revokes a live key of this role, subject and label first: its secret was lost. */
  readonly replace?: boolean;
}

const IMPORTER: Caller = { role: 'platform', subject: 'mall', actor: 'platform:import' };
/** Rows per transaction: well under PostgreSQL's 65,535 parameters of a statement. */
const BATCH = 1_000;

/** Names a location as people on the floor do. */
export const placeName = ({ aisle, bay, level }: Place): string => `${aisle}-${bay}-${level}`;

/** Names a SKU within the mall. */
export const skuName = ({ merchantId, code }: { readonly merchantId: string; readonly code: string }): string =>
  `${merchantId}/${code}`;

/**
 * Brings a mall's master data in. Everything has a natural key: what is there already is updated, so an import that
 * broke off is simply run again. Each call answers ids by natural key; each batch of 1,000 rows is one transaction.
 */
export class CatalogueImport {
  constructor(private readonly transactions: Transactions) {}

  /** Finds or makes storefronts by name. */
  importStorefronts(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(names, async (tx, batch) => {
      // A storefront's name is not unique to the database: one import at a time looks and writes.
      await sql`select pg_advisory_xact_lock(hashtext('import:storefront'))`.execute(tx);
      const known = await tx
        .selectFrom('storefront')
        .select(['id', 'name as key'])
        .where('name', 'in', batch)
        .execute();
      const fresh = batch
        .filter((name) => !known.some(({ key }) => key === name))
        .map((name) => ({ id: newId('sto'), key: name }));
      if (fresh.length > 0)
        await tx
          .insertInto('storefront')
          .values(fresh.map(({ id, key }) => ({ id, name: key })))
          .execute();
      return [...known, ...fresh];
    });
  }

  /** Imports merchants by code. */
  importMerchants(merchants: readonly NewMerchant[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(merchants, (tx, batch) =>
      tx
        .insertInto('merchant')
        .values(batch.map((row) => ({ id: newId('mer'), ...row })))
        .onConflict((conflict) =>
          conflict
            .column('code')
            .doUpdateSet((eb) => ({
              name: eb.ref('excluded.name'),
              commissionBp: eb.ref('excluded.commissionBp'),
              currency: eb.ref('excluded.currency'),
              shippingBaseAmount: eb.ref('excluded.shippingBaseAmount'),
              shippingPerKgAmount: eb.ref('excluded.shippingPerKgAmount'),
            })),
        )
        .returning(['id', 'code as key'])
        .execute(),
    );
  }

  /** Imports suppliers by code. */
  importSuppliers(suppliers: readonly NewSupplier[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(suppliers, (tx, batch) =>
      tx
        .insertInto('supplier')
        .values(batch.map(({ online = true, email = null, ...row }) => ({ id: newId('sup'), ...row, online, email })))
        .onConflict((conflict) =>
          conflict
            .column('code')
            .doUpdateSet((eb) => ({
              name: eb.ref('excluded.name'),
              online: eb.ref('excluded.online'),
              email: eb.ref('excluded.email'),
            })),
        )
        .returning(['id', 'code as key'])
        .execute(),
    );
  }

  /** Imports a warehouse by code, and its locations by aisle, bay and level. */
  importWarehouse({ locations, ...warehouse }: NewWarehouse): Promise<ImportedWarehouse> {
    return this.transactions.run(IMPORTER, async (tx) => {
      const { id } = await tx
        .insertInto('warehouse')
        .values({ id: newId('whs'), ...warehouse })
        .onConflict((conflict) => conflict.column('code').doUpdateSet({ ...warehouse }))
        .returning('id')
        .executeTakeFirstOrThrow();
      if (locations.length > 0) {
        await tx
          .insertInto('location')
          .values(locations.map((place) => ({ id: newId('loc'), warehouseId: id, ...place })))
          .onConflict((conflict) => conflict.columns(['warehouseId', 'aisle', 'bay', 'level']).doNothing())
          .execute();
      }
      const places = await tx.selectFrom('location').selectAll().where('warehouseId', '=', id).execute();
      return { id, locations: new Map(places.map((place) => [placeName(place), place.id])) };
    });
  }

  /** Imports carriers by code. */
  async importCarriers(carriers: readonly NewCarrier[]): Promise<void> {
    await this.#inBatches(carriers, async (tx, batch) => {
      await tx
        .insertInto('carrier')
        .values(batch.map((row) => ({ ...row, countries: [...row.countries] })))
        .onConflict((conflict) =>
          conflict
            .column('code')
            .doUpdateSet((eb) => ({
              name: eb.ref('excluded.name'),
              provider: eb.ref('excluded.provider'),
              countries: eb.ref('excluded.countries'),
              maxWeightG: eb.ref('excluded.maxWeightG'),
              deliveryDays: eb.ref('excluded.deliveryDays'),
              baseAmount: eb.ref('excluded.baseAmount'),
              perKgAmount: eb.ref('excluded.perKgAmount'),
            })),
        )
        .execute();
      return [];
    });
  }

  /** Imports SKUs with their dated prices; answers ids by `skuName`. */
  importSkus(skus: readonly NewSku[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(skus, async (tx, batch) => {
      const rows = await tx
        .insertInto('sku')
        .values(
          batch.map(({ prices: _prices, brand = null, taxCategory = 'standard', ...row }) => ({
            id: newId('sku'),
            ...row,
            brand,
            taxCategory,
          })),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['merchantId', 'code'])
            .doUpdateSet((eb) => ({
              supplierId: eb.ref('excluded.supplierId'),
              title: eb.ref('excluded.title'),
              category: eb.ref('excluded.category'),
              brand: eb.ref('excluded.brand'),
              taxCategory: eb.ref('excluded.taxCategory'),
              weightG: eb.ref('excluded.weightG'),
              lengthMm: eb.ref('excluded.lengthMm'),
              widthMm: eb.ref('excluded.widthMm'),
              heightMm: eb.ref('excluded.heightMm'),
              fragile: eb.ref('excluded.fragile'),
              expires: eb.ref('excluded.expires'),
            })),
        )
        .returning(['id', 'merchantId', 'code'])
        .execute();
      const ids = new Map(rows.map((row) => [skuName(row), row.id]));
      const prices = batch.flatMap((sku) =>
        sku.prices.map((price) => ({ skuId: ids.get(skuName(sku)) as string, ...price })),
      );
      for (let at = 0; at < prices.length; at += BATCH) {
        await tx
          .insertInto('price')
          .values(prices.slice(at, at + BATCH))
          .onConflict((conflict) =>
            conflict.columns(['skuId', 'validFrom']).doUpdateSet((eb) => ({ amount: eb.ref('excluded.amount') })),
          )
          .execute();
      }
      return [...ids].map(([key, id]) => ({ key, id }));
    });
  }

  /**
   * Books goods in. A lot that has a movement of the same reference already is left out, so a repetition adds nothing.
   */
  async receiveStock(receipts: readonly Receipt[]): Promise<void> {
    await this.#inBatches(receipts, async (tx, batch) => {
      await sql`select pg_advisory_xact_lock(hashtext('import:receipt'))`.execute(tx);
      const known = await tx
        .selectFrom('stock_movement as m')
        .innerJoin('lot as l', 'l.id', 'm.lotId')
        .select(['l.skuId', 'l.warehouseId', 'l.locationId', 'l.code as lotCode', 'm.reference'])
        .where('m.reason', '=', 'received')
        .where('m.skuId', 'in', [...new Set(batch.map((row) => row.skuId))])
        .where('m.reference', 'in', [...new Set(batch.map((row) => row.reference))])
        .execute();
      const done = new Set(known.map(receiptName));
      await receive(
        tx,
        batch.filter((receipt) => !done.has(receiptName(receipt))),
      );
      return [];
    });
  }

  /** Issues keys, each once per role, subject and label; answers the secrets of those issued now by label. */
  issueKeys(keys: readonly NewKey[]): Promise<ReadonlyMap<string, string>> {
    return this.transactions.run(IMPORTER, async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('import:key'))`.execute(tx);
      const secrets = new Map<string, string>();
      for (const { role, subjectId, label, replace } of keys) {
        const live = await tx
          .selectFrom('api_key')
          .select('id')
          .where('role', '=', role)
          .where('label', '=', label)
          .where('subjectId', 'is not distinct from', subjectId)
          .where('revokedAt', 'is', null)
          .execute();
        if (live.length > 0 && replace !== true) continue;
        if (live.length > 0)
          await tx
            .updateTable('api_key')
            .set({ revokedAt: new Date() })
            .where(
              'id',
              'in',
              live.map(({ id }) => id),
            )
            .execute();
        secrets.set(label, await issueKey(tx, role, subjectId, label));
      }
      return secrets;
    });
  }

  async #inBatches<T>(
    rows: readonly T[],
    work: (tx: Tx, batch: T[]) => Promise<readonly { key: string; id: string }[]>,
  ): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (let at = 0; at < rows.length; at += BATCH) {
      for (const { key, id } of await this.transactions.run(IMPORTER, (tx) => work(tx, rows.slice(at, at + BATCH))))
        ids.set(key, id);
    }
    return ids;
  }
}

const receiptName = (
  receipt: Pick<Receipt, 'skuId' | 'warehouseId' | 'locationId' | 'lotCode' | 'reference'>,
): string => [receipt.skuId, receipt.warehouseId, receipt.locationId, receipt.lotCode, receipt.reference].join(' ');
