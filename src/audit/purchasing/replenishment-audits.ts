import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { sql } from 'kysely';
import type { Transactions, Tx } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { replenishmentWorkflowId } from '../../contracts/temporal-names';
import type { SupplierJournalEntry } from '../../providers/suppliers/supplier-provider';
import {
  FindingCollector,
  runOnce,
  SourceUnavailable,
  queryAudit,
  type Audit,
  type Finding,
  type FindingSummary,
} from '../audit';
import { isCovered, type JournalReading } from '../journal';
import { streamRows } from '../rows';

/** Audits the replenishments by themselves, and compares them with the suppliers' own journal. */
export const replenishmentAudits = (tx: Tx, journal: () => Promise<JournalReading<SupplierJournalEntry>>): Audit[] => {
  const compared = runOnce(async () => compare(tx, await journal()));
  return [
    queryAudit(
      tx,
      'The units received for each replenishment were booked in',
      sql<Finding>`
      select r.id as subject, r.received || ' units booked in' as expected, coalesce(sum(m.quantity), 0)::text as actual
      from replenishment r
      left join stock_movement m
        on m."replenishmentId" = r.id and m.reason = 'received' and m."skuId" = r."skuId"
        and m."warehouseId" = r."warehouseId"
      group by r.id
      having r.received <> coalesce(sum(m.quantity), 0)`,
    ),
    queryAudit(
      tx,
      'Every received replenishment has the units that were confirmed, or requested',
      sql<Finding>`
      select id as subject,
        coalesce(nullif(confirmed, 0), asked) || ' units' as expected,
        received || ' received' as actual
      from replenishment where status = 'received' and received < coalesce(nullif(confirmed, 0), asked)`,
    ),
    queryAudit(
      tx,
      "Each replenishment expects what its supplier's last answer says",
      sql<Finding>`
      select r.id as subject,
        coalesce(a.quantity || ' units on ' || a."expectedOn", 'no answer') as expected,
        coalesce(r.confirmed || ' units on ' || r."expectedOn", 'no answer') as actual
      from replenishment r
      left join lateral (
        select quantity, "expectedOn"
        from supplier_answer
        where "replenishmentId" = r.id
        order by "saidAt" desc, id desc
        limit 1
      ) a on true
      where (a.quantity, a."expectedOn") is distinct from (r.confirmed, r."expectedOn")`,
    ),
    {
      name: 'Every purchase order in our books is at its supplier, once, for the same quantity',
      check: async () => (await compared()).missing,
    },
    { name: 'Every purchase order at a supplier is in our books', check: async () => (await compared()).unknown },
    {
      name: "The suppliers' confirmed quantities equal those in our books",
      check: async () => (await compared()).different,
    },
  ];
};

interface PurchaseRow {
  readonly key: string;
  readonly status: string;
  readonly reference: string | null;
  readonly asked: number;
  readonly confirmed: number | null;
  readonly open: boolean;
  /** True when a person recorded the supplier's last answer, which its journal need not contain. */
  readonly byPerson: boolean;
  readonly finishedAt: Date | null;
}

async function compare(tx: Tx, journal: JournalReading<SupplierJournalEntry>) {
  const [missing, unknown, different] = [new FindingCollector(), new FindingCollector(), new FindingCollector()];
  const known = new Set<string>();
  for await (const { key, status, reference, asked, confirmed, open, byPerson, finishedAt } of readPurchases(tx)) {
    known.add(key);
    const entries = journal.byKey.get(key) ?? [];
    const [entry] = entries;
    if (entries.length > 1) missing.add(key, 'once at the supplier', `${entries.length} times`);
    if (status !== 'succeeded') continue;
    const ours = `${asked} as ${reference}`;
    if (!entry) {
      if (isCovered(journal, finishedAt)) missing.add(key, `${ours} at the supplier`, 'the supplier has none');
      continue;
    }
    const theirs = `${entry.quantity} as ${entry.reference}`;
    if (ours !== theirs) missing.add(key, ours, `${theirs} at the supplier`);
    // A supplier may correct its answer after the goods came, so closed ones are not compared. Its webhook may be under
    // way, so it may have answered what our books do not know yet.
    if (!open || byPerson) continue;
    if (confirmed !== null && entry.confirmed === null)
      different.add(key, `${confirmed} confirmed`, 'the supplier has not answered');
    else if (confirmed !== null && confirmed !== entry.confirmed)
      different.add(key, `${confirmed} confirmed`, `${entry.confirmed} at the supplier`);
  }
  for (const [key, entries] of journal.byKey) {
    if (!known.has(key))
      for (const entry of entries)
        unknown.add(key, 'a purchase order in our books', `${entry.quantity} as ${entry.reference} at the supplier`);
  }
  return { missing, unknown, different };
}

const readPurchases = (tx: Tx): AsyncGenerator<PurchaseRow, void, undefined> =>
  streamRows(
    tx,
    sql<PurchaseRow>`
  select o."providerKey" as key, o.status::text, o.result->>'reference' as reference,
    (o.request->>'quantity')::int as asked,
    r.confirmed, r."closedAt" is null as open, o."finishedAt",
    coalesce((
      select a.provider is null
      from supplier_answer a
      where a."replenishmentId" = r.id
      order by a."saidAt" desc, a.id desc
      limit 1
    ), false) as "byPerson"
  from operation o
  left join replenishment r on o."subjectType" = 'replenishment' and r.id = o."subjectId"
  where o.kind = 'purchase'`,
  );

/** How many seconds a new replenishment may wait for the sweeper to start its workflow. */
const SWEEPER_SECONDS = 60;

/** Compares open replenishments with their workflows. */
export const replenishmentWorkflowAudits = (transactions: Transactions, temporal: Client): Audit[] => [
  {
    name: 'Every open replenishment has its workflow running',
    check: async (): Promise<FindingSummary> => {
      const found = new FindingCollector();
      const open = await transactions.snapshot(SYSTEM, (tx) =>
        tx
          .selectFrom('replenishment')
          .select(['id', 'skuId', 'warehouseId'])
          .where('closedAt', 'is', null)
          .where('openedAt', '<', new Date(Date.now() - SWEEPER_SECONDS * 1000))
          .execute(),
      );
      for (const { id, skuId, warehouseId } of open) {
        const state = await stateOf(temporal, replenishmentWorkflowId(warehouseId, skuId));
        if (state !== 'RUNNING' && state !== 'PAUSED' && (await isOpen(transactions, id)))
          found.add(id, 'a running workflow', state);
      }
      return found;
    },
  },
];

async function stateOf(temporal: Client, workflowId: string): Promise<string> {
  try {
    return (await temporal.workflow.getHandle(workflowId).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'no workflow';
    throw new SourceUnavailable('Temporal', error);
  }
}

/** Reads the replenishment again: it may have ended while its workflow was looked up. */
const isOpen = async (transactions: Transactions, id: string): Promise<boolean> =>
  (await transactions.snapshot(SYSTEM, (tx) =>
    tx.selectFrom('replenishment').select('id').where('id', '=', id).where('closedAt', 'is', null).executeTakeFirst(),
  )) !== undefined;
