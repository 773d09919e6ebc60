import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Transactions } from '../books/transactions';
import type { Vault } from '../books/vault';
import { AddressClient } from './orders/address-fix-service';
import { Messenger } from './outbox-sender';
import { OperatorClient } from './interventions/intervention-service';
import { OrderClient } from './orders/order-service';
import { OrderWorkflows } from './orders/order-workflows';
import { type OrderPolicies } from './policies';
import { PromotionClient } from './pricing/promotion-service';
import { QuoteClient } from './pricing/quote-service';
import { ReplenishmentClient } from './purchasing/replenishment-service';
import { ShipmentClient } from './shipping/shipment-service';
import { StockClient } from './inventory/stock-service';
import { TaskClient } from './warehouse/task-service';
import { TimelineHeads } from './timeline-heads';
import { WebhookClient } from './webhooks/webhook-service';

export interface ClientDeps {
  readonly transactions: Transactions;
  readonly vault: Vault;
  readonly temporal: Client;
  readonly policies: OrderPolicies;
  readonly log: Logger;
}

/** Everything that callers, staff and providers can ask of the system. */
export interface Clients {
  readonly messenger: Messenger;
  readonly workflows: OrderWorkflows;
  readonly orders: OrderClient;
  readonly addresses: AddressClient;
  readonly operators: OperatorClient;
  readonly quotes: QuoteClient;
  readonly promotions: PromotionClient;
  readonly tasks: TaskClient;
  readonly shipments: ShipmentClient;
  readonly stock: StockClient;
  readonly replenishments: ReplenishmentClient;
  readonly webhooks: WebhookClient;
  readonly timelineHeads: TimelineHeads;
}

/** Composes the clients over one database and one Temporal connection. Opens nothing, so there is nothing to close. */
export function createClients({ transactions, vault, temporal, policies, log }: ClientDeps): Clients {
  const messenger = new Messenger(transactions, temporal, log);
  const workflows = new OrderWorkflows(temporal, policies, log);
  return {
    messenger,
    workflows,
    orders: new OrderClient(transactions, vault, workflows, policies),
    addresses: new AddressClient(transactions, vault, workflows, messenger, policies.taxes, policies.paymentWindowSeconds),
    operators: new OperatorClient(transactions, workflows),
    promotions: new PromotionClient(transactions, vault, policies),
    quotes: new QuoteClient(transactions, vault, policies),
    tasks: new TaskClient(transactions, messenger),
    shipments: new ShipmentClient(transactions, vault, messenger),
    stock: new StockClient(transactions, messenger),
    replenishments: new ReplenishmentClient(transactions, messenger),
    webhooks: new WebhookClient(transactions, messenger),
    timelineHeads: new TimelineHeads(transactions),
  };
}
