import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type LogLevel,
  type RuntimeOptions,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities';
import { stepLimits } from '../activities/step-limits';
import { connect } from './books/transactions';
import { Vault } from './books/vault';
import { readConfig, tracesUrlOf, type Config } from './config';
import { ORDERS_QUEUE, providerQueue } from './contracts/temporal-names';
import { touchWhileHealthy } from './process/health-file';
import { SandboxCarrierProvider } from './providers/carriers/sandbox-carrier';
import type { TraceCall } from './providers/http';
import { mailOf } from './providers/notifications/mail-text';
import type { NotificationProvider } from './providers/notifications/notification-provider';
import { SandboxSmsProvider } from './providers/notifications/sandbox-sms';
import { SmtpNotificationProvider } from './providers/notifications/smtp';
import { SandboxPaymentProvider } from './providers/payments/sandbox-gateway';
import { SandboxSupplierProvider } from './providers/suppliers/sandbox-supplier';
import { createLogger } from './telemetry/logger';
import { serveMetrics } from './telemetry/endpoint';
import { NO_SPANS, startTracing } from './telemetry/tracing';
import { createWorkerMetrics } from './telemetry/worker-metrics';
import { deploymentOf } from './process/worker-deployment';

/** Limits one call to a provider; activities set shorter limits. */
const PROVIDER_TIMEOUT_MS = 15_000;
/** Limits the calls to one provider at once, so that a slow one delays only its own queue. */
const PROVIDER_CALLS = 50;
/**
 * Steps under way for each connection of the pool: many are at a provider, and hold none. More would only wait inside
 * their workflow tasks, which then take seconds.
 */
const STEPS_PER_CONNECTION = 4;
/** Limits how long the health check waits for Temporal. */
const PING_MS = 2_000;

/** Lists the calls to providers that are measured. */
const PAYMENT_CALLS = [
  'authorize',
  'cancelAction',
  'capture',
  'void',
  'refund',
  'findAuthorizationByKey',
  'findMoneyMoveByKey',
] as const;
const SUPPLIER_CALLS = ['purchase', 'findPurchaseByKey', 'remind'] as const;
const CARRIER_CALLS = ['book', 'findBookingByKey', 'void'] as const;
const NOTIFICATION_CALLS = ['send', 'findByKey'] as const;

/** Runs the workers until SIGTERM or SIGINT: one for workflows and database activities, and one for each provider. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const tracesUrl = tracesUrlOf(config);
  const tracing =
    tracesUrl === undefined ? undefined : await startTracing({ url: tracesUrl, service: 'mallflow-worker' });
  const log = createLogger('worker', config.LOG_LEVEL, tracing?.logFields);
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    ...temporalMetrics(config.TEMPORAL_METRICS_ADDRESS),
  });

  const metrics = createWorkerMetrics(
    connect(
      config.DATABASE_URL,
      config.DATABASE_POOL_SIZE,
      (error) => {
        log.warn({ err: error }, 'a database connection broke');
      },
      undefined,
      stepLimits,
    ),
  );
  const { transactions } = metrics;
  const endpoint =
    config.METRICS_PORT === undefined
      ? undefined
      : await serveMetrics(
          metrics.registry,
          { host: config.HOST, port: config.METRICS_PORT, token: config.METRICS_TOKEN },
          log,
        );
  const calls = { timeoutMs: PROVIDER_TIMEOUT_MS, trace: tracing?.calls };
  const payments = metrics.provider(
    new SandboxPaymentProvider({ url: config.PAYMENT_URL, apiKey: config.PAYMENT_API_KEY, ...calls }),
    PAYMENT_CALLS,
  );
  const carriers = metrics.provider(
    new SandboxCarrierProvider({ url: config.CARRIER_URL, apiKey: config.CARRIER_API_KEY, ...calls }),
    CARRIER_CALLS,
  );
  const suppliers = metrics.provider(
    new SandboxSupplierProvider({ url: config.SUPPLIER_URL, apiKey: config.SUPPLIER_API_KEY, ...calls }),
    SUPPLIER_CALLS,
  );
  const providers = notificationProviders(config, tracing?.calls).map((provider) =>
    metrics.provider(provider, NOTIFICATION_CALLS),
  );
  const activities = createActivities({
    transactions,
    vault: new Vault(config.ENCRYPTION_KEYS, config.BLIND_INDEX_KEY),
    payments,
    carriers,
    suppliers,
    timeZone: config.MALL_TIME_ZONE,
    log,
    notifications: { providers, addressFixUrl: config.ADDRESS_FIX_URL, mail: mailOf },
    purchasing: { replyTo: config.PURCHASING_EMAIL },
    replenishment: {
      remindAfterSeconds: config.SUPPLIER_REMINDER_SECONDS,
      reminders: config.SUPPLIER_REMINDERS,
      patienceSeconds: config.SUPPLIER_PATIENCE_SECONDS,
      overdueSeconds: config.GOODS_OVERDUE_SECONDS,
    },
  });

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  const interceptors = { activity: [metrics.activities, ...(tracing ? [tracing.activities] : [])] };
  const deployment = deploymentOf(config.TEMPORAL_DEPLOYMENT_NAME, config.TEMPORAL_WORKER_BUILD_ID);
  const { workflowModules, ...source } = workflowSource();
  const orders = await Worker.create({
    connection,
    namespace,
    activities,
    taskQueue: ORDERS_QUEUE,
    ...source,
    ...deployment,
    interceptors: { ...interceptors, ...(workflowModules ? { workflowModules } : {}) },
    sinks: tracing?.sinks ?? NO_SPANS,
    maxConcurrentLocalActivityExecutions: config.DATABASE_POOL_SIZE * STEPS_PER_CONNECTION,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows: 500,
    shutdownGraceTime: '20s',
  });
  const outside = await Promise.all(
    [payments.code, carriers.code, suppliers.code, ...providers.map(({ code }) => code)].map((code) =>
      Worker.create({
        connection,
        namespace,
        activities,
        interceptors,
        ...deployment,
        taskQueue: providerQueue(code),
        maxConcurrentActivityTaskExecutions: PROVIDER_CALLS,
        shutdownGraceTime: '20s',
      }),
    ),
  );
  const workers = [orders, ...outside];

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'worker stops after the tasks under way');
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    });
  }
  const running = Promise.all(workers.map((worker) => worker.run()));
  log.info({ queues: workers.map((worker) => worker.options.taskQueue) }, 'worker ready');
  const isWell = async (): Promise<void> => {
    for (const worker of workers)
      if (worker.getState() !== 'RUNNING') throw new Error(`${worker.options.taskQueue} is ${worker.getState()}`);
    await connection.withDeadline(Date.now() + PING_MS, () => connection.workflowService.getSystemInfo({}));
    await transactions.ping();
  };
  const stopHealthFile =
    config.HEALTH_FILE === undefined ? undefined : touchWhileHealthy(config.HEALTH_FILE, isWell, log);
  try {
    await running;
  } finally {
    stopHealthFile?.();
    await endpoint?.close();
    await connection.close();
    await transactions.close();
    await tracing?.stop();
  }
  log.info('worker stopped');
}

/** Builds the notification providers that the settings name. */
const notificationProviders = (
  { SMTP_URL, MAIL_FROM, SMS_URL, SMS_API_KEY }: Config,
  trace: TraceCall | undefined,
): NotificationProvider[] => [
  ...(SMTP_URL === undefined
    ? []
    : [new SmtpNotificationProvider({ url: SMTP_URL, from: MAIL_FROM, timeoutMs: PROVIDER_TIMEOUT_MS })]),
  ...(SMS_URL === undefined
    ? []
    : [new SandboxSmsProvider({ url: SMS_URL, apiKey: SMS_API_KEY ?? '', timeoutMs: PROVIDER_TIMEOUT_MS, trace })]),
];

/** Lets Temporal's SDK serve its own metrics, in seconds and with the suffixes that Prometheus expects. */
const temporalMetrics = (bindAddress: string | undefined): RuntimeOptions =>
  bindAddress === undefined
    ? {}
    : {
        telemetryOptions: {
          metrics: {
            prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
          },
        },
      };

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Passes the log lines of Temporal's SDK, those of workflows included, to pino. */
const temporalLogger = (log: Logger): DefaultLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }) => {
    log[LEVELS[level]]({ ...meta }, message);
  });

/** Returns the workflow bundle that the build made; without one, Temporal bundles the sources at start. */
function workflowSource():
  | { workflowBundle: { codePath: string }; workflowModules?: never }
  | { workflowsPath: string; workflowModules: string[] } {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(codePath)
    ? { workflowBundle: { codePath } }
    : {
        workflowsPath: require.resolve('../workflows'),
        workflowModules: [require.resolve('../workflows/interceptors')],
      };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
