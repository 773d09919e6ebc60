import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { z } from 'zod';
import type { NotifierOptions } from './notifications/notifier';
import type { SandboxOptions } from './server';

const port = z.coerce.number().int().min(0).max(65_535);
const Common = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  API_KEY: z.string().min(8),
  JOURNAL_FILE: z.string().min(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
const Settings = Common.extend({
  PUBLIC_URL: z.url().optional(),
  WEBHOOK_SECRET: z.string().startsWith('whsec_'),
  WEBHOOK_URL: z.url(),
});
const NotifierSettings = Common.extend({ SMTP_PORT: port });

type Environment = Record<string, string | undefined>;

/** Runs a sandbox that sends webhooks as this process; see `run`. */
export function serve(
  name: string,
  env: Environment,
  build: (options: SandboxOptions) => FastifyInstance,
): Promise<void> {
  return run(name, env, Settings, ({ WEBHOOK_SECRET, WEBHOOK_URL, PUBLIC_URL }, common) =>
    build({ ...common, webhookSecret: WEBHOOK_SECRET, webhookUrl: WEBHOOK_URL, publicUrl: PUBLIC_URL }),
  );
}

/** Runs the sandbox of mail and SMS as this process; see `run`. */
export function serveNotifier(
  name: string,
  env: Environment,
  build: (options: NotifierOptions) => FastifyInstance,
): Promise<void> {
  return run(name, env, NotifierSettings, ({ SMTP_PORT, HOST }, common) =>
    build({ ...common, smtpPort: SMTP_PORT, smtpHost: HOST }),
  );
}

/**
 * Runs a sandbox until SIGTERM or SIGINT, then closes it at once. Waiting calls are cut off, and webhooks that were not
 * accepted stay in the journal. A failed start prints one sentence and sets exit code 1.
 */
async function run<S extends z.infer<typeof Common>>(
  name: string,
  env: Environment,
  schema: z.ZodType<S>,
  build: (settings: S, common: Pick<SandboxOptions, 'apiKey' | 'journalFile' | 'logger'>) => FastifyInstance,
): Promise<void> {
  try {
    const settings = readSettings(env, schema);
    const app = build(settings, {
      apiKey: settings.API_KEY,
      journalFile: settings.JOURNAL_FILE,
      logger: pino({ name, level: settings.LOG_LEVEL }),
    });
    const stop = () => {
      app.close().catch((error: unknown) => {
        fail(name, error);
      });
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
    await app.listen({ host: settings.HOST, port: settings.PORT }).catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
  } catch (error) {
    fail(name, error);
  }
}

function readSettings<S>(env: Environment, schema: z.ZodType<S>): S {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`its settings are not complete. ${faults.join('; ')}`);
}

function fail(name: string, error: unknown): void {
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
