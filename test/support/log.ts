import { pino } from 'pino';

/** The log of everything that tests start; silent unless TEST_LOG_LEVEL names a level. */
export const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
