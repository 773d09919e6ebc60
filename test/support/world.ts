import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { pino } from 'pino';
import { createActivities } from '../../activities';
import { connect, type Transactions } from '../../src/books/transactions';
import { Vault } from '../../src/books/vault';
import { Messenger } from '../../src/client/messenger';
import { OrderClient } from '../../src/client/order-client';
import { OrderWorkflows, type OrderPolicies } from '../../src/client/order-workflows';
import { ShipmentClient } from '../../src/client/shipment-client';
import { TaskClient } from '../../src/client/task-client';
import { WebhookClient } from '../../src/client/webhook-client';
import { ORDERS_QUEUE, SEARCH_ATTRIBUTES, providerQueue } from '../../src/contracts/names';
import { buildCarrier } from '../../src/embedded/sandbox/carrier';
import { buildGateway } from '../../src/embedded/sandbox/gateway';
import { SANDBOX_CARRIER, SandboxCarrierProvider, SandboxCarrierWebhookReader } from '../../src/providers/carrier.sandbox';
import { SANDBOX_GATEWAY, SandboxPaymentProvider, SandboxPaymentWebhookReader } from '../../src/providers/payment.sandbox';
import { API_KEY, Bench, SECRET, type Sandbox } from '../providers/sandboxes';
import { createTestDatabase, type TestDatabase } from './database';

export const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
export const vault = new Vault(`k1:${Buffer.alloc(32, 1).toString('base64')}`, Buffer.alloc(32, 2).toString('base64'));

/** Everything but HTTP, for real and in this process: database, Temporal, workers, sandboxes that send signed webhooks. */
export interface World {
  readonly database: TestDatabase;
  readonly transactions: Transactions;
  readonly temporal: TestWorkflowEnvironment;
  readonly gateway: Sandbox;
  readonly carrier: Sandbox;
  readonly payments: SandboxPaymentProvider;
  readonly carriers: SandboxCarrierProvider;
  readonly orders: OrderClient;
  readonly tasks: TaskClient;
  readonly shipments: ShipmentClient;
  readonly webhooks: WebhookClient;
  readonly messenger: Messenger;
  readonly workflows: OrderWorkflows;
  close(): Promise<void>;
}

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** Starts a world (about 3 s). Policies can be shortened; `close` stops everything. */
export async function startWorld(policies: Partial<OrderPolicies> = {}): Promise<World> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundle ??= bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows'), logger: new DefaultLogger('ERROR') });
  const database = await createTestDatabase();
  const transactions = connect(database.appUrl, 10, (error) => { throw error; });
  const temporal = await TestWorkflowEnvironment.createLocal({ server: {
    executable: { type: 'existing-path', path: process.env.TEMPORAL_CLI_PATH ?? '' },
    searchAttributes: Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => defineSearchAttributeKey(name, TYPES[type])),
  } });
  const bench = new Bench();
  const receiver = await listen();
  const gateway = await bench.start(buildGateway, { webhookUrl: `${receiver.url}/payments` });
  const carrier = await bench.start(buildCarrier, { webhookUrl: `${receiver.url}/carriers` });
  const payments = new SandboxPaymentProvider({ url: gateway.url, apiKey: API_KEY, timeoutMs: 15_000 });
  const carriers = new SandboxCarrierProvider({ url: carrier.url, apiKey: API_KEY, timeoutMs: 15_000 });

  const activities = createActivities({ transactions, vault, payments, carriers, log });
  const connection = temporal.nativeConnection;
  const workers = await Promise.all([
    Worker.create({ connection, taskQueue: ORDERS_QUEUE, activities, workflowBundle: await bundle }),
    ...[SANDBOX_GATEWAY, SANDBOX_CARRIER].map((code) => Worker.create({ connection, taskQueue: providerQueue(code), activities })),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));

  const all: OrderPolicies = {
    paymentProvider: SANDBOX_GATEWAY, carrierProvider: SANDBOX_CARRIER, paymentWindowSeconds: 60, deliverySilenceSeconds: 3600, verdictTimeoutSeconds: 20, timeZone: 'America/Sao_Paulo', ...policies,
  };
  const messenger = new Messenger(transactions, temporal.client, log);
  const workflows = new OrderWorkflows(temporal.client, all, log);
  const webhooks = new WebhookClient(transactions, messenger);
  receiver.serve(webhooks);
  return {
    database, transactions, temporal, gateway, carrier, payments, carriers, webhooks, messenger, workflows,
    orders: new OrderClient(transactions, vault, workflows, all),
    tasks: new TaskClient(transactions, messenger),
    shipments: new ShipmentClient(transactions, vault, messenger),
    close: async () => {
      await bench.close();
      await receiver.close();
      for (const worker of workers) worker.shutdown();
      await running;
      await temporal.teardown();
      await transactions.close();
      await database.drop();
    },
  };
}

const TYPES = { Keyword: SearchAttributeType.KEYWORD, KeywordList: SearchAttributeType.KEYWORD_LIST, Datetime: SearchAttributeType.DATETIME } as const;

/** Takes the sandboxes' webhooks as the API does, without the rest of it. */
async function listen(): Promise<{ url: string; serve(webhooks: WebhookClient): void; close(): Promise<void> }> {
  let webhooks: WebhookClient | undefined;
  const paymentReader = new SandboxPaymentWebhookReader(SECRET);
  const carrierReader = new SandboxCarrierWebhookReader(SECRET);
  const take = async (path: string, headers: Record<string, string>, body: string): Promise<number> => {
    if (path === '/payments') {
      const event = paymentReader.read(headers, body);
      if (event) await webhooks?.payment(SANDBOX_GATEWAY, event);
      return event ? 200 : 401;
    }
    const event = carrierReader.read(headers, body);
    if (event) await webhooks?.carrier(SANDBOX_CARRIER, event);
    return event ? 200 : 401;
  };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
      take(request.url ?? '', request.headers as Record<string, string>, body).then(
        (status) => response.writeHead(status).end(),
        (error: unknown) => { log.error({ err: error }, 'webhook failed'); response.writeHead(500).end(); },
      );
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (client) => { webhooks = client; },
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}
