import pino, { type Logger } from 'pino';

/** What must never be logged. We log ids only; this is the net under a line that holds more by mistake. */
const CENSORED = ['authorization', 'recipient', 'token', 'personal', 'label'];

/**
 * Builds the logger of a process: one JSON line per event on standard output. Lines carry `orderId` and `requestId`
 * where there is one, never bodies or personal data. `mixin` adds to every line.
 */
export const createLogger = (name: string, level: string, mixin?: () => Record<string, string>): Logger =>
  pino({
    name,
    level,
    ...(mixin ? { mixin } : {}),
    redact: { paths: CENSORED.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
  });
