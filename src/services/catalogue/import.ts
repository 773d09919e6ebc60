import { sql } from 'kysely';
import { issueMissingKey, type NewKey } from '../../books/access/api-keys';
import { upsertCarriers, type NewCarrier } from '../../books/catalogue/import-carriers';
import type { ImportedId } from '../../books/catalogue/imported-id';
import { upsertMerchants, type NewMerchant } from '../../books/catalogue/import-merchants';
import { upsertSkus, type NewSku } from '../../books/catalogue/import-skus';
import { findOrInsertStorefronts } from '../../books/catalogue/import-storefronts';
import { upsertSuppliers, type NewSupplier } from '../../books/catalogue/import-suppliers';
import { upsertWarehouse, type ImportedWarehouse, type NewWarehouse } from '../../books/catalogue/import-warehouses';
import { receiveStock, type Receipt } from '../../books/inventory/receipts';
import type { Transactions, Tx } from '../../books/transactions';
import { dayOf } from '../../domain/dates';
import type { Caller } from '../../contracts/caller';

const IMPORTER: Caller = { role: 'platform', subject: 'mall', actor: 'platform:import' };
/** Rows per transaction: well under PostgreSQL's 65,535 parameters of a statement. */
const BATCH = 1_000;

/**
 * Brings a mall's master data in. Everything has a natural key: what exists already is updated, so an import that
 * stopped half-way is simply run again. Each call returns ids by natural key; each batch of 1,000 rows is one
 * transaction.
 */
export class CatalogueImport {
  constructor(
    private readonly transactions: Transactions,
    /** The mall's time zone (IANA). */
    private readonly timeZone: string,
  ) {}

  /** Finds or makes storefronts by name. */
  importStorefronts(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(names, async (tx, batch) => {
      // A storefront's name is not unique to the database: one import at a time looks and writes.
      await sql`select pg_advisory_xact_lock(hashtext('import:storefront'))`.execute(tx);
      return findOrInsertStorefronts(tx, batch);
    });
  }

  /** Imports merchants by code. */
  importMerchants(merchants: readonly NewMerchant[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(merchants, upsertMerchants);
  }

  /** Imports suppliers by code. */
  importSuppliers(suppliers: readonly NewSupplier[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(suppliers, upsertSuppliers);
  }

  /** Imports a warehouse by code, and its locations by aisle, bay and level. */
  importWarehouse(warehouse: NewWarehouse): Promise<ImportedWarehouse> {
    return this.transactions.run(IMPORTER, (tx) => upsertWarehouse(tx, warehouse));
  }

  /** Imports carriers by code. */
  async importCarriers(carriers: readonly NewCarrier[]): Promise<void> {
    await this.#inBatches(carriers, async (tx, batch) => {
      await upsertCarriers(tx, batch);
      return [];
    });
  }

  /** Imports SKUs with their dated prices; returns ids by `skuName`. */
  importSkus(skus: readonly NewSku[]): Promise<ReadonlyMap<string, string>> {
    return this.#inBatches(skus, upsertSkus);
  }

  /** Receives goods. A lot that has a movement of the same reference is left out, so a repetition adds nothing. */
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
      await receiveStock(
        tx,
        batch.filter((receipt) => !done.has(receiptName(receipt))),
        dayOf(new Date(), this.timeZone),
      );
      return [];
    });
  }

  /** Issues keys, each once per role, subject and label; returns the secrets of new ones by label. */
  issueKeys(keys: readonly NewKey[]): Promise<ReadonlyMap<string, string>> {
    return this.transactions.run(IMPORTER, async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('import:key'))`.execute(tx);
      const secrets = new Map<string, string>();
      for (const key of keys) {
        const secret = await issueMissingKey(tx, key);
        if (secret !== undefined) secrets.set(key.label, secret);
      }
      return secrets;
    });
  }

  async #inBatches<T>(
    rows: readonly T[],
    work: (tx: Tx, batch: readonly T[]) => Promise<readonly ImportedId[]>,
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
