import { connect } from '../books/transactions';
import { DEFAULT_TIME_ZONE } from '../contracts/time-zone';
import { seedSampleMall } from '../services/catalogue/sample-mall';
import { readApiKeys, storeApiKeys } from './running-stack';
import type { SeedSample } from './start';

const POOL = 4;

/** Seeds the sample mall, stores the keys that it issues, and describes an order that can be placed. */
export const seedSample: SeedSample = async (databaseUrl, _settings, paths) => {
  const transactions = connect(databaseUrl, POOL, (error) => {
    process.stderr.write(`The database broke a connection while the sample mall was made: ${error.message}\n`);
  });
  try {
    const timeZone = process.env.MALL_TIME_ZONE ?? DEFAULT_TIME_ZONE;
    const mall = await seedSampleMall(transactions, timeZone, new Set(Object.keys(readApiKeys(paths.root))));
    storeApiKeys(paths.root, mall.issuedKeys);
    const { storefront } = readApiKeys(paths.root);
    if (storefront === undefined)
      throw new Error(`${paths.apiKeys} lacks the storefront's key: run \`npm run reset\`, then start again.`);
    return { storefrontKey: storefront, skuIds: mall.sampleSkuIds, currency: mall.currency };
  } finally {
    await transactions.close();
  }
};
