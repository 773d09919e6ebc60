import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { enqueueReplenishmentSignal } from '../../books/outbox';
import { lockReplenishment } from '../../books/purchasing/replenishments';
import type { Transactions } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { REPLENISHMENT_WORKFLOW, replenishmentWorkflowId } from '../../contracts/temporal-names';
import type { OutboxSender } from '../outbox-sender';

/** Younger needs are still on their way to Temporal. */
const NEED_AGE_SECONDS = 60;
/** A workflow that failed by itself would most likely fail again: it is not started over more often than this. */
const FAILED_REST_SECONDS = 600;

interface Need {
  readonly id: string;
  readonly skuId: string;
  readonly warehouseId: string;
}

/**
 * Starts the workflows of open replenishments again that nobody runs: staff terminated them, or their start was lost.
 * The signal is the one that started them, so that a run which is there after all hears of a need that it knows. Looks
 * at no more than `limit` workflows, the oldest needs first. Answers how many were started; throws while the database
 * or Temporal is out of reach.
 */
export async function restartLostReplenishments(
  transactions: Transactions,
  temporal: Client,
  messenger: OutboxSender,
  limit: number,
): Promise<number> {
  const needs = await transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('replenishment')
      .select(['id', 'skuId', 'warehouseId'])
      .where('closedAt', 'is', null)
      .where('openedAt', '<', new Date(Date.now() - NEED_AGE_SECONDS * 1000))
      .orderBy('id')
      .execute(),
  );
  if (needs.length === 0) return 0;
  const running = await listRunning(temporal);
  const suspects = needs
    .filter(({ warehouseId, skuId }) => !running.has(replenishmentWorkflowId(warehouseId, skuId)))
    .slice(0, limit);
  let started = 0;
  for (const need of suspects)
    if ((await isLost(temporal, need)) && (await startAgain(transactions, messenger, need))) started += 1;
  return started;
}

/** One visibility query. It may lag: who is missing here is looked at by itself. */
async function listRunning(temporal: Client): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { workflowId } of temporal.workflow.list({
    query: `WorkflowType = '${REPLENISHMENT_WORKFLOW}' AND ExecutionStatus = 'Running'`,
    pageSize: 1_000,
  }))
    ids.add(workflowId);
  return ids;
}

async function isLost(temporal: Client, { warehouseId, skuId }: Need): Promise<boolean> {
  try {
    const {
      status: { name },
      closeTime,
    } = await temporal.workflow.getHandle(replenishmentWorkflowId(warehouseId, skuId)).describe();
    if (name === 'FAILED')
      return closeTime !== undefined && Date.now() - closeTime.getTime() > FAILED_REST_SECONDS * 1000;
    return name !== 'RUNNING' && name !== 'PAUSED' && name !== 'CONTINUED_AS_NEW';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

/** Commits the start with the need still open, and sends it. */
async function startAgain(
  transactions: Transactions,
  messenger: OutboxSender,
  { id, ...shelf }: Need,
): Promise<boolean> {
  const told = await transactions.run(SYSTEM, async (tx) => {
    const row = await lockReplenishment(tx, id);
    if (row?.closedAt !== null) return false;
    await enqueueReplenishmentSignal(tx, shelf, { signal: 'stockLow', payload: { replenishmentId: id } });
    return true;
  });
  if (told) await messenger.flushReplenishment(shelf);
  return told;
}
