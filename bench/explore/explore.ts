import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import { ExploredOrder, QUEUE } from './explored-order';
import type { Interleaving } from './interleavings';
import { ScriptedBooks } from './scripted-books';

/** Limits one order. */
const LIMIT_MS = 120_000;

export interface Explored {
  /** The ids of all orders that ran. */
  readonly orders: readonly string[];
  /** How many arrivals came with a heartbeat of the held step. */
  readonly overlapped: number;
  /** Updates that the server lost with a workflow task that timed out. */
  readonly unanswered: number;
  /** Orders that did not end, with what is known of them. */
  readonly unfinished: readonly string[];
  /** Orders whose history does not replay, with the reason. */
  readonly broken: readonly string[];
}

/**
 * Runs an order for each interleaving against scripted books, on a real Temporal server. Then replays all their
 * histories with the code that ran them. `atOnce` orders run at a time.
 */
export async function explore(
  {
    client,
    connection,
    workflowBundle,
  }: { client: Client; connection: NativeConnection; workflowBundle: WorkflowBundle },
  interleavings: readonly Interleaving[],
  atOnce: number,
  name: string,
): Promise<Explored> {
  const books = new ScriptedBooks();
  const worker = await Worker.create({
    connection,
    taskQueue: QUEUE,
    workflowBundle,
    activities: books.activities,
    maxCachedWorkflows: 2_000,
    maxConcurrentLocalActivityExecutions: 1_000,
    maxConcurrentActivityTaskExecutions: 1_000,
  });
  const ran: string[] = [];
  const unfinished: string[] = [];
  let [overlapped, unanswered] = [0, 0];
  const queue = interleavings.map((interleaving, index) => ({ interleaving, orderId: `${name}-${index}` })).reverse();
  await worker.runUntil(
    Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          ran.push(next.orderId);
          const order = new ExploredOrder(client, books, next.orderId, next.interleaving);
          try {
            const arrived = await inTime(order.run());
            overlapped += arrived.overlapped;
            unanswered += arrived.unanswered;
          } catch (error) {
            order.release();
            unfinished.push(`${next.orderId} ${JSON.stringify(next.interleaving)}: ${String(error)}`);
          }
        }
      }),
    ),
  );
  const broken: string[] = [];
  const histories = (async function* () {
    for (const workflowId of ran)
      yield { workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() };
  })();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error) broken.push(`${workflowId}: ${error.message}`);
  return { orders: ran, overlapped, unanswered, unfinished, broken };
}

/** Rejects when an order does not end in time. */
async function inTime<T>(run: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('did not end'));
    }, LIMIT_MS);
  });
  try {
    return await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
}
