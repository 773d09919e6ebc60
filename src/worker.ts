import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, Worker, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities';
import { connect } from './books/transactions';
import { Vault } from './books/vault';
import { readConfig } from './config';
import { ORDERS_QUEUE, providerQueue } from './contracts/names';
import { SandboxCarrierProvider } from './providers/carrier.sandbox';
import { SandboxPaymentProvider } from './providers/payment.sandbox';
import { createLogger } from './telemetry';

/** How long one call to a provider may take at most; activities set tighter limits. */
const PROVIDER_TIMEOUT_MS = 15_000;
/** How many calls to one provider may be under way at once, so that a slow one holds up only its own queue. */
const PROVIDER_CALLS = 50;

/** Composes and runs the workers: orders with their database activities, and one queue per provider. Ends on SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger('worker', config.LOG_LEVEL);
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });

  const transactions = connect(config.DATABASE_URL, config.DATABASE_POOL_SIZE, (error) => { log.warn({ err: error }, 'an idle database connection broke'); });
  const payments = new SandboxPaymentProvider({ url: config.PAYMENT_URL, apiKey: config.PAYMENT_API_KEY, timeoutMs: PROVIDER_TIMEOUT_MS });
  const carriers = new SandboxCarrierProvider({ url: config.CARRIER_URL, apiKey: config.CARRIER_API_KEY, timeoutMs: PROVIDER_TIMEOUT_MS });
  const activities = createActivities({ transactions, vault: new Vault(config.ENCRYPTION_KEYS, config.BLIND_INDEX_KEY), payments, carriers, log });

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  const orders = await Worker.create({
    connection, namespace, activities, taskQueue: ORDERS_QUEUE, ...workflowSource(),
    maxConcurrentLocalActivityExecutions: 100, maxConcurrentWorkflowTaskExecutions: 40, maxCachedWorkflows: 500, shutdownGraceTime: '20s',
  });
  const providers = await Promise.all([payments.code, carriers.code].map((code) => Worker.create({
    connection, namespace, activities, taskQueue: providerQueue(code), maxConcurrentActivityTaskExecutions: PROVIDER_CALLS, shutdownGraceTime: '20s',
  })));
  const workers = [orders, ...providers];

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'worker stops after the tasks under way');
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    });
  }
  const running = Promise.all(workers.map((worker) => worker.run()));
  log.info({ queues: workers.map((worker) => worker.options.taskQueue) }, 'worker ready');
  try {
    await running;
  } finally {
    await connection.close();
    await transactions.close();
  }
  log.info('worker stopped');
}

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error',
};

/** Sends what Temporal's SDK logs, workflows' own lines included, into pino. */
const temporalLogger = (log: Logger): DefaultLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }) => { log[LEVELS[level]]({ ...meta }, message); });

/** The workflows' bundle made by the build; without one, Temporal bundles the sources at start. */
function workflowSource(): { workflowBundle: { codePath: string } } | { workflowsPath: string } {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('../workflows') };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
