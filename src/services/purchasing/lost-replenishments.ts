import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { enqueueReplenishmentSignal } from '../../books/outbox';
import { lockReplenishment } from '../../books/purchasing/replenishments';
import type { Transactions } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { REPLENISHMENT_WORKFLOW, replenishmentWorkflowId } from '../../contracts/temporal-names';
import type { OutboxSender } from '../outbox-sender';

/** Younger needs are still on their way to Temporal. */
const NEED_AGE_SECONDS = 60;
/** A workflow that failed by itself would most likely fail again: it is not restarted more often than this. */
const FAILED_REST_SECONDS = 600;

/** Temporal retries a workflow task at once: the third attempt follows two failures or timeouts. */
const FAILING_ATTEMPTS = 3;
/** How many running workflows a round examines, and how long a round lasts. */
const EXAMINED_RUNNING = 50;
const TURN_MS = 30_000;

interface Need {
  readonly id: string;
  readonly skuId: string;
  readonly warehouseId: string;
}

/**
 * Restarts the workflows of open replenishments that do not run: staff terminated them, or their start was lost. Those
 * whose workflow tasks fail, as after a release that does not know their histories, are ended and started again. The
 * signal is the one that started them, so a run that exists after all receives a need that it knows. Examines at most
 * `limit` workflows, the oldest needs first. Answers how many were started; throws while the database or Temporal is
 * unavailable.
 */
export async function restartLostReplenishments(
  transactions: Transactions,
  temporal: Client,
  outbox: OutboxSender,
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
  const isRunning = ({ warehouseId, skuId }: Need): boolean => running.has(replenishmentWorkflowId(warehouseId, skuId));
  const missing = needs.filter((need) => !isRunning(need)).slice(0, limit);
  let started = 0;
  for (const need of [...missing, ...inTurn(needs.filter(isRunning))])
    if ((await isLost(temporal, need)) && (await startAgain(transactions, outbox, need))) started += 1;
  return started;
}

/** Picks some of many, others each half minute. */
function inTurn(needs: readonly Need[]): readonly Need[] {
  const begin = (Math.floor(Date.now() / TURN_MS) * EXAMINED_RUNNING) % Math.max(1, needs.length);
  return [...needs.slice(begin), ...needs.slice(0, begin)].slice(0, EXAMINED_RUNNING);
}

/** Lists the workflows that run, by one visibility query. It may lag: those it misses are examined one by one. */
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
    const handle = temporal.workflow.getHandle(replenishmentWorkflowId(warehouseId, skuId));
    const {
      status: { name },
      startTime,
      closeTime,
      raw,
    } = await handle.describe();
    if (name === 'RUNNING' && (raw.pendingWorkflowTask?.attempt ?? 0) >= FAILING_ATTEMPTS) {
      // One that fails from its beginning is left to people.
      if (Date.now() - startTime.getTime() < FAILED_REST_SECONDS * 1000) return false;
      await handle.terminate('its workflow tasks fail: it is started again from the books');
      return true;
    }
    if (name === 'FAILED')
      return closeTime !== undefined && Date.now() - closeTime.getTime() > FAILED_REST_SECONDS * 1000;
    return name !== 'RUNNING' && name !== 'PAUSED' && name !== 'CONTINUED_AS_NEW';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

/** Commits the start signal while the need is open, and sends it. Answers whether it was open. */
async function startAgain(transactions: Transactions, outbox: OutboxSender, { id, ...shelf }: Need): Promise<boolean> {
  const open = await transactions.run(SYSTEM, async (tx) => {
    const row = await lockReplenishment(tx, id);
    if (row?.closedAt !== null) return false;
    await enqueueReplenishmentSignal(tx, shelf, { signal: 'stockLow', payload: { replenishmentId: id } });
    return true;
  });
  if (open) await outbox.flushReplenishment(shelf);
  return open;
}
