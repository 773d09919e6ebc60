import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { connect } from './books/transactions';
import { Vault } from './books/vault';
import { Authenticator } from './client/authenticator';
import { createClients } from './client/clients';
import { intentOf } from './client/intent';
import { isOutOfReach } from './client/out-of-reach';
import { Sweeper } from './client/sweeper';
import { Watchdog } from './client/watchdog';
import { readConfig } from './config';
import { buildApp } from './http/app';
import { SANDBOX_CARRIER, SandboxCarrierWebhookReader } from './providers/carrier.sandbox';
import { SANDBOX_GATEWAY, SandboxPaymentWebhookReader } from './providers/payment.sandbox';
import { SandboxSupplierWebhookReader } from './providers/supplier.sandbox';
import { createLogger } from './telemetry';
import { createApiMetrics } from './telemetry/api-metrics';

/** How long Temporal has to answer "are you there". */
const PING_MS = 2_000;

/** Over how long it is judged whether this process runs late. */
const EVENT_LOOP_WINDOW_MS = 5_000;

/** Composes and runs the API until SIGTERM or SIGINT: then it finishes what is under way and closes what it opened. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger('api', config.LOG_LEVEL);
  const database = connect(config.DATABASE_URL, config.DATABASE_POOL_SIZE, (error) => { log.warn({ err: error }, 'a database connection broke'); });
  const { transactions, meter, noteSweep, noteWatch } = createApiMetrics(database, log, config.METRICS_TOKEN);

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  // Lazy: without Temporal this process is alive, not ready, and says so.
  const connection = Connection.lazy(connectionOptions);
  const temporal = new Client({ connection, namespace });
  const clients = createClients({
    transactions, vault: new Vault(config.ENCRYPTION_KEYS, config.BLIND_INDEX_KEY), temporal, log,
    policies: {
      paymentProvider: SANDBOX_GATEWAY, carrierProvider: SANDBOX_CARRIER, paymentWindowSeconds: config.PAYMENT_WINDOW_SECONDS,
      deliverySilenceSeconds: config.DELIVERY_SILENCE_SECONDS, verdictTimeoutSeconds: config.VERDICT_TIMEOUT_SECONDS,
    },
  });
  const sweeper = new Sweeper(transactions, clients.messenger, clients.workflows, log, noteSweep);
  const watchdog = new Watchdog(transactions, temporal, clients.messenger, {
    periodSeconds: config.WATCHDOG_PERIOD_SECONDS, attempts: config.STUCK_AFTER_ATTEMPTS,
    deadlines: {
      receive: config.RECEIVE_DEADLINE_SECONDS, pick: config.PICK_DEADLINE_SECONDS, ship: config.SHIP_DEADLINE_SECONDS, cancelling: config.CANCELLING_DEADLINE_SECONDS,
    },
  }, log, noteWatch);
  const authenticator = new Authenticator(transactions);
  const app = await buildApp({
    clients, intentOf, isOutOfReach, log, meter,
    limits: {
      placementsInFlight: config.MAX_PLACEMENTS_IN_FLIGHT, placementsWaiting: config.MAX_PLACEMENTS_WAITING, placementWaitMs: config.PLACEMENT_WAIT_SECONDS * 1000,
      eventLoopDelayMs: config.MAX_EVENT_LOOP_DELAY_MS, eventLoopWindowMs: EVENT_LOOP_WINDOW_MS, requestsPerSecond: config.RATE_LIMIT_PER_SECOND,
    },
    authenticate: (secret) => authenticator.callerOf(secret),
    paymentReaders: [new SandboxPaymentWebhookReader(config.PAYMENT_WEBHOOK_SECRET)],
    carrierReaders: [new SandboxCarrierWebhookReader(config.CARRIER_WEBHOOK_SECRET)],
    supplierReaders: [new SandboxSupplierWebhookReader(config.SUPPLIER_WEBHOOK_SECRET)],
    readiness: {
      database: () => transactions.ping(),
      temporal: async () => {
        await connection.withDeadline(Date.now() + PING_MS, () => connection.workflowService.describeNamespace({ namespace }));
      },
    },
  });

  const close = async (): Promise<void> => {
    await app.close();
    await Promise.all([sweeper.stop(), watchdog.stop()]);
    await connection.close();
    await transactions.close();
  };
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'api stops after the requests under way');
    close().then(() => { log.info('api stopped'); }, fail);
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);

  try {
    const address = await app.listen({ host: config.HOST, port: config.PORT });
    sweeper.start();
    watchdog.start();
    log.info({ address }, 'api ready');
  } catch (error) {
    log.error({ err: error }, 'api could not listen');
    await close();
    throw error;
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);
