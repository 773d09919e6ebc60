import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Transactions } from '../books/transactions';
import type { Vault } from '../books/vault';
import { AddressFixService } from './orders/address-fix-service';
import { AdoptionService } from './interventions/adoption-service';
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

/** Lists everything that callers, staff and providers can request from the system. */
export interface Services {
  readonly outbox: OutboxSender;
  readonly workflows: OrderWorkflows;
  readonly orders: OrderService;
  readonly addresses: AddressFixService;
  readonly interventions: InterventionService;
  readonly adoptions: AdoptionService;
  readonly quotes: QuoteService;
  readonly promotions: PromotionService;
  readonly tasks: TaskService;
  readonly shipments: ShipmentService;
  readonly stock: StockService;
  readonly replenishments: ReplenishmentService;
  readonly webhooks: WebhookService;
  readonly timelineHeads: TimelineHeads;
}

/** Composes the services over one database and one Temporal connection. Opens nothing that has to be closed. */
export function createServices({ transactions, vault, temporal, policies, log }: ServiceDeps): Services {
  const outbox = new OutboxSender(transactions, temporal, log);
  const workflows = new OrderWorkflows(temporal, policies, log);
  return {
    outbox,
    workflows,
    orders: new OrderService(transactions, vault, workflows, outbox, policies),
    addresses: new AddressFixService(transactions, vault, workflows, outbox, policies),
    interventions: new InterventionService(transactions, workflows),
    adoptions: new AdoptionService(transactions, temporal, workflows),
    promotions: new PromotionService(transactions, vault, policies),
    quotes: new QuoteService(transactions, vault, policies),
    tasks: new TaskService(transactions, outbox),
    shipments: new ShipmentService(transactions, vault, outbox),
    stock: new StockService(transactions, outbox, policies.timeZone),
    replenishments: new ReplenishmentService(transactions, outbox),
    webhooks: new WebhookService(transactions, outbox),
    timelineHeads: new TimelineHeads(transactions),
  };
}
