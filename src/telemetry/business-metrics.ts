import { Gauge, type Registry } from 'prom-client';
import type { Logger } from 'pino';
import { AttentionReason, PaymentStatus, Stage, TaskKind, TaskStatus } from '../contracts/statuses';
import { OPEN_ORDER_STATUSES, type Figure } from './business-figures';

/** Limits the database to one query in this time, however many scrapers there are. */
const FRESH_MS = 5_000;
/** Is shorter than a scraper's limit of ten seconds: an answer without the mall's figures is better than none. */
const WAIT_MS = 3_000;

const OPEN_STAGES = [Stage.receive, Stage.pick, Stage.ship];
const OPEN_TASKS = [TaskStatus.open, TaskStatus.claimed];
const AWAITED = [PaymentStatus.pending, PaymentStatus.actionRequired, PaymentStatus.declined];
/** Labels a value that is not in our tables, as another release may write it, so that labels stay bounded. */
const OTHER = 'other';

/**
 * Registers the mall's own figures and returns a function that updates them before a scrape. While the database does
 * not answer, they are left out, not shown with their old values, and `mallflow_figures_up` is 0.
 */
export function businessMetrics(
  registry: Registry,
  read: () => Promise<readonly Figure[]>,
  log: Logger,
): () => Promise<void> {
  const gauge = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const status = gauge('mallflow_orders_open', 'Orders that have not ended, by status', 'status');
  const stage = gauge('mallflow_orders_in_stage', 'Orders that have not ended, by stage', 'stage');
  const attention = gauge('mallflow_orders_attention', 'Orders that need a person, by reason', 'reason');
  const tasks = gauge('mallflow_tasks_open', 'Tasks that are not done', 'kind', 'status');
  const taskAge = gauge('mallflow_tasks_oldest_age_seconds', 'How long the oldest task has been open', 'kind');
  const webhooks = gauge('mallflow_webhooks_parked', 'Webhooks about something not known yet');
  const signals = gauge('mallflow_signals_waiting', 'Signals that were committed and not sent yet');
  const signalAge = gauge('mallflow_signals_oldest_age_seconds', 'How long the oldest of them has waited');
  const payments = gauge(
    'mallflow_payments_awaited',
    'Orders awaiting payment, by the state of their last attempt',
    'status',
  );
  const up = gauge('mallflow_figures_up', "1 while the mall's figures could be read, else 0");

  const show = (figures: readonly Figure[]): void => {
    const of = (figure: Figure['figure']) => figures.filter((each) => each.figure === figure);
    const sum = (rows: readonly Figure[], fits: (row: Figure) => boolean) =>
      rows.filter(fits).reduce((total, row) => total + row.count, 0);
    const oldest = (rows: readonly Figure[]) => Math.max(0, ...rows.map((row) => row.ageSeconds));
    const each = (
      rows: readonly Figure[],
      table: readonly string[],
      set: (label: string, count: number) => void,
    ): void => {
      for (const label of table)
        set(
          label,
          sum(rows, (row) => row.label === label),
        );
      set(
        OTHER,
        sum(rows, (row) => !table.includes(row.label)),
      );
    };
    each(of('order_status'), OPEN_ORDER_STATUSES, (label, count) => {
      status.set({ status: label }, count);
    });
    each(of('order_stage'), OPEN_STAGES, (label, count) => {
      stage.set({ stage: label }, count);
    });
    each(of('attention'), Object.values(AttentionReason), (label, count) => {
      attention.set({ reason: label }, count);
    });
    each(of('payment'), AWAITED, (label, count) => {
      payments.set({ status: label }, count);
    });
    for (const kind of Object.values(TaskKind)) {
      const rows = of('task').filter((row) => row.label === kind);
      for (const open of OPEN_TASKS)
        tasks.set(
          { kind, status: open },
          sum(rows, (row) => row.other === open),
        );
      taskAge.set({ kind }, oldest(rows));
    }
    webhooks.set(sum(of('webhook'), () => true));
    signals.set(sum(of('signal'), () => true));
    signalAge.set(oldest(of('signal')));
    up.set(1);
  };
  const hide = (): void => {
    for (const labelled of [status, stage, attention, tasks, taskAge, payments]) labelled.reset();
    // A reset would show these as zero.
    for (const single of [webhooks, signals, signalAge]) single.remove();
    up.set(0);
  };

  let underWay: Promise<void> | undefined;
  let freshUntil = 0;
  const refresh = async (): Promise<void> => {
    try {
      show(await read());
      freshUntil = Date.now() + FRESH_MS;
    } catch (error) {
      hide();
      log.warn({ err: error }, 'the figures of the mall could not be read');
    } finally {
      underWay = undefined;
    }
  };
  return async () => {
    if (Date.now() < freshUntil) return;
    underWay ??= refresh();
    if (!(await within(underWay, WAIT_MS))) hide();
  };
}

/** Waits for work for a limited time; returns whether the work ended. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
