import type { Logger } from 'pino';
import { DefaultLogger, type LogLevel } from '@temporalio/worker';

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error',
};

/** Sends what Temporal's SDK logs, workflows' own lines included, into pino. */
export const temporalLogger = (log: Logger): DefaultLogger => new DefaultLogger('INFO', ({ level, message, meta }) => {
  log[LEVELS[level]]({ ...meta }, message);
});
