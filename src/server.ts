import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { connect } from './books/transactions';
import { Vault } from './books/vault';
import { Authenticator } from './services/access/authenticator';
import { createServices } from './services/services';
import { idempotentRequest } from './services/idempotent-request';
import { isUnavailable } from './services/unavailable';
import { AbandonedDraftSweeper } from './services/orders/abandoned-drafts';
import type { OrderPolicies } from './services/policies';
import { Watchdog } from './services/interventions/watchdog';
import { readConfig, tracesUrlOf, type Config } from './config';
import { NotificationChannel } from './contracts/addresses/address-findings';
import { providerQueue } from './contracts/temporal-names';
import { includedTaxes } from './domain/pricing/tax';
import { buildApp } from './http/app';
import { SANDBOX_CARRIER, SandboxCarrierWebhookReader } from './providers/carriers/sandbox-carrier';
import { SANDBOX_SMS } from './providers/notifications/sandbox-sms';
import { SMTP } from './providers/notifications/smtp';
import { SANDBOX_GATEWAY, SandboxPaymentWebhookReader } from './providers/payments/sandbox-gateway';
import { SandboxSupplierWebhookReader } from './providers/suppliers/sandbox-supplier';
import { readTaxRates } from './process/tax-rates-file';
import { createLogger } from './telemetry/logger';
import { createApiMetrics } from './telemetry/api-metrics';
import { startTracing } from './telemetry/tracing';

/** Limits how long the readiness check waits for Temporal. */
const PING_MS = 2_000;

/** Is the period over which the event loop's delay is averaged. */
const EVENT_LOOP_WINDOW_MS = 5_000;

/** Runs the API until SIGTERM or SIGINT, then finishes the requests under way and closes every connection. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const tracesUrl = tracesUrlOf(config);
  const tracing = tracesUrl === undefined ? undefined : await startTracing({ url: tracesUrl, service: 'mallflow-api' });
  const log = createLogger('api', config.LOG_LEVEL, tracing?.logFields);
  const database = connect(config.DATABASE_URL, config.DATABASE_POOL_SIZE, (error) => {
    log.warn({ err: error }, 'a database connection broke');
  });
  const { transactions, meter, noteSweep, noteWatch } = createApiMetrics(database, log, config.METRICS_TOKEN);

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  // Lazy: without Temporal this process is alive and reports that it is not ready.
  const connection = Connection.lazy(connectionOptions);
  const temporal = new Client({ connection, namespace, ...(tracing ? { interceptors: tracing.client } : {}) });
  const clients = createServices({
    transactions,
    vault: new Vault(config.ENCRYPTION_KEYS, config.BLIND_INDEX_KEY),
    temporal,
    log,
    policies: {
      paymentProvider: SANDBOX_GATEWAY,
      carrierProvider: SANDBOX_CARRIER,
      paymentWindowSeconds: config.PAYMENT_WINDOW_SECONDS,
      addressHold: addressHoldOf(config),
      deliverySilenceSeconds: config.DELIVERY_SILENCE_SECONDS,
      verdictTimeoutSeconds: config.VERDICT_TIMEOUT_SECONDS,
      timeZone: config.MALL_TIME_ZONE,
      taxes: includedTaxes(config.TAX_RATES_FILE === undefined ? {} : readTaxRates(config.TAX_RATES_FILE)),
    },
  });
  const sweeper = new AbandonedDraftSweeper(transactions, clients.outbox, clients.workflows, log, noteSweep);
  const watchdog = new Watchdog(
    transactions,
    temporal,
    clients.outbox,
    {
      periodSeconds: config.WATCHDOG_PERIOD_SECONDS,
      attempts: config.STUCK_AFTER_ATTEMPTS,
      deadlines: {
        receive: config.RECEIVE_DEADLINE_SECONDS,
        pick: config.PICK_DEADLINE_SECONDS,
        ship: config.SHIP_DEADLINE_SECONDS,
        cancelling: config.CANCELLING_DEADLINE_SECONDS,
        step: config.STEP_DEADLINE_SECONDS,
        timeZone: config.MALL_TIME_ZONE,
      },
    },
    log,
    noteWatch,
  );
  const authenticator = new Authenticator(transactions);
  const app = await buildApp({
    services: clients,
    idempotentRequest,
    isUnavailable,
    log,
    meter,
    ...(tracing ? { trace: tracing.requests } : {}),
    limits: {
      placementsInFlight: config.MAX_PLACEMENTS_IN_FLIGHT,
      placementsWaiting: config.MAX_PLACEMENTS_WAITING,
      placementWaitMs: config.PLACEMENT_WAIT_SECONDS * 1000,
      eventLoopDelayMs: config.MAX_EVENT_LOOP_DELAY_MS,
      eventLoopWindowMs: EVENT_LOOP_WINDOW_MS,
      requestsPerSecond: config.RATE_LIMIT_PER_SECOND,
      unauthenticatedPerSecond: config.STRANGER_RATE_LIMIT_PER_SECOND,
    },
    authenticate: (secret) => authenticator.callerOf(secret),
    isKnownKey: (secret) => authenticator.knows(secret),
    paymentReaders: [new SandboxPaymentWebhookReader(config.PAYMENT_WEBHOOK_SECRET)],
    carrierReaders: [new SandboxCarrierWebhookReader(config.CARRIER_WEBHOOK_SECRET)],
    supplierReaders: [new SandboxSupplierWebhookReader(config.SUPPLIER_WEBHOOK_SECRET)],
    readiness: {
      database: () => transactions.ping(),
      temporal: async () => {
        await connection.withDeadline(Date.now() + PING_MS, () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
      },
    },
  });

  const close = async (): Promise<void> => {
    await app.close();
    await Promise.all([sweeper.stop(), watchdog.stop()]);
    await clients.outbox.idle();
    await connection.close();
    await transactions.close();
    await tracing?.stop();
  };
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'api stops after the requests under way');
    close().then(() => {
      log.info('api stopped');
    }, fail);
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

/** Builds the policy for address holds; customers are notified by the channels that the settings name. */
const addressHoldOf = ({ SMTP_URL, SMS_URL, ...config }: Config): OrderPolicies['addressHold'] => ({
  seconds: config.ADDRESS_FIX_SECONDS,
  reminders: config.ADDRESS_REMINDER_SECONDS.filter((seconds) => seconds < config.ADDRESS_FIX_SECONDS),
  channels: [
    ...(SMTP_URL === undefined ? [] : [{ channel: NotificationChannel.email, queue: providerQueue(SMTP) }]),
    ...(SMS_URL === undefined ? [] : [{ channel: NotificationChannel.sms, queue: providerQueue(SANDBOX_SMS) }]),
  ],
});

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);
