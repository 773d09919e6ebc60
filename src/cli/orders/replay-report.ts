import type { ReplayReport } from '../../../bench/olist/replay';
import type { AuditResult } from '../../audit/run-audits';
import { conclusion } from '../audit';

const SHOWN = 50;

/** Formats the report of a replay for people. */
export function formatReplay(report: ReplayReport, audits: readonly AuditResult[]): string {
  const { orders, seconds, ordersPerSecond, outcomes, mismatches, stages, samePrice, mergedPayments, run } = report;
  const faults = audits.filter(({ outcome }) => outcome !== 'true');
  return [
    '',
    `${orders} orders in ${seconds.toFixed(1)} s: ${ordersPerSecond.toFixed(1)} orders/s (run "${run}")`,
    '',
    '  dataset       goal                  expected  reached',
    ...outcomes.map(
      ({ datasetStatus, goal, expected, reached }) =>
        `  ${datasetStatus.padEnd(14)}${goal.padEnd(22)}${String(expected).padStart(8)} ${String(reached).padStart(8)}`,
    ),
    '',
    `  ${samePrice} orders cost what they cost then; the others have a later price. ` +
      `${mergedPayments} orders had several payments, which became one.`,
    '',
    '  stage                                count    p50 ms    p95 ms',
    ...stages.map(
      ({ stage, count, p50Ms, p95Ms }) =>
        `  ${stage.padEnd(34)}${String(count).padStart(8)}${String(p50Ms).padStart(10)}${String(p95Ms).padStart(10)}`,
    ),
    '',
    ...mismatchLines(mismatches),
    '',
    ...faults.map(({ name, count, reason }) => `  ${reason ?? `${count} finding(s)`}: ${name}`),
    conclusion(audits),
    '',
  ].join('\n');
}

function mismatchLines(mismatches: ReplayReport['mismatches']): string[] {
  if (mismatches.length === 0) return ['Every order ended as the data says.'];
  const shown = mismatches.slice(0, SHOWN);
  const more = mismatches.length - shown.length;
  return [
    `${mismatches.length} orders did not end as the data says:`,
    ...shown.map(
      ({ order, orderId, goal, missing }) => `  ${order} (${orderId ?? 'not accepted'}) should be ${goal}: ${missing}`,
    ),
    ...(more > 0 ? [`  and ${more} more: --json names all`] : []),
  ];
}
