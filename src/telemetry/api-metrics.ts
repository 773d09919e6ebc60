import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Transactions } from '../books/transactions';
import type { SweepRound } from '../services/orders/abandoned-drafts';
import type { WatchRound } from '../services/interventions/watchdog';
import type { ApiMeter, ShedReason } from '../http/deps';
import { readFigures } from './business-figures';
import { businessMetrics } from './business-metrics';
import { measureDatabase } from './database-metrics';
import { mayReadMetrics, renderMetrics } from './scrape';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];
/** Lists the methods that may be a label; the HTTP parser accepts more than the API serves. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const SHED_REASONS: readonly ShedReason[] = ['placements', 'event_loop', 'rate', 'stranger'];

export interface ApiMetrics {
  readonly meter: ApiMeter;
  /** The same transactions, each measured. */
  readonly transactions: Transactions;
  readonly noteSweep: (round: SweepRound) => void;
  readonly noteWatch: (round: WatchRound) => void;
}

/**
 * Builds the metrics of an API process: requests, database, sweeper, watchdog, the process itself, and the mall's
 * figures. `token`: see `mayRead`.
 */
export function createApiMetrics(database: Transactions, log: Logger, token?: string): ApiMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const duration = new Histogram({
    name: 'mallflow_http_request_duration_seconds',
    help: "Requests, by the route's pattern; a live timeline lasts until it ends",
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'mallflow_http_requests_in_flight',
    help: 'Requests under way, live timelines included',
    registers,
  });
  const shed = new Counter({
    name: 'mallflow_http_requests_shed_total',
    help: 'Requests turned away under load',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of SHED_REASONS) shed.inc({ reason }, 0);
  const placing = new Gauge({ name: 'mallflow_placements_in_flight', help: 'Orders being placed', registers });
  const waiting = new Gauge({
    name: 'mallflow_placements_waiting',
    help: 'Orders that wait for their turn to be placed',
    registers,
  });
  const rounds = new Counter({
    name: 'mallflow_sweeper_rounds_total',
    help: 'Rounds of the sweeper',
    labelNames: ['outcome'],
    registers,
  });
  const swept = new Counter({
    name: 'mallflow_sweeper_work_total',
    help: 'What the sweeper finished for a process that died',
    labelNames: ['kind'],
    registers,
  });
  const looks = new Counter({
    name: 'mallflow_watchdog_rounds_total',
    help: 'Rounds of the watchdog',
    labelNames: ['outcome'],
    registers,
  });
  const found = new Counter({
    name: 'mallflow_watchdog_findings_total',
    help: 'Orders that the watchdog found stuck, or no longer so',
    labelNames: ['kind'],
    registers,
  });
  for (const outcome of ['done', 'failed']) {
    rounds.inc({ outcome }, 0);
    looks.inc({ outcome }, 0);
  }
  const restarted = new Counter({
    name: 'mallflow_watchdog_restarts_total',
    help: 'Replenishments that the watchdog started again, as their workflow was lost',
    registers,
  });
  for (const kind of ['raised', 'cleared']) found.inc({ kind }, 0);
  for (const kind of ['signal', 'draft']) swept.inc({ kind }, 0);

  const transactions = measureDatabase(registry, database);
  const refresh = businessMetrics(registry, () => readFigures(transactions), log);
  return {
    transactions,
    noteSweep: ({ outcome, signals, drafts }) => {
      rounds.inc({ outcome });
      swept.inc({ kind: 'signal' }, signals);
      swept.inc({ kind: 'draft' }, drafts);
    },
    noteWatch: ({ outcome, raised, cleared, restarted: again }) => {
      looks.inc({ outcome });
      found.inc({ kind: 'raised' }, raised);
      found.inc({ kind: 'cleared' }, cleared);
      restarted.inc(again);
    },
    meter: {
      requestsInFlight: (count) => {
        inFlight.set(count);
      },
      answered: ({ method, route, status }, seconds) => {
        duration.observe({ method: METHODS.includes(method) ? method : 'other', route, status }, seconds);
      },
      shed: (reason) => {
        shed.inc({ reason });
      },
      placements: (state) => {
        placing.set(state.inFlight);
        waiting.set(state.waiting);
      },
      mayRead: (from) => mayReadMetrics(from, token),
      text: async () => {
        await refresh();
        return renderMetrics(registry);
      },
    },
  };
}
