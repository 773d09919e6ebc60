import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Transactions } from '../books/transactions';
import type { Vault } from '../books/vault';
import { AddressFixService } from './orders/address-fix-service';
import { OutboxSender } from './outbox-sender';
import { InterventionService } from './interventions/intervention-service';
import { OrderService } from './orders/order-service';
import { OrderWorkflows } from './orders/order-workflows';
import { type OrderPolicies } from './policies';
import { PromotionService } from './pricing/promotion-service';
import { QuoteService } from './pricing/quote-service';
import { ReplenishmentService } from './purchasing/replenishment-service';
import { ShipmentService } from './shipping/shipment-service';
import { StockService } from './inventory/stock-service';
import { TaskService } from './warehouse/task-service';
import { TimelineHeads } from './timeline-heads';
import { WebhookService } from './webhooks/webhook-service';

export interface ServiceDeps {
  readonly transactions: Transactions;
  readonly vault: Vault;
  readonly temporal: Client;
  readonly policies: OrderPolicies;
  readonly log: Logger;
}

/** Everything that callers, staff and providers can ask of the system. */
export interface Services {
  readonly messenger: OutboxSender;
  readonly workflows: OrderWorkflows;
  readonly orders: OrderService;
  readonly addresses: AddressFixService;
  readonly operators: InterventionService;
  readonly quotes: QuoteService;
  readonly promotions: PromotionService;
  readonly tasks: TaskService;
  readonly shipments: ShipmentService;
  readonly stock: StockService;
  readonly replenishments: ReplenishmentService;
  readonly webhooks: WebhookService;
  readonly timelineHeads: TimelineHeads;
}

/** Composes the clients over one database and one Temporal connection. Opens nothing, so there is nothing to close. */
export function createServices({ transactions, vault, temporal, policies, log }: ServiceDeps): Services {
  const messenger = new OutboxSender(transactions, temporal, log);
  const workflows = new OrderWorkflows(temporal, policies, log);
  return {
    messenger,
    workflows,
    orders: new OrderService(transactions, vault, workflows, policies),
    addresses: new AddressFixService(
      transactions,
      vault,
      workflows,
      messenger,
      policies.taxes,
      policies.paymentWindowSeconds,
    ),
    operators: new InterventionService(transactions, workflows),
    promotions: new PromotionService(transactions, vault, policies),
    quotes: new QuoteService(transactions, vault, policies),
    tasks: new TaskService(transactions, messenger),
    shipments: new ShipmentService(transactions, vault, messenger),
    stock: new StockService(transactions, messenger),
    replenishments: new ReplenishmentService(transactions, messenger),
    webhooks: new WebhookService(transactions, messenger),
    timelineHeads: new TimelineHeads(transactions),
  };
}
