import type { HistoryCost } from './history-cost';
import type { Level } from './level';
import { GENERATOR, serviceTotal, type ProcessorTime } from './processes';
import type { Latency, Spread } from './statistics';

export const NOT_MEASURED = "not measured: needs Linux's /proc";

/** Formats rows as aligned columns under a heading. */
export function section(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.filter((row) => row.length > 1).map((row) => row[column]?.length ?? 0)),
  );
  return [
    title,
    ...rows.map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    ),
  ].join('\n');
}

/** Formats the median of several runs, with the least and the greatest. */
export const spread = ({ median, min, max }: Spread): string => `${short(median)} (${short(min)} to ${short(max)})`;
const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
/** Formats a latency, and the number of its measurements. */
export const latency = ({ p50Ms, p99Ms, count }: Latency): string =>
  `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (${count})`;

/** Returns a table of the levels, which marks the best one. */
export function levelRows({ levels, best }: { readonly levels: readonly Level[]; readonly best: number }): string[][] {
  return [
    ['at a time', 'accepted/s', 'completed/s', 'POST under this load', ''],
    ...levels.map((level) => [
      String(level.concurrency),
      spread(level.acceptedPerSecond),
      spread(level.completedPerSecond),
      latency(level.post),
      level.concurrency === best ? '<- best' : '',
    ]),
  ];
}

/** Names the columns of `historyRow`. */
export const historyTitles = ['', 'events', 'workflow tasks', 'activities', 'local activities', 'signals'];
/** Returns a table row of the size of a workflow history. */
export const historyRow = (name: string, cost: HistoryCost): string[] => [
  name,
  ...[cost.events, cost.workflowTasks, cost.activities, cost.localActivities, cost.signals].map(String),
];

/** Returns a table row of the processor time that each process used. */
export function processorRow(name: string, cost: ProcessorTime | undefined): string[] {
  const used = Object.entries(cost ?? {}).filter(([process, ms]) => process !== GENERATOR && ms >= 0.05);
  const shares = used.map(([process, ms]) => `${process} ${ms.toFixed(1)}`);
  if (cost === undefined) return [name, NOT_MEASURED];
  const load = `${GENERATOR} ${cost[GENERATOR]?.toFixed(1)}`;
  return [name, `${serviceTotal(cost).toFixed(1)} ms: ${shares.join(', ')}; besides, ${load}`];
}
