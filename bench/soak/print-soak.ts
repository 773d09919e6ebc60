import { printReplayed, type Replayed } from '../replay/replay-stack';
import type { CutReport } from './cuts';
import type { KillReport } from './kills';
import type { RestartReport, RestartsReport } from './restarts';
import type { FireReport } from './under-fire';
import { hasPassed } from './under-fire';

/** The part of each run's report that is printed and decides whether the run passed. */
export type PrintedOutcome = Pick<
  FireReport,
  'orders' | 'ended' | 'waiting' | 'lost' | 'audits' | 'falseAudits' | 'effects' | 'doubled' | keyof Replayed
>;

const ms = (value: number): string => `${(value / 1000).toFixed(1)} s`;

/** Formats the report of one kill. */
export const printKill = ({ part, point, readyMs, workMs }: KillReport, number: number): string =>
  `kill ${number}: ${part} while ${point}: ready after ${ms(readyMs)}, orders progress after ${ms(workMs)}\n`;

/** Formats the report of one cut. */
export const printCut = ({ link, way, point, workMs }: CutReport, number: number): string =>
  `cut ${number}: ${link} (${way}) while ${point}: orders progress ${ms(workMs)} after its end\n`;

/** Formats the time of recovery by part and by link: median and longest. */
export const printRecovery = ({ kills, cuts }: Pick<FireReport, 'kills' | 'cuts'>): string =>
  [...spread(kills, ({ part }) => part, 'killed'), ...spread(cuts, ({ link, way }) => `${link} (${way})`, 'cut')].join(
    '',
  );

function spread<Report extends { readonly workMs: number }>(
  reports: readonly Report[],
  nameOf: (report: Report) => string,
  event: string,
): string[] {
  return [...new Set(reports.map(nameOf))].map((name) => {
    const times = reports
      .filter((report) => nameOf(report) === name)
      .map(({ workMs }) => workMs)
      .sort((a, b) => a - b);
    const [median = 0, longest = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
    return (
      `  ${name}: ${event} ${times.length} times, ` +
      `orders progress again after ${ms(median)} (median), ${ms(longest)} (longest)\n`
    );
  });
}

/** Formats the report of one restart. */
export const printRestart = ({ part, readyMs, workMs }: RestartReport, number: number): string =>
  `restart ${number}: ${part}: ready after ${ms(readyMs)}, orders progress after ${ms(workMs)}\n`;

/** Formats the load during the restarts, and the outcome of the requests. */
export function printRestarts({ restarts, perSecond, requests }: RestartsReport): string {
  const { answered, refused, later, dropped } = requests;
  return [
    `  ${perSecond.toFixed(1)} orders begun in a second\n`,
    `  requests: answered ${answered}, connection refused ${refused}, ` +
      `answered with Retry-After ${later}, dropped ${dropped.length}\n`,
    ...spread(restarts, ({ part }) => part, 'restarted'),
  ].join('');
}

/** Formats how long broken orders took until staff could see them: median and longest. */
export function printShown(what: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const [median = 0, longest = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return `  ${what}: ${times.length}, shown after ${ms(median)} (median), ${ms(longest)} (longest)\n`;
}

/** Formats the outcome of the orders and of every effect. */
export function printOutcome(report: PrintedOutcome): string {
  const { orders, ended, waiting, lost, audits, falseAudits, effects, doubled } = report;
  const counts = Object.entries(effects).map(([name, count]) => `${name} ${count}`);
  return (
    [
      `  orders: ${orders}, ended ${ended}, need a person ${waiting.length}, lost ${lost.length}`,
      ...lost.map((line) => `    ${line}`),
      ...waiting.map(({ orderId, detail }) => `    ${orderId} needs a person: ${detail}`),
      `  effects: ${counts.join(', ')}; doubled: ${doubled.length}`,
      ...doubled.map((line) => `    ${line}`),
      `  audits: ${audits}, not true ${falseAudits.length}`,
      ...falseAudits.map((line) => `    ${line}`),
      printReplayed(report).trimEnd(),
      hasPassed(report) ? '  passed' : '  FAILED',
    ].join('\n') + '\n'
  );
}
