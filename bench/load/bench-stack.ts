import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { withoutReplacements } from '../../src/embedded/parts';
import { removePostgresData } from '../../src/embedded/postgres/postgres-home';
import type { Step } from '../../src/embedded/running-parts';
import { startStack, type Stack } from '../../src/embedded/stack';
import { NAMESPACE } from '../../src/embedded/temporal/temporal-server';
import { postgresServer } from '../temporal-server/postgres-server';
import { obtainServerPrograms } from '../temporal-server/programs';
import type { Plan } from './bench';
import { seedBenchMall, type BenchMall } from './mall';
import type { Pids } from './processes';

export interface BenchStack {
  readonly stack: Stack;
  readonly mall: BenchMall;
  readonly temporal: Client;
  readonly pids: Pids;
  /** Stops everything and removes the folder. */
  destroy(): Promise<void>;
}

/**
 * Starts the whole stack on the requested Temporal server, on free ports and in a temporary folder. It is as durable as
 * in production. `onLost` is called when a part ends unexpectedly.
 */
export async function startBenchStack(
  server: Plan['server'],
  signal: AbortSignal,
  onStep: (step: Step) => void,
  onLost: (message: string) => void,
): Promise<BenchStack> {
  const env = withoutReplacements(process.env);
  const onProgress = (title: string) => {
    onStep({ kind: 'note', title });
  };
  const temporalServer =
    server === 'postgres' ? postgresServer(await obtainServerPrograms({ env, onProgress, signal })) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'mallflow-bench-'));
  const removeFolder = () => {
    removePostgresData(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  };
  const seeded: { mall?: BenchMall } = {};
  try {
    const stack = await startStack({
      // One key sends the requests of many callers here, so its rate limit must not count.
      env: { ...env, RATE_LIMIT_PER_SECOND: '1000000' },
      temporalServer,
      stateFolder: folder,
      ephemeral: true,
      durable: true,
      signal,
      onStep,
      onLost: (_part, message) => {
        onLost(message);
      },
      seed: async (databaseUrl) => {
        seeded.mall = await seedBenchMall(databaseUrl);
      },
    });
    if (seeded.mall === undefined) throw new Error('The stack started without filling its database.');
    const connection = Connection.lazy({ address: stack.urls.temporal });
    return {
      stack,
      mall: seeded.mall,
      temporal: new Client({ connection, namespace: NAMESPACE }),
      pids: {
        worker: [stack.pidOf('worker')],
        API: [stack.pidOf('api')],
        Temporal: [stack.pidOf('temporal')],
        PostgreSQL: [stack.pidOf('postgres')],
        sandboxes: [stack.pidOf('gateway'), stack.pidOf('carrier')],
      },
      destroy: async () => {
        await connection.close();
        await stack.stop();
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}
