import { z } from 'zod';
import { DEFAULT_TIME_ZONE, isTimeZone } from './contracts/time-zone';

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

const httpUrl = z.url({ protocol: /^https?$/ });
/** Accepts the one supported protocol: OTLP over HTTP in protobuf, under OpenTelemetry's name. */
const protocol = z.literal('http/protobuf').optional();

const Schema = z
  .object({
    /** Connects as the application's own role, which owns nothing and is subject to row-level security. */
    DATABASE_URL: z.url(),
    DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(12),
    /** Key-encryption keys as `id:base64(32 bytes)`, comma separated; the first one wraps new data keys. */
    ENCRYPTION_KEYS: z.string().min(1),
    /** Key of the blind index over phone and e-mail, base64 of 32 bytes. */
    BLIND_INDEX_KEY: z.string().min(1),

    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    /** A file that the worker touches while it is healthy: its health check, as it listens on no port. */
    HEALTH_FILE: z.string().min(1).optional(),

    /** The bearer token that a scraper of /metrics sends; without one, /metrics answers this machine only. */
    METRICS_TOKEN: z.string().min(16).max(255).optional(),
    /** Where the worker serves its own /metrics, on HOST; without one it listens on no port. */
    METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    /** Where the worker's Temporal SDK serves its own metrics, as `host:port`, without a token: keep it private. */
    TEMPORAL_METRICS_ADDRESS: z
      .string()
      .regex(/^\S+:\d{1,5}$/)
      .optional(),

    /**
     * Where traces are sent by OTLP over HTTP: a collector's address, to which `/v1/traces` is added, or the whole URL.
     * Without either, there are no traces.
     */
    OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
    OTEL_SDK_DISABLED: z.enum(['true', 'false']).optional(),

    /** The Worker Deployment and the version that a worker belongs to; without them it is not versioned. */
    TEMPORAL_DEPLOYMENT_NAME: z
      .string()
      .regex(/^[\w-]{1,200}$/)
      .optional(),
    TEMPORAL_WORKER_BUILD_ID: z
      .string()
      .regex(/^[\w.+-]{1,200}$/)
      .optional(),

    /** Limits the orders that one API process places at once, those that wait for their turn, and their wait. */
    MAX_PLACEMENTS_IN_FLIGHT: z.coerce.number().int().min(1).default(64),
    MAX_PLACEMENTS_WAITING: z.coerce.number().int().min(0).default(512),
    PLACEMENT_WAIT_SECONDS: seconds(15),
    /** How late the event loop may run, on average over five seconds, before the process accepts no new orders. */
    MAX_EVENT_LOOP_DELAY_MS: z.coerce.number().int().min(1).default(1_000),
    /** How many requests per second one API key may send to one API process. */
    RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(1).default(1_000),
    /**
     * Limits requests per second without a valid key, per address and process; 0: no limit. Use 0 behind a proxy that
     * many clients share.
     */
    STRANGER_RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(0).default(50),

    PAYMENT_URL: z.url(),
    PAYMENT_API_KEY: z.string().min(8),
    PAYMENT_WEBHOOK_SECRET: z.string().startsWith('whsec_'),
    CARRIER_URL: z.url(),
    CARRIER_API_KEY: z.string().min(8),
    CARRIER_WEBHOOK_SECRET: z.string().startsWith('whsec_'),

    SUPPLIER_URL: z.url(),
    SUPPLIER_API_KEY: z.string().min(8),
    SUPPLIER_WEBHOOK_SECRET: z.string().startsWith('whsec_'),

    /** How long a supplier may take to answer before it is reminded, and how many reminders precede a follow-up. */
    SUPPLIER_REMINDER_SECONDS: seconds(24 * 3600),
    SUPPLIER_REMINDERS: z.coerce.number().int().min(0).max(20).default(2),
    /** How long a supplier may be unavailable before it needs a person. */
    SUPPLIER_PATIENCE_SECONDS: seconds(3600),
    /** How late goods may come, counted from the start (UTC) of the supplier's expected day, before a follow-up. */
    GOODS_OVERDUE_SECONDS: seconds(48 * 3600),

    /** The mail server (`smtp://` or `smtps://`), and the sender. Without a server nobody is notified by e-mail. */
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().min(3).default('Mall <no-reply@mallflow.invalid>'),
    /** The address to which suppliers answer a purchase order sent by mail; MAIL_FROM when absent. */
    PURCHASING_EMAIL: z.email().optional(),
    /** The SMS provider. Without it nobody is notified by SMS. */
    SMS_URL: z.url().optional(),
    SMS_API_KEY: z.string().min(8).optional(),
    /** The page on which a customer corrects an address; `{token}` is replaced by the link's own token. */
    ADDRESS_FIX_URL: z.url().includes('{token}').default('http://127.0.0.1:8080/v1/address-fixes/{token}'),

    /** How long an address hold keeps the order's stock and price. */
    ADDRESS_FIX_SECONDS: seconds(48 * 3600),
    /** After how many seconds of an address hold the customer is reminded; comma separated. */
    ADDRESS_REMINDER_SECONDS: z
      .string()
      .default(`${24 * 3600},${42 * 3600}`)
      .transform((list) =>
        list
          .split(',')
          .filter((entry) => entry.trim() !== '')
          .map(Number),
      )
      .pipe(z.array(z.number().positive())),

    /** The mall's time zone (IANA), in which promotions begin and end, and whose days count for dates. */
    MALL_TIME_ZONE: z
      .string()
      .default(DEFAULT_TIME_ZONE)
      .refine(isTimeZone, 'must be an IANA time zone such as Asia/Shanghai'),

    /** A JSON file of tax rates by country (docs/pricing.md); other countries are taxed at Mallflow's own rates. */
    TAX_RATES_FILE: z.string().min(1).optional(),

    /** How long an order keeps its stock after a declined payment, or while the customer is at the gateway. */
    PAYMENT_WINDOW_SECONDS: seconds(30 * 60),
    /** How long a shipment may be without a deciding scan before it needs a person. */
    DELIVERY_SILENCE_SECONDS: seconds(10 * 24 * 3600),
    /** How often the watchdog looks for orders that make no progress. */
    WATCHDOG_PERIOD_SECONDS: seconds(30),
    /**
     * Limits how long an order may stay in a stage before staff see it. `receive` counts from the end of its payment
     * window.
     */
    RECEIVE_DEADLINE_SECONDS: seconds(10 * 60),
    PICK_DEADLINE_SECONDS: seconds(2 * 24 * 3600),
    SHIP_DEADLINE_SECONDS: seconds(21 * 24 * 3600),
    /** How long the cancellation of an order may take before staff see it. */
    CANCELLING_DEADLINE_SECONDS: seconds(10 * 60),
    /** How long a step that is due may be missing in an order in which nothing else happens. */
    STEP_DEADLINE_SECONDS: seconds(20),
    /** The number of attempts from which a step counts as stuck. */
    STUCK_AFTER_ATTEMPTS: z.coerce.number().int().min(2).default(20),

    /** How long the API waits for an order's verdict before it answers 202. */
    VERDICT_TIMEOUT_SECONDS: seconds(10),
  })
  .superRefine((settings, context) => {
    const [given, missing] =
      settings.TEMPORAL_DEPLOYMENT_NAME === undefined
        ? (['TEMPORAL_WORKER_BUILD_ID', 'TEMPORAL_DEPLOYMENT_NAME'] as const)
        : (['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID'] as const);
    if (settings[given] !== undefined && settings[missing] === undefined) {
      context.addIssue({ code: 'custom', path: [missing], message: `a versioned worker needs it beside ${given}` });
    }
  });

export type Config = Readonly<z.infer<typeof Schema>>;

/**
 * Reads the settings from an environment. Throws one sentence that names every setting that is missing or wrong. An
 * empty value counts as not set, because compose files and shells write unset settings so. Only the entry points call
 * this; everything else receives what it needs.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = Schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The settings are not complete. ${faults.join('; ')}`);
}

/** Returns the URL for traces, as OpenTelemetry's specification derives it; undefined when there are no traces. */
export function tracesUrlOf(config: Config): string | undefined {
  if (config.OTEL_SDK_DISABLED === 'true') return undefined;
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: wholeUrl, OTEL_EXPORTER_OTLP_ENDPOINT: collector } = config;
  return wholeUrl ?? (collector === undefined ? undefined : `${collector.replace(/\/+$/, '')}/v1/traces`);
}
