import type { Client } from '@temporalio/client';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';
import type { CarrierJournalEntry } from '../providers/carriers/carrier-provider';
import type { NotificationJournalEntry } from '../providers/notifications/notification-provider';
import type { PaymentJournalEntry } from '../providers/payments/payment-provider';
import type { SupplierJournalEntry } from '../providers/suppliers/supplier-provider';
import { SourceUnavailable, type Audit, type FindingSummary } from './audit';
import { backorderAudits } from './inventory/backorder-audits';
import { carrierAudits } from './shipping/carrier-audits';
import { gatewayAudits } from './payments/gateway-audits';
import { readJournal, type JournalSource } from './journal';
import { ledgerAudits } from './ledger/ledger-audits';
import { notificationAudits } from './notifications/notification-audits';
import { orderAudits } from './orders/order-audits';
import { paymentAudits } from './payments/payment-audits';
import { promotionAudits } from './pricing/promotion-audits';
import { replenishmentAudits, replenishmentWorkflowAudits } from './purchasing/replenishment-audits';
import { avoidNestedLoops } from './rows';
import { sourcingAudits } from './inventory/sourcing-audits';
import { stockAudits } from './inventory/stock-audits';
import { timelineAudits } from './timeline';
import { openEffectAudits } from './open-effect-audits';
import { workflowAudits } from './orders/workflow-audits';

/** Names the audited sources: our books, the providers' journals, and Temporal. */
export interface AuditSources {
  readonly transactions: Transactions;
  readonly payments: JournalSource<PaymentJournalEntry>;
  readonly carriers: JournalSource<CarrierJournalEntry>;
  readonly suppliers: JournalSource<SupplierJournalEntry>;
  /** The journal of messages; undefined when the provider keeps none that can be read. */
  readonly notifications?: JournalSource<NotificationJournalEntry> | undefined;
  readonly temporal: Client;
}

/** Sets the tolerances of the audits. */
export interface AuditTolerances {
  /** How long an effect may be under way without an answer; five minutes by default. */
  readonly graceMs?: number;
  /** The pause before an order that contradicts its workflow is read again; one second by default. */
  readonly pauseMs?: number;
}

/** Describes what one audit found. */
export interface AuditResult extends FindingSummary {
  readonly name: string;
  /** `unknown` when a source did not answer. */
  readonly outcome: 'true' | 'false' | 'unknown';
  /** Why the outcome is unknown. */
  readonly reason: string | null;
}

/**
 * Runs every audit, reports each result as it ends, and returns them all. Reads the books in one snapshot. Throws when
 * the database does not answer; when a provider or Temporal does not, the audits that need it end as unknown.
 */
export async function runAudits(
  sources: AuditSources,
  { graceMs = 300_000, pauseMs = 1_000 }: AuditTolerances = {},
  onResult: (result: AuditResult) => void = () => undefined,
): Promise<AuditResult[]> {
  const { transactions, payments, carriers, suppliers, notifications, temporal } = sources;
  const journals = [readJournal(payments), readJournal(carriers), readJournal(suppliers)] as const;
  const messages = notifications && readJournal(notifications);
  await Promise.allSettled(messages ? [...journals, messages] : journals);
  const results: AuditResult[] = [];
  const run = async (audits: readonly Audit[]) => {
    for (const audit of audits) {
      const result = await resultOf(audit);
      results.push(result);
      onResult(result);
    }
  };
  await transactions.snapshot(SYSTEM, async (tx) => {
    await avoidNestedLoops(tx);
    await run([
      ...stockAudits(tx),
      ...sourcingAudits(tx),
      ...backorderAudits(tx),
      ...orderAudits(tx),
      ...promotionAudits(tx),
      ...paymentAudits(tx),
      ...ledgerAudits(tx),
      ...timelineAudits(tx),
      ...openEffectAudits(tx, graceMs),
      ...gatewayAudits(tx, () => journals[0]),
      ...carrierAudits(tx, () => journals[1], graceMs),
      ...replenishmentAudits(tx, () => journals[2]),
      ...(messages ? notificationAudits(tx, messages) : []),
    ]);
  });
  await run([
    ...workflowAudits(transactions, temporal, pauseMs),
    ...replenishmentWorkflowAudits(transactions, temporal),
  ]);
  return results;
}

async function resultOf(audit: Audit): Promise<AuditResult> {
  const { name } = audit;
  try {
    const { count, findings } = await audit.check();
    return { name, outcome: count === 0 ? 'true' : 'false', count, findings, reason: null };
  } catch (error) {
    if (!(error instanceof SourceUnavailable)) throw error;
    return { name, outcome: 'unknown', count: 0, findings: [], reason: error.message };
  }
}
