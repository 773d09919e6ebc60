import { printPeer } from '../peer/print-peer';
import { printFaults } from './faults';
import {
  historyRow,
  historyTitles,
  latency,
  levelRows,
  NOT_MEASURED,
  processorRow,
  section,
  spread,
} from './print-figures';
import type { Memory } from './processes';
import type { Report } from './report';

const MIB = 2 ** 20;

/** Formats a report as tables for a person. */
export function printReport(report: Report): string {
  const { processors: count, memoryBytes, node, platform, loadBefore } = report.machine;
  return [
    [
      `Mallflow on ${count} processors, ${Math.round(memoryBytes / 2 ** 30)} GiB, Node ${node} (${platform}), `,
      `load average ${loadBefore.toFixed(1)} before the run; `,
      `Temporal server: ${report.server}; ${Math.round(report.seconds)} s in all`,
    ].join(''),
    section(
      'Complete orders, one merchant, one parcel, POST to signed (median, least to greatest window)',
      levelRows(report.orders),
    ),
    section('POST /v1/orders, answered with the verdict', [
      ['unloaded, one after another', latency(report.post.unloaded)],
      [
        `at half of the highest load, ${report.post.halfLoad.perSecond.toFixed(1)} orders/s arriving`,
        latency(report.post.halfLoad),
      ],
    ]),
    section('Temporal history per completed order', histories(report)),
    `Histories replayed at the end: ${report.replayed}`,
    section('Processor time', processors(report)),
    section('Reads, GET /v1/orders/{id}', [
      [`${report.reads.concurrency} at a time`, `${spread(report.reads.perSecond)} /s`],
      [`at half of it, ${Math.round(report.reads.halfLoad.perSecond)}/s arriving`, latency(report.reads.halfLoad)],
    ]),
    section('Memory after the run', [
      ['worker', memory(report.memory.worker)],
      ['API', memory(report.memory.api)],
    ]),
    ...(report.peer === undefined ? [] : [printPeer(report.peer)]),
    `Requests answered with Retry-After and sent again: ${report.putOff}`,
    report.faults.length === 0
      ? 'Every other answer was as expected.'
      : `NOT AS EXPECTED:\n${printFaults(report.faults)}`,
  ].join('\n\n');
}

function histories({ history }: Report): string[][] {
  return [
    historyTitles,
    historyRow('one parcel, unloaded', history.oneParcel),
    historyRow('one parcel, at the highest load', history.oneParcelUnderLoad),
    historyRow('two merchants, two parcels, unloaded', history.twoParcels),
    historyRow('each further parcel', history.perFurtherParcel),
  ];
}

function processors({ orders, bare, bareWorkflowsPerOrder, reads }: Report): string[][] {
  const best = orders.levels.find(({ concurrency }) => concurrency === orders.best);
  return [
    processorRow(`order, ${orders.best} at a time`, best?.processorMs),
    processorRow(`bare workflow, ${bare.concurrency} at a time, ${spread(bare.perSecond)} /s`, bare.processorMs),
    processorRow(`read, ${reads.concurrency} at a time`, reads.processorMs),
    ...(bareWorkflowsPerOrder === undefined
      ? []
      : [[`one order costs ${bareWorkflowsPerOrder.toFixed(1)} bare workflows`]]),
  ];
}

const memory = (used: Memory | undefined): string =>
  used ? `${Math.round(used.rssBytes / MIB)} MiB, at most ${Math.round(used.peakBytes / MIB)} MiB` : NOT_MEASURED;
