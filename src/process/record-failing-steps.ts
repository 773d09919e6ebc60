import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Logger } from 'pino';
import { forgetFailingStep, recordFailingStep } from '../books/interventions/failing-steps';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';

/** Is the attempt before which a step has failed for three seconds: longer than a lost connection lasts. */
const RECORDED_FROM_ATTEMPT = 5;

/**
 * Records the steps of orders that fail as local activities, until they succeed. Temporal shows the attempts of regular
 * activities only, and the watchdog needs both. While the database is unavailable nothing is recorded: a step that
 * fails for that reason recovers by itself.
 */
export const recordFailingSteps =
  (transactions: Transactions, log: Logger): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const { orderId } = (input.args[0] ?? {}) as { orderId?: unknown };
        if (!info.isLocal || info.attempt < RECORDED_FROM_ATTEMPT || typeof orderId !== 'string') return next(input);
        const step = info.activityType;
        const record = (write: Parameters<typeof transactions.run<void>>[1]) =>
          transactions.run(SYSTEM, write).catch((error: unknown) => {
            log.warn({ err: error, orderId, step }, 'could not record whether a step fails');
          });
        let result: unknown;
        try {
          result = await next(input);
        } catch (error) {
          const failure = error instanceof Error ? error.constructor.name : 'unknown';
          log.warn({ err: error, orderId, step, attempt: info.attempt }, 'a step fails again and again');
          await record((tx) => recordFailingStep(tx, { orderId, step, attempts: info.attempt, failure }));
          throw error;
        }
        await record((tx) => forgetFailingStep(tx, orderId, step));
        return result;
      },
    },
  });
