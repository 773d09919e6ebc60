import type { CutReport } from './cuts';
import type { KillReport } from './kills';
import type { RestartReport, RestartsReport } from './restarts';
import type { FireReport } from './under-fire';
import { holds } from './under-fire';

type Told = Pick<
  FireReport,
  'orders' | 'ended' | 'waiting' | 'lost' | 'audits' | 'falseAudits' | 'effects' | 'doubled'
>;

const ms = (value: number): string => `${(value / 1000).toFixed(1)} s`;

/** Tells what one kill cost. */
export const tellKill = ({ part, point, readyMs, workMs }: KillReport, number: number): string =>
  `kill ${number}: ${part} while ${point}: ready after ${ms(readyMs)}, full work after ${ms(workMs)}\n`;

/** Tells what one cut cost. */
export const tellCut = ({ link, way, point, workMs }: CutReport, number: number): string =>
  `cut ${number}: ${link} (${way}) while ${point}: work over it ${ms(workMs)} after it was whole\n`;

/** Tells, part by part and link by link, how long it took to full work again: median and longest. */
export const tellRecovery = ({ kills, cuts }: Pick<FireReport, 'kills' | 'cuts'>): string =>
  [...spread(kills, ({ part }) => part, 'killed'), ...spread(cuts, ({ link, way }) => `${link} (${way})`, 'cut')].join(
    '',
  );

function spread<Report extends { readonly workMs: number }>(
  reports: readonly Report[],
  nameOf: (report: Report) => string,
  what: string,
): string[] {
  return [...new Set(reports.map(nameOf))].map((name) => {
    const times = reports
      .filter((report) => nameOf(report) === name)
      .map(({ workMs }) => workMs)
      .sort((a, b) => a - b);
    return `  ${name}: ${what} ${times.length} times, full work again after ${ms(times[Math.floor(times.length / 2)] ?? 0)} (median), ${ms(times.at(-1) ?? 0)} (longest)\n`;
  });
}

/** Tells what one restart cost. */
export const tellRestart = ({ part, readyMs, workMs }: RestartReport, number: number): string =>
  `restart ${number}: ${part}: ready after ${ms(readyMs)}, full work after ${ms(workMs)}\n`;

/** Tells at what load parts were restarted, and what became of the requests meanwhile. */
export function tellRestarts({ restarts, perSecond, requests }: RestartsReport): string {
  const { answered, refused, later, dropped } = requests;
  return [
    `  ${perSecond.toFixed(1)} orders begun in a second; requests answered ${answered}, refused before they were sent ${refused}, asked to come later ${later}, dropped ${dropped.length}\n`,
    ...spread(restarts, ({ part }) => part, 'restarted'),
  ].join('');
}

/** Tells what became of the orders, and of every effect. */
export function tellOutcome(report: Told): string {
  const { orders, ended, waiting, lost, audits, falseAudits, effects, doubled } = report;
  return (
    [
      `  orders: ${orders}, ended ${ended}, waiting visibly ${waiting.length}, lost ${lost.length}`,
      ...lost.map((line) => `    ${line}`),
      `  effects: ${Object.entries(effects)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}; twice: ${doubled.length}`,
      ...doubled.map((line) => `    ${line}`),
      `  audits: ${audits}, not true ${falseAudits.length}`,
      ...falseAudits.map((line) => `    ${line}`),
      holds(report) ? '  all holds' : '  DOES NOT HOLD',
    ].join('\n') + '\n'
  );
}
