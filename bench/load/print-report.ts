import { printFaults } from './faults';
import { GENERATOR, serviceTotal, type Memory, type ProcessorTime } from './processes';
import type { Report } from './report';
import type { Latency, Spread } from './statistics';

const NOT_MEASURED = 'not measured: needs Linux\'s /proc';
const MIB = 2 ** 20;

/** Writes a report as tables for a person. */
export function printReport(report: Report): string {
  const { machine } = report;
  return [
    `Mallflow on ${machine.processors} processors, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, Node ${machine.node} (${machine.platform}), load ${machine.loadBefore.toFixed(1)} before; ${report.server} stack; ${Math.round(report.seconds)} s in all`,
    section('Complete orders, one merchant, one parcel, POST to signed (median, least to greatest window)', levels(report)),
    section('POST /v1/orders with its verdict', [
      ['unloaded, one after another', latency(report.post.unloaded)],
      [`at half of the highest load, ${report.post.halfLoad.perSecond.toFixed(1)} orders/s arriving`, latency(report.post.halfLoad)],
    ]),
    section('Temporal history per completed order', histories(report)),
    section('Processor time', processors(report)),
    section('Reads, GET /v1/orders/{id}', [
      [`${report.reads.concurrency} at a time`, `${spread(report.reads.perSecond)} /s`],
      [`at half of it, ${Math.round(report.reads.halfLoad.perSecond)}/s arriving`, latency(report.reads.halfLoad)],
    ]),
    section('Memory after the run', [['worker', memory(report.memory.worker)], ['API', memory(report.memory.api)]]),
    `Put off with Retry-After: ${report.putOff}`,
    report.faults.length === 0 ? 'Every other answer was as expected.' : `NOT AS EXPECTED:\n${printFaults(report.faults)}`,
  ].join('\n\n');
}

function levels({ orders }: Report): string[][] {
  return [
    ['at a time', 'accepted/s', 'completed/s', 'POST under this load', ''],
    ...orders.levels.map((level) => [
      String(level.concurrency), spread(level.acceptedPerSecond), spread(level.completedPerSecond), latency(level.post), level.concurrency === orders.best ? '<- best' : '',
    ]),
  ];
}

function histories({ history }: Report): string[][] {
  const row = (name: string, cost: Report['history']['oneParcel']) => [name, ...[cost.events, cost.workflowTasks, cost.activities, cost.localActivities, cost.signals].map(String)];
  return [
    ['', 'events', 'workflow tasks', 'activities', 'local activities', 'signals'],
    row('one parcel, unloaded', history.oneParcel), row('one parcel, at the highest load', history.oneParcelUnderLoad),
    row('two merchants, two parcels, unloaded', history.twoParcels), row('each further parcel', history.perFurtherParcel),
  ];
}

function processors({ orders, bare, bareWorkflowsPerOrder, reads }: Report): string[][] {
  const best = orders.levels.find(({ concurrency }) => concurrency === orders.best);
  const row = (name: string, cost: ProcessorTime | undefined) => {
    const parts = Object.entries(cost ?? {}).filter(([part, ms]) => part !== GENERATOR && ms >= 0.05).map(([part, ms]) => `${part} ${ms.toFixed(1)}`);
    return [name, cost ? `${serviceTotal(cost).toFixed(1)} ms: ${parts.join(', ')}; besides, ${GENERATOR} ${cost[GENERATOR]?.toFixed(1)}` : NOT_MEASURED];
  };
  return [
    row(`order, ${orders.best} at a time`, best?.processorMs),
    row(`bare workflow, ${bare.concurrency} at a time, ${spread(bare.perSecond)} /s`, bare.processorMs),
    row(`read, ${reads.concurrency} at a time`, reads.processorMs),
    ...(bareWorkflowsPerOrder === undefined ? [] : [[`one order costs ${bareWorkflowsPerOrder.toFixed(1)} bare workflows`]]),
  ];
}

/** Lays rows out in columns under a heading. */
function section(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.filter((row) => row.length > 1).map((row) => row[column]?.length ?? 0)));
  return [title, ...rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}`)].join('\n');
}

const spread = ({ median, min, max }: Spread): string => `${short(median)} (${short(min)} to ${short(max)})`;
const short = (value: number): string => value >= 100 ? value.toFixed(0) : value.toFixed(1);
const latency = ({ p50Ms, p99Ms, count }: Latency): string => `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (${count})`;
const memory = (used: Memory | undefined): string => used ? `${Math.round(used.rssBytes / MIB)} MiB, at most ${Math.round(used.peakBytes / MIB)} MiB` : NOT_MEASURED;
