import type { Client, WorkflowHandle } from '@temporalio/client';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { spreadOf } from './statistics';

/** Counts the events and commands of a workflow's history. */
export interface HistoryCost {
  readonly events: number;
  readonly workflowTasks: number;
  readonly activities: number;
  readonly localActivities: number;
  readonly signals: number;
}
const FIGURES = [
  'events',
  'workflowTasks',
  'activities',
  'localActivities',
  'signals',
] as const satisfies readonly (keyof HistoryCost)[];

/** Names the markers of local activities: that of the SDKs on Temporal's core, such as ours, and that of Go. */
const LOCAL_ACTIVITY = ['core_local_activity', 'LocalActivity'];

export type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** Counts the histories of ended orders and returns the median of each figure. Waits for each workflow to close. */
export async function historyCostOf(temporal: Client, orderIds: readonly string[]): Promise<HistoryCost> {
  const costs: HistoryCost[] = [];
  for (const orderId of orderIds) costs.push(costOf(await endedHistory(temporal, orderWorkflowId(orderId))));
  return medianCost(costs);
}

/** Waits for a workflow to close and returns its events. Rejects when it failed. */
export async function endedHistory(temporal: Client, workflowId: string): Promise<readonly HistoryEvent[]> {
  const handle = temporal.workflow.getHandle(workflowId);
  await handle.result();
  return (await handle.fetchHistory()).events ?? [];
}

/** Counts the events of a history. */
export function costOf(events: readonly HistoryEvent[]): HistoryCost {
  return {
    events: events.length,
    workflowTasks: events.filter((event) => event.workflowTaskCompletedEventAttributes).length,
    activities: events.filter((event) => event.activityTaskScheduledEventAttributes).length,
    localActivities: events.filter((event) =>
      LOCAL_ACTIVITY.includes(event.markerRecordedEventAttributes?.markerName ?? ''),
    ).length,
    signals: events.filter((event) => event.workflowExecutionSignaledEventAttributes).length,
  };
}

/** Returns the median of each figure. Throws when there are no costs. */
export const medianCost = (costs: readonly HistoryCost[]): HistoryCost =>
  perFigure((name) => spreadOf(costs.map((cost) => cost[name])).median);

/** Adds up the costs of several workflows. */
export const sumOf = (costs: readonly HistoryCost[]): HistoryCost =>
  perFigure((name) => costs.reduce((sum, cost) => sum + cost[name], 0));

/** Returns the difference of two costs. */
export const differenceOf = (less: HistoryCost, more: HistoryCost): HistoryCost =>
  perFigure((name) => more[name] - less[name]);

const perFigure = (figure: (name: keyof HistoryCost) => number): HistoryCost =>
  Object.fromEntries(FIGURES.map((name) => [name, figure(name)])) as unknown as HistoryCost;
