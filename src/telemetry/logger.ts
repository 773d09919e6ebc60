import pino, { type Logger } from 'pino';

/** Lists the fields that are never logged. We log ids only; this protects against lines that hold more by mistake. */
const CENSORED = ['authorization', 'recipient', 'token', 'personal', 'label'];

/**
 * Builds the logger of a process, which writes one JSON line per event to standard output. Lines carry `orderId` and
 * `requestId` where there is one, never bodies or personal data. `mixin` adds fields to every line.
 */
export const createLogger = (name: string, level: string, mixin?: () => Record<string, string>): Logger =>
  pino({
    name,
    level,
    ...(mixin ? { mixin } : {}),
    redact: { paths: CENSORED.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
  });
