import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { packageRoot } from '../../src/embedded/paths';
import type { Stack } from '../../src/embedded/stack';
import { readTemporalSettings } from '../../src/embedded/temporal-settings';
import { replayHistories, silenceReplays } from '../../src/process/replay-histories';

/** Reports how many histories a run left, and those that its own code does not replay. */
export interface Replayed {
  readonly replayed: number;
  /** Their orders would stand still after the next restart of a worker. Empty when all is well. */
  readonly unreplayable: readonly string[];
}

/** Does work with a client of a stack's Temporal server. */
export async function withTemporal<T>(
  { serviceEnvironment }: Pick<Stack, 'serviceEnvironment'>,
  work: (temporal: Client) => Promise<T>,
): Promise<T> {
  const { connectionOptions, namespace } = readTemporalSettings(serviceEnvironment);
  const connection = await Connection.connect(connectionOptions);
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

/** Replays the history of every order and replenishment of a stack with the workflows as they are built. */
export const replayStack = (stack: Pick<Stack, 'serviceEnvironment'>): Promise<Replayed> =>
  withTemporal(stack, replayAll);

/** Replays the history of every order and replenishment that a Temporal server keeps. */
export async function replayAll(temporal: Client): Promise<Replayed> {
  silenceReplays();
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  const { replayed, broken } = await replayHistories(temporal, { workflowBundle: { codePath } }, { ended: true });
  return { replayed, unreplayable: broken.map(({ workflowId, failure }) => `${workflowId}: ${failure}`) };
}

/** Formats what a replay found. */
export const printReplayed = ({ replayed, unreplayable }: Replayed): string =>
  [
    `  histories replayed: ${replayed}, broken ${unreplayable.length}\n`,
    ...unreplayable.map((line) => `    ${line}\n`),
  ].join('');
