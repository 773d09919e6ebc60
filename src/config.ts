import { z } from 'zod';
import { isTimeZone } from './contracts/time-zone';

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

const httpUrl = z.url({ protocol: /^https?$/ });
/** What OpenTelemetry calls OTLP over HTTP in protobuf: the one protocol that is spoken here. */
const protocol = z.literal('http/protobuf').optional();

const Schema = z
  .object({
    /** The application's own role: it owns nothing, row-level security holds for it. */
    DATABASE_URL: z.url(),
    DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(12),
    /** Key-encryption keys as `id:base64(32 bytes)`, comma separated; the first one wraps new data keys. */
    ENCRYPTION_KEYS: z.string().min(1),
    /** Key of the blind index over phone and e-mail, base64 of 32 bytes. */
    BLIND_INDEX_KEY: z.string().min(1),

    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    /** A file that the worker touches while it is well: its health check, as it listens on no port. */
    HEALTH_FILE: z.string().min(1).optional(),

    /** What a scraper of /metrics shows as its bearer token; without one, /metrics answers this machine only. */
    METRICS_TOKEN: z.string().min(16).max(255).optional(),
    /** Where the worker serves its own /metrics, on HOST; without one it listens on no port. */
    METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    /**
     * Where the worker's Temporal SDK serves its own metrics, as `host:port`; it knows no token, so keep it private.
     */
    TEMPORAL_METRICS_ADDRESS: z
      .string()
      .regex(/^\S+:\d{1,5}$/)
      .optional(),

    /**
     * Where traces are sent by OTLP over HTTP: a collector to whose address `/v1/traces` is added, or the whole URL.
     * Without either, none are made.
     */
    OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
    OTEL_SDK_DISABLED: z.enum(['true', 'false']).optional(),

    /** The Worker Deployment and the version of it that a worker belongs to; without them it is not versioned. */
    TEMPORAL_DEPLOYMENT_NAME: z
      .string()
      .regex(/^[\w-]{1,200}$/)
      .optional(),
    TEMPORAL_WORKER_BUILD_ID: z
      .string()
      .regex(/^[\w.+-]{1,200}$/)
      .optional(),

    /** How many orders one API process places at once; how many more wait for their turn, and for how long at most. */
    MAX_PLACEMENTS_IN_FLIGHT: z.coerce.number().int().min(1).default(64),
    MAX_PLACEMENTS_WAITING: z.coerce.number().int().min(0).default(512),
    PLACEMENT_WAIT_SECONDS: seconds(15),
    /** How late the process may run, on average over five seconds, before it takes no new orders. */
    MAX_EVENT_LOOP_DELAY_MS: z.coerce.number().int().min(1).default(1_000),
    /** How many requests per second one API key may send to one API process. */
    RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(1).default(1_000),
    /**
     * How many per second one client address may send to one API process without a key that is known there; 0 for no
     * limit, as behind a proxy of many.
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

    /**
     * How long a supplier may take to answer before it is reminded, and how often it is reminded before people chase
     * it.
     */
    SUPPLIER_REMINDER_SECONDS: seconds(24 * 3600),
    SUPPLIER_REMINDERS: z.coerce.number().int().min(0).max(20).default(2),
    /** How long a supplier may be out of reach before people are told. */
    SUPPLIER_PATIENCE_SECONDS: seconds(3600),
    /** How long after the start (UTC) of the day that a supplier named its goods may come before people chase it. */
    GOODS_OVERDUE_SECONDS: seconds(48 * 3600),

    /** Where mail is handed in (`smtp://` or `smtps://`), and whom it is from. Without it nobody is told by e-mail. */
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().min(3).default('Mall <no-reply@mallflow.invalid>'),
    /** Where suppliers answer a purchase order that came by mail; without it they answer to MAIL_FROM. */
    PURCHASING_EMAIL: z.email().optional(),
    /** Where SMS are handed in. Without it nobody is told by SMS. */
    SMS_URL: z.url().optional(),
    SMS_API_KEY: z.string().min(8).optional(),
    /** Where a customer mends an address; `{token}` stands for the link's own. */
    ADDRESS_FIX_URL: z.url().includes('{token}').default('http://127.0.0.1:8080/v1/address-fixes/{token}'),

    /** How long an order with an address that cannot be delivered to keeps its stock and price. */
    ADDRESS_FIX_SECONDS: seconds(48 * 3600),
    /** After how many seconds its customer is reminded; comma separated. */
    ADDRESS_REMINDER_SECONDS: z
      .string()
      .default(`${24 * 3600},${42 * 3600}`)
      .transform((list) =>
        list
          .split(',')
          .filter((part) => part.trim() !== '')
          .map(Number),
      )
      .pipe(z.array(z.number().positive())),

    /** The mall's time zone (IANA): promotions begin and end by its clocks. */
    MALL_TIME_ZONE: z
      .string()
      .default('Asia/Shanghai')
      .refine(isTimeZone, 'must be an IANA time zone such as Asia/Shanghai'),

    /**
     * A JSON file of tax rates by country (docs/pricing.md): its countries are taxed by it, the others by the rates
     * that come with Mallflow.
     */
    TAX_RATES_FILE: z.string().min(1).optional(),

    /** How long an order that was declined, or waits for the customer at the gateway, keeps its stock. */
    PAYMENT_WINDOW_SECONDS: seconds(30 * 60),
    /** How long a carrier may say nothing that decides before staff are asked to look. */
    DELIVERY_SILENCE_SECONDS: seconds(10 * 24 * 3600),
    /** How often the watchdog looks for orders that are stuck. */
    WATCHDOG_PERIOD_SECONDS: seconds(30),
    /**
     * How long an order may be in a stage before staff see it; being received is counted from the end of its payment
     * window.
     */
    RECEIVE_DEADLINE_SECONDS: seconds(10 * 60),
    PICK_DEADLINE_SECONDS: seconds(2 * 24 * 3600),
    SHIP_DEADLINE_SECONDS: seconds(21 * 24 * 3600),
    /** How long undoing an order may take before staff see it. */
    CANCELLING_DEADLINE_SECONDS: seconds(10 * 60),
    /** From how many attempts on a step counts as one that is tried without end. */
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
 * Reads the settings from an environment. Throws one sentence that names every setting that is missing or wrong. A
 * setting that is set to nothing is not set: compose files and shells write unset ones so. Only the entry points call
 * it; everything else is handed what it needs.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = Schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The settings are not complete. ${faults.join('; ')}`);
}

/**
 * Answers where traces are sent, as the specification of OpenTelemetry's variables says; undefined where none are to be
 * made.
 */
export function tracesUrlOf(config: Config): string | undefined {
  if (config.OTEL_SDK_DISABLED === 'true') return undefined;
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole, OTEL_EXPORTER_OTLP_ENDPOINT: base } = config;
  return whole ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`);
}
