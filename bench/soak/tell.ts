import type { KillReport } from './kills';
import type { FireReport } from './under-fire';
import { holds } from './under-fire';

type Told = Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost' | 'audits' | 'falseAudits' | 'effects' | 'doubled'>;

const ms = (value: number): string => `${(value / 1000).toFixed(1)} s`;

/** Tells what one kill cost. */
export const tellKill = ({ part, point, readyMs, workMs }: KillReport, number: number): string =>
  `kill ${number}: ${part} while ${point}: ready after ${ms(readyMs)}, full work after ${ms(workMs)}\n`;

/** Tells, part by part, how long it took from a restart to full work again: median and longest. */
export function tellRestarts(kills: readonly KillReport[]): string {
  const parts = [...new Set(kills.map(({ part }) => part))];
  return parts.map((part) => {
    const times = kills.filter((kill) => kill.part === part).map(({ workMs }) => workMs).sort((a, b) => a - b);
    return `  ${part}: ${times.length} kills, full work again after ${ms(times[Math.floor(times.length / 2)] ?? 0)} (median), ${ms(times.at(-1) ?? 0)} (longest)\n`;
  }).join('');
}

/** Tells what became of the orders, and of every effect. */
export function tellOutcome(report: Told): string {
  const { orders, ended, waiting, lost, audits, falseAudits, effects, doubled } = report;
  return [
    `  orders: ${orders}, ended ${ended}, waiting visibly ${waiting.length}, lost ${lost.length}`,
    ...lost.map((line) => `    ${line}`),
    `  effects: ${Object.entries(effects).map(([name, count]) => `${name} ${count}`).join(', ')}; twice: ${doubled.length}`,
    ...doubled.map((line) => `    ${line}`),
    `  audits: ${audits}, not true ${falseAudits.length}`,
    ...falseAudits.map((line) => `    ${line}`),
    holds(report) ? '  all holds' : '  DOES NOT HOLD',
  ].join('\n') + '\n';
}
