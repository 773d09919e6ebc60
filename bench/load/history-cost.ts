import type { Client } from '@temporalio/client';
import { orderWorkflowId } from '../../src/contracts/names';
import { spreadOf } from './statistics';

/** What one workflow left in Temporal's history. */
export interface HistoryCost {
  readonly events: number;
  readonly workflowTasks: number;
  readonly activities: number;
  readonly localActivities: number;
  readonly signals: number;
}
const FIGURES = ['events', 'workflowTasks', 'activities', 'localActivities', 'signals'] as const satisfies readonly (keyof HistoryCost)[];

/** How the SDK marks a local activity in the history. */
const LOCAL_ACTIVITY = 'core_local_activity';

/** Counts what the workflows of ended orders left in their histories, the median of each figure. Waits for each to close. */
export async function historyCostOf(temporal: Client, orderIds: readonly string[]): Promise<HistoryCost> {
  const costs: HistoryCost[] = [];
  for (const orderId of orderIds) costs.push(await historyOf(temporal, orderId));
  return perFigure((name) => spreadOf(costs.map((cost) => cost[name])).median);
}

async function historyOf(temporal: Client, orderId: string): Promise<HistoryCost> {
  const handle = temporal.workflow.getHandle(orderWorkflowId(orderId));
  await handle.result();
  const events = (await handle.fetchHistory()).events ?? [];
  return {
    events: events.length,
    workflowTasks: events.filter((event) => event.workflowTaskCompletedEventAttributes).length,
    activities: events.filter((event) => event.activityTaskScheduledEventAttributes).length,
    localActivities: events.filter((event) => event.markerRecordedEventAttributes?.markerName === LOCAL_ACTIVITY).length,
    signals: events.filter((event) => event.workflowExecutionSignaledEventAttributes).length,
  };
}

/** Tells what the second of two orders cost more. */
export const moreThan = (less: HistoryCost, more: HistoryCost): HistoryCost => perFigure((name) => more[name] - less[name]);

const perFigure = (figure: (name: keyof HistoryCost) => number): HistoryCost =>
  Object.fromEntries(FIGURES.map((name) => [name, figure(name)])) as unknown as HistoryCost;
