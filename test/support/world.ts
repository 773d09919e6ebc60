import {
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundle,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { createActivities } from '../../activities';
import { stepLimits } from '../../activities/step-limits';
import type { ReplenishmentPolicy } from '../../activities/deps';
import { connect, type Transactions } from '../../src/books/transactions';
import { Vault } from '../../src/books/vault';
import { createServices, type Services } from '../../src/services/services';
import type { OrderPolicies } from '../../src/services/policies';
import { ORDERS_QUEUE, SEARCH_ATTRIBUTES, providerQueue } from '../../src/contracts/temporal-names';
import { includedTaxes } from '../../src/domain/pricing/tax';
import { buildCarrier } from '../../src/sandboxes/carriers/carrier';
import { buildGateway } from '../../src/sandboxes/payments/gateway';
import { buildSupplier } from '../../src/sandboxes/suppliers/supplier';
import { SANDBOX_CARRIER, SandboxCarrierProvider } from '../../src/providers/carriers/sandbox-carrier';
import { SANDBOX_GATEWAY, SandboxPaymentProvider } from '../../src/providers/payments/sandbox-gateway';
import { mailOf } from '../../src/providers/notifications/mail-text';
import { SANDBOX_SMS, SandboxSmsProvider } from '../../src/providers/notifications/sandbox-sms';
import { SMTP, SmtpNotificationProvider } from '../../src/providers/notifications/smtp';
import { SANDBOX_SUPPLIER, SandboxSupplierProvider } from '../../src/providers/suppliers/sandbox-supplier';
import { API_KEY, Bench, type NotifierSandbox, type Sandbox } from '../sandboxes/sandboxes';
import { deploymentOf } from '../../src/process/worker-deployment';
import { NO_SPANS, type Tracing } from '../../src/telemetry/tracing';
import { bundleOf } from './bundle';
import { log } from './log';
import { startWebhookReceiver } from './webhook-receiver';
import { createTestDatabase, type TestDatabase } from './database';

export const vault = new Vault(`k1:${Buffer.alloc(32, 1).toString('base64')}`, Buffer.alloc(32, 2).toString('base64'));

/** Holds orders for their address for some seconds, and notifies their customers by e-mail and SMS. */
export const holding = (seconds: number, reminders: number[] = []): OrderPolicies['addressHold'] => ({
  seconds,
  reminders,
  channels: [
    { channel: 'email', queue: providerQueue(SMTP) },
    { channel: 'sms', queue: providerQueue(SANDBOX_SMS) },
  ],
});

/** Runs everything but HTTP for real in this process: database, Temporal, workers, sandboxes with signed webhooks. */
export interface World extends Services {
  readonly database: TestDatabase;
  readonly transactions: Transactions;
  readonly temporal: TestWorkflowEnvironment;
  readonly gateway: Sandbox;
  readonly carrier: Sandbox;
  readonly supplier: Sandbox;
  readonly payments: SandboxPaymentProvider;
  readonly carriers: SandboxCarrierProvider;
  readonly suppliers: SandboxSupplierProvider;
  readonly notifier: NotifierSandbox;
  /** The Activities of the workers; a test may run one without Temporal. */
  readonly activities: ReturnType<typeof createActivities>;
  /** Stops all workers that run. */
  stopWorkers(): Promise<void>;
  /** Starts more workers beside those that run, and returns what stops them; `close` stops the rest. */
  startWorkers(setup?: WorkerSetup): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Makes workers differ from the usual ones. */
export interface WorkerSetup {
  readonly bundle?: WorkflowBundle;
  /** The version of the Worker Deployment that they belong to. */
  readonly version?: { readonly deploymentName: string; readonly buildId: string };
}

/** Makes a world differ from the usual one besides its order policies. */
export interface WorldSetup {
  readonly tracing?: Tracing;
  readonly replenishment?: Partial<ReplenishmentPolicy>;
}

const TIME_ZONE = 'America/Sao_Paulo';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** Starts a world (about 3 s). Policies can be shortened; `close` stops everything. */
export async function startWorld(
  policies: Partial<OrderPolicies> = {},
  { tracing, replenishment }: WorldSetup = {},
): Promise<World> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundle ??= bundleOf();
  const todays = await bundle;
  const database = await createTestDatabase();
  const transactions = connect(
    database.appUrl,
    10,
    (error) => {
      throw error;
    },
    undefined,
    stepLimits,
  );
  const temporal = await TestWorkflowEnvironment.createLocal({
    ...(tracing ? { client: { interceptors: tracing.client } } : {}),
    server: {
      executable: { type: 'existing-path', path: process.env.TEMPORAL_CLI_PATH ?? '' },
      searchAttributes: Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) =>
        defineSearchAttributeKey(name, TYPES[type]),
      ),
    },
  });
  const bench = new Bench();
  const receiver = await startWebhookReceiver();
  const gateway = await bench.start(buildGateway, { webhookUrl: `${receiver.url}/payments` });
  const carrier = await bench.start(buildCarrier, { webhookUrl: `${receiver.url}/carriers` });
  const payments = new SandboxPaymentProvider({
    url: gateway.url,
    apiKey: API_KEY,
    timeoutMs: 15_000,
    trace: tracing?.calls,
  });
  const carriers = new SandboxCarrierProvider({
    url: carrier.url,
    apiKey: API_KEY,
    timeoutMs: 15_000,
    trace: tracing?.calls,
  });
  const supplier = await bench.start(buildSupplier, { webhookUrl: `${receiver.url}/suppliers` });
  const suppliers = new SandboxSupplierProvider({
    url: supplier.url,
    apiKey: API_KEY,
    timeoutMs: 15_000,
    trace: tracing?.calls,
  });

  const notifier = await bench.startNotifier();
  const providers = [
    new SmtpNotificationProvider({ url: notifier.smtpUrl, from: 'Mall <mall@example.com>', timeoutMs: 15_000 }),
    new SandboxSmsProvider({ url: notifier.url, apiKey: API_KEY, timeoutMs: 15_000, trace: tracing?.calls }),
  ];

  const activities = createActivities({
    transactions,
    vault,
    payments,
    carriers,
    suppliers,
    timeZone: policies.timeZone ?? TIME_ZONE,
    log,
    notifications: { providers, addressFixUrl: 'https://shop.example/address/{token}', mail: mailOf },
    purchasing: { replyTo: 'purchasing@mall.example' },
    replenishment: {
      remindAfterSeconds: 3600,
      reminders: 2,
      patienceSeconds: 3600,
      overdueSeconds: 48 * 3600,
      ...replenishment,
    },
  });
  const connection = temporal.nativeConnection;
  const crews = new Set<() => Promise<void>>();
  const startWorkers = async ({ bundle: workflowBundle = todays, version }: WorkerSetup = {}): Promise<
    () => Promise<void>
  > => {
    const shared = {
      connection,
      activities,
      interceptors: { activity: [...(tracing ? [tracing.activities] : [])] },
      ...deploymentOf(version?.deploymentName, version?.buildId),
    };
    const workers = await Promise.all([
      Worker.create({ ...shared, taskQueue: ORDERS_QUEUE, workflowBundle, sinks: tracing?.sinks ?? NO_SPANS }),
      ...[SANDBOX_GATEWAY, SANDBOX_CARRIER, SANDBOX_SUPPLIER, SMTP, SANDBOX_SMS].map((code) =>
        Worker.create({ ...shared, taskQueue: providerQueue(code) }),
      ),
    ]);
    const running = Promise.all(workers.map((worker) => worker.run()));
    const stop = async (): Promise<void> => {
      if (!crews.delete(stop)) return;
      for (const worker of workers) worker.shutdown();
      await running;
    };
    crews.add(stop);
    return stop;
  };
  const stopWorkers = async (): Promise<void> => {
    await Promise.all([...crews].map((stop) => stop()));
  };
  await startWorkers();

  const all: OrderPolicies = {
    paymentProvider: SANDBOX_GATEWAY,
    carrierProvider: SANDBOX_CARRIER,
    paymentWindowSeconds: 60,
    deliverySilenceSeconds: 3600,
    addressHold: holding(3600),
    verdictTimeoutSeconds: 20,
    timeZone: TIME_ZONE,
    taxes: includedTaxes(),
    ...policies,
  };
  const clients = createServices({ transactions, vault, temporal: temporal.client, policies: all, log });
  receiver.serve(clients.webhooks);
  return {
    ...clients,
    database,
    transactions,
    temporal,
    gateway,
    carrier,
    supplier,
    notifier,
    payments,
    carriers,
    suppliers,
    activities,
    startWorkers,
    stopWorkers,
    close: async () => {
      await bench.close();
      await receiver.close();
      await stopWorkers();
      await clients.outbox.idle();
      await temporal.teardown();
      await transactions.close();
      await database.drop();
    },
  };
}

const TYPES = {
  Keyword: SearchAttributeType.KEYWORD,
  KeywordList: SearchAttributeType.KEYWORD_LIST,
  Datetime: SearchAttributeType.DATETIME,
} as const;
