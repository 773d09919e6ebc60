import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Logger } from 'pino';
import { forgetFailingStep, recordFailingStep } from '../books/interventions/failing-steps';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';

/** By its fifth try a step has failed for three seconds: that is no lost connection any more. */
const NOTED_FROM = 5;

/**
 * Notes the steps of orders that fail as local activities, until they succeed: Temporal shows the tries of regular ones
 * only, and the watchdog looks for both. While the database is out of reach nothing is noted; what fails for that
 * reason gets on by itself.
 */
export const recordFailingSteps =
  (transactions: Transactions, log: Logger): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const { orderId } = (input.args[0] ?? {}) as { orderId?: unknown };
        if (!info.isLocal || info.attempt < NOTED_FROM || typeof orderId !== 'string') return next(input);
        const step = info.activityType;
        const note = (write: Parameters<typeof transactions.run<void>>[1]) =>
          transactions.run(SYSTEM, write).catch((error: unknown) => {
            log.warn({ err: error, orderId, step }, 'whether a step fails is not noted');
          });
        let result: unknown;
        try {
          result = await next(input);
        } catch (error) {
          const failure = error instanceof Error ? error.constructor.name : 'unknown';
          log.warn({ err: error, orderId, step, attempt: info.attempt }, 'a step fails again and again');
          await note((tx) => recordFailingStep(tx, { orderId, step, attempts: info.attempt, failure }));
          throw error;
        }
        await note((tx) => forgetFailingStep(tx, orderId, step));
        return result;
      },
    },
  });
