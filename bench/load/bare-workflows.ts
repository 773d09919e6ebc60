import { randomUUID } from 'node:crypto';
import { NAMESPACE } from '../../src/embedded/temporal/temporal-server';
import { BARE_QUEUE, startBareWorker } from './bare-worker';
import type { Bench } from './bench';
import { closedLoop, WINDOWS } from './loops';
import { costPer, processorTime, type Pids, type ProcessorTime } from './processes';
import type { Report } from './report';
import { spreadOf } from './statistics';

/**
 * Measures the cost of Temporal alone. It runs empty workflows on the same server, as many at a time as orders at the
 * best level.
 */
export async function measureBare(bench: Bench, concurrency: number): Promise<Report['bare']> {
  const perWindow = Math.ceil(bench.plan.orders / WINDOWS);
  const worker = await startBareWorker(bench.temporalAddress, NAMESPACE);
  try {
    const { Temporal = [], PostgreSQL = [] } = bench.pids;
    // Only the production server stores its data in PostgreSQL.
    const pids: Pids = {
      'bare worker': [worker.pid],
      Temporal,
      ...(bench.plan.server === 'postgres' && { PostgreSQL }),
    };
    const readings: (ProcessorTime | undefined)[] = [];
    const runOne = async (): Promise<void> => {
      await bench.temporal.workflow.execute('bare', { taskQueue: BARE_QUEUE, workflowId: `bare:${randomUUID()}` });
    };
    const seconds = await bench.measure(`Bare workflows, ${concurrency} at a time`, (running) =>
      closedLoop(
        runOne,
        {
          concurrency,
          warmUp: 2 * concurrency,
          perWindow,
          onMark: () => {
            readings.push(processorTime(pids));
          },
        },
        running,
      ),
    );
    return {
      concurrency,
      perSecond: spreadOf(seconds.map((taken) => perWindow / taken)),
      processorMs: costPer(readings[0], readings.at(-1), perWindow * WINDOWS),
    };
  } finally {
    await worker.stop();
  }
}
