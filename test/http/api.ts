import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { AddressFixService } from '../../src/services/orders/address-fix-service';
import { Authenticator } from '../../src/services/access/authenticator';
import { createServices } from '../../src/services/services';
import { idempotentRequest } from '../../src/services/idempotent-request';
import { AdoptionService } from '../../src/services/interventions/adoption-service';
import { InterventionService } from '../../src/services/interventions/intervention-service';
import { OrderService } from '../../src/services/orders/order-service';
import type { OrderStart, OrderWorkflows } from '../../src/services/orders/order-workflows';
import { isUnavailable } from '../../src/services/unavailable';
import type { Transactions } from '../../src/books/transactions';
import type { CancellationVerdict } from '../../src/contracts/orders/verdict';
import { includedTaxes } from '../../src/domain/pricing/tax';
import type { Api } from '../../src/http/api';
import { buildApp } from '../../src/http/app';
import type { AppDeps } from '../../src/http/deps';
import { SANDBOX_CARRIER, SandboxCarrierWebhookReader } from '../../src/providers/carriers/sandbox-carrier';
import { SANDBOX_GATEWAY, SandboxPaymentWebhookReader } from '../../src/providers/payments/sandbox-gateway';
import { SandboxSupplierWebhookReader } from '../../src/providers/suppliers/sandbox-supplier';
import { createApiMetrics } from '../../src/telemetry/api-metrics';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTo, seedMall, testVault, type TestMall } from '../support/mall';

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** Replaces the orders' workflows: records each call and answers what the test sets. */
export class NotedWorkflows implements Pick<
  OrderWorkflows,
  'start' | 'pay' | 'cancel' | 'operate' | 'adopt' | 'afterAddressFix'
> {
  readonly started: OrderStart[] = [];
  readonly paid: string[] = [];
  readonly corrected: string[] = [];
  /** Runs when an order's workflow starts. By default the order stays a draft. */
  onStart: (order: OrderStart) => Promise<void> = () => Promise.resolve();
  cancelling: (orderId: string) => Promise<CancellationVerdict | 'not_running'> = () => Promise.resolve('not_running');

  /** Answers an intervention of staff. */
  operating: (updateId: string) => ReturnType<OrderWorkflows['operate']> = () => Promise.resolve('not_running');
  readonly operated: { verb: string; asked: unknown; updateId: string }[] = [];

  operate(_orderId: string, verb: string, asked: unknown, updateId: string): ReturnType<OrderWorkflows['operate']> {
    this.operated.push({ verb, asked, updateId });
    return this.operating(updateId);
  }

  readonly adopted: OrderStart[] = [];
  /** Answers how an order's workflow stands. */
  describing: () => Promise<'RUNNING' | 'TERMINATED'> = () => Promise.resolve('RUNNING');

  adopt(order: OrderStart): Promise<void> {
    this.adopted.push(order);
    return Promise.resolve();
  }

  async start(order: OrderStart): Promise<'no_answer'> {
    this.started.push(order);
    await this.onStart(order);
    return 'no_answer';
  }

  afterAddressFix(orderId: string): Promise<'no_answer'> {
    this.corrected.push(orderId);
    return Promise.resolve('no_answer');
  }

  /** Answers an attempt to pay. */
  paying: () => Promise<'no_answer'> = () => Promise.resolve('no_answer');

  pay(_orderId: string, paymentId: string): Promise<'no_answer'> {
    this.paid.push(paymentId);
    return this.paying();
  }

  cancel(orderId: string): Promise<CancellationVerdict | 'not_running'> {
    return this.cancelling(orderId);
  }
}

/** Holds the API over a real database with a mall in it. Only workflows are replaced: their calls are recorded. */
export interface TestApi {
  readonly app: Api;
  readonly database: TestDatabase;
  readonly transactions: Transactions;
  readonly mall: TestMall;
  readonly workflows: NotedWorkflows;
  readonly signals: { workflowId: string; signal: string }[];
  close(): Promise<void>;
}

export async function startApi(
  overridesOf: (transactions: Transactions) => Partial<AppDeps> = () => ({}),
): Promise<TestApi> {
  const database = await createTestDatabase();
  const transactions = connectTo(database.appUrl);
  const mall = await seedMall(transactions);
  const signals: TestApi['signals'] = [];
  const workflows = new NotedWorkflows();
  const temporal = {
    withDeadline: <T>(_deadline: number, call: () => Promise<T>) => call(),
    workflow: {
      getHandle: (workflowId: string) => ({
        signal: (signal: string) => {
          signals.push({ workflowId, signal });
          return Promise.resolve();
        },
        describe: async () => ({ status: { name: await workflows.describing() }, raw: {} }),
      }),
    },
  };
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const policies = {
    paymentProvider: SANDBOX_GATEWAY,
    carrierProvider: SANDBOX_CARRIER,
    paymentWindowSeconds: 60,
    deliverySilenceSeconds: 3600,
    addressHold: { seconds: 3600, reminders: [], channels: [] },
    verdictTimeoutSeconds: 5,
    timeZone: 'America/Sao_Paulo',
    taxes: includedTaxes(),
  };
  const services = createServices({
    transactions,
    vault: testVault(),
    temporal: temporal as unknown as Client,
    policies,
    log,
  });
  const { meter } = createApiMetrics(transactions, log);
  const authenticator = new Authenticator(transactions);
  const app = await buildApp({
    services: {
      ...services,
      adoptions: new AdoptionService(
        transactions,
        temporal as unknown as Client,
        workflows as unknown as OrderWorkflows,
      ),
      interventions: new InterventionService(transactions, workflows as unknown as OrderWorkflows),
      orders: new OrderService(
        transactions,
        testVault(),
        workflows as unknown as OrderWorkflows,
        services.outbox,
        policies,
      ),
      addresses: new AddressFixService(
        transactions,
        testVault(),
        workflows as unknown as OrderWorkflows,
        services.outbox,
        policies,
      ),
    },
    idempotentRequest,
    isUnavailable,
    log,
    meter,
    authenticate: (secret) => authenticator.callerOf(secret),
    isKnownKey: (secret) => authenticator.knows(secret),
    paymentReaders: [new SandboxPaymentWebhookReader(WEBHOOK_SECRET)],
    carrierReaders: [new SandboxCarrierWebhookReader(WEBHOOK_SECRET)],
    supplierReaders: [new SandboxSupplierWebhookReader(WEBHOOK_SECRET)],
    readiness: { database: () => transactions.ping() },
    ...overridesOf(transactions),
  });
  return {
    app,
    database,
    transactions,
    mall,
    workflows,
    signals,
    close: async () => {
      await app.close();
      await transactions.close();
      await database.drop();
    },
  };
}

let keys = 0;

/** Builds the headers of a POST, with the API key and a new Idempotency-Key. */
export const posting = (secret: string, over: Record<string, string> = {}): Record<string, string> => {
  keys += 1;
  return {
    authorization: `Bearer ${secret}`,
    'idempotency-key': `test-${keys}`,
    'content-type': 'application/json',
    ...over,
  };
};

export const reading = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });
