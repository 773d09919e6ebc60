import { z } from 'zod';

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

const Schema = z.object({
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

  PAYMENT_URL: z.url(),
  PAYMENT_API_KEY: z.string().min(8),
  PAYMENT_WEBHOOK_SECRET: z.string().startsWith('whsec_'),
  CARRIER_URL: z.url(),
  CARRIER_API_KEY: z.string().min(8),
  CARRIER_WEBHOOK_SECRET: z.string().startsWith('whsec_'),

  /** How long an order that was declined, or waits for the customer at the gateway, keeps its stock. */
  PAYMENT_WINDOW_SECONDS: seconds(30 * 60),
  /** How long a carrier may say nothing that decides before staff are asked to look. */
  DELIVERY_SILENCE_SECONDS: seconds(10 * 24 * 3600),
  /** How long the API waits for an order's verdict before it answers 202. */
  VERDICT_TIMEOUT_SECONDS: seconds(10),
});

export type Config = Readonly<z.infer<typeof Schema>>;

/**
 * Reads the settings from an environment. Throws one sentence that names every setting that is missing or wrong.
 * Only the entry points call it; everything else is handed what it needs.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = Schema.safeParse(env);
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The settings are not complete. ${faults.join('; ')}`);
}
