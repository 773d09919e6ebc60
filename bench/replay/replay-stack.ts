import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { packageRoot } from '../../src/embedded/paths';
import type { Stack } from '../../src/embedded/stack';
import { replayHistories } from '../../src/process/replay-histories';

/** Reports how many histories a run left, and those that its own code does not replay. */
export interface Replayed {
  readonly replayed: number;
  /** Their orders would stand still after the next restart of a worker. Empty when all is well. */
  readonly unreplayable: readonly string[];
}

/** Replays the history of every order and replenishment of a stack with the workflows as they are built. */
export async function replayStack({ serviceEnvironment }: Pick<Stack, 'serviceEnvironment'>): Promise<Replayed> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
    overrideEnvVars: definedOf(serviceEnvironment),
  });
  const connection = await Connection.connect(connectionOptions);
  try {
    return await replayAll(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

const definedOf = (variables: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** Replays the history of every order and replenishment that a Temporal server keeps. */
export async function replayAll(temporal: Client): Promise<Replayed> {
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
