import type { Client } from '@temporalio/client';
import {
  DefaultLogger,
  IllegalStateError,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type ReplayWorkerOptions,
} from '@temporalio/worker';
import { ORDER_WORKFLOW, REPLENISHMENT_WORKFLOW } from '../contracts/temporal-names';

/** The workflow code to replay with. */
export type WorkflowCode = Pick<ReplayWorkerOptions, 'workflowBundle' | 'sinks'>;

export interface ReplaySelection {
  /** Whether ended runs are replayed too. */
  readonly ended?: boolean;
  /** Replays so many runs, drawn evenly from all; by default all. */
  readonly sample?: number;
}

/** Describes a run whose history today's code does not replay. */
export interface BrokenRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly failure: string;
}

export interface ReplayReport {
  readonly replayed: number;
  readonly broken: readonly BrokenRun[];
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

/** Keeps the SDK's own lines about replays off the terminal, unless this process has chosen its logger before. */
export function silenceReplays(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

/**
 * Replays the histories of a system's orders and replenishments with some code. Lists those that do not replay: the
 * next workflow task of each of them would fail. Reads from Temporal only. `onRun` is called after every run. Throws
 * while Temporal is unavailable.
 */
export async function replayHistories(
  temporal: Client,
  code: WorkflowCode,
  { ended = false, sample }: ReplaySelection = {},
  onRun: (done: number, of: number) => void = () => undefined,
): Promise<ReplayReport> {
  const runs = drawEvenly(await listRuns(temporal, ended), sample);
  const broken: BrokenRun[] = [];
  let replayed = 0;
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(code, readHistories(temporal, runs))) {
    replayed += 1;
    if (error) broken.push({ workflowId, runId, failure: messageOf(error) });
    onRun(replayed, runs.length);
  }
  return { replayed, broken };
}

async function listRuns(temporal: Client, ended: boolean): Promise<Run[]> {
  const types = `WorkflowType IN ('${ORDER_WORKFLOW}', '${REPLENISHMENT_WORKFLOW}')`;
  // Terminated runs were replaced by adoption, as they were broken, and are skipped.
  const statuses = ended ? "ExecutionStatus != 'Terminated'" : "ExecutionStatus = 'Running'";
  const runs: Run[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list({
    query: `${types} AND ${statuses}`,
    pageSize: 1_000,
  }))
    runs.push({ workflowId, runId });
  return runs;
}

/** Draws a number of items at equal distances, so that young and old runs are among them. */
function drawEvenly<T>(items: readonly T[], count = items.length): readonly T[] {
  if (count >= items.length) return items;
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}

async function* readHistories(temporal: Client, runs: readonly Run[]) {
  for (const { workflowId, runId } of runs)
    yield { workflowId, history: await temporal.workflow.getHandle(workflowId, runId).fetchHistory() };
}

const messageOf = (error: Error): string => {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
};
