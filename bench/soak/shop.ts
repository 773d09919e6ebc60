import { receiveStock } from '../../src/books/inventory/receipts';
import { connect } from '../../src/books/transactions';
import { CarrierDrivers, PublicApi } from '../../src/cli/orders/public-api';
import { seedSampleMall, type SampleMall } from '../../src/services/catalogue/sample-mall';
import { DEFAULT_TIME_ZONE } from '../../src/contracts/time-zone';
import { dayOf } from '../../src/domain/dates';
import { SYSTEM } from '../../src/contracts/caller';
import type { Stack } from '../../src/embedded/stack';
import type { Links } from './links';
import { SandboxFaults } from './sandbox-faults';

const POOL = 4;
/** Is more than any soak run orders. */
const UNITS = 1_000_000;

/** Describes a mall under load, and the clients by which the load acts. */
export interface Shop {
  readonly stack: Stack;
  readonly storefront: PublicApi;
  /** Sees the tasks of every warehouse. */
  readonly staff: PublicApi;
  readonly drivers: CarrierDrivers;
  /** Two SKUs, of two merchants. */
  readonly skuIds: readonly string[];
  readonly gateway: SandboxFaults;
  readonly carrier: SandboxFaults;
  /** The links that carry the connections of the worker and the API. */
  readonly links: Links;
}

/** Fills an empty, migrated database with the sample mall, with more stock than a soak run can buy. */
export async function seedShop(ownerUrl: string): Promise<SampleMall> {
  const transactions = connect(ownerUrl, POOL, (error) => {
    process.stderr.write(`A connection broke while the shop was made: ${error.message}\n`);
  });
  try {
    const mall = await seedSampleMall(transactions, DEFAULT_TIME_ZONE);
    await transactions.run(SYSTEM, async (tx) => {
      const lots = await tx
        .selectFrom('lot')
        .selectAll()
        .where('skuId', 'in', [...mall.sampleSkuIds])
        .execute();
      await receiveStock(
        tx,
        lots.map(({ skuId, warehouseId, locationId, code, expiresOn }) => ({
          skuId,
          warehouseId,
          locationId,
          lotCode: code,
          expiresOn: expiresOn?.toISOString().slice(0, 10) ?? null,
          quantity: UNITS,
          reference: 'soak',
        })),
        dayOf(new Date(), DEFAULT_TIME_ZONE),
      );
    });
    return mall;
  } finally {
    await transactions.close();
  }
}

/** Opens the shop of a running stack. Throws when another run made the shop, because its keys are shown once only. */
export function openShop(stack: Stack, mall: SampleMall, links: Links): Shop {
  const { storefront, platform } = mall.issuedKeys;
  if (storefront === undefined || platform === undefined)
    throw new Error('Another run made the shop, so its keys are not known: start with an empty database.');
  const { urls, settings } = stack;
  return {
    stack,
    links,
    skuIds: mall.sampleSkuIds,
    storefront: new PublicApi(urls.api, storefront),
    staff: new PublicApi(urls.api, platform),
    drivers: new CarrierDrivers(urls.carrier, settings.CARRIER_API_KEY),
    gateway: new SandboxFaults(urls.gateway, settings.PAYMENT_API_KEY),
    carrier: new SandboxFaults(urls.carrier, settings.CARRIER_API_KEY),
  };
}
