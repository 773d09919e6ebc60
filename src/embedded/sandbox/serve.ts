import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { z } from 'zod';
import type { SandboxOptions } from './server';

const Settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  PUBLIC_URL: z.url().optional(),
  API_KEY: z.string().min(8),
  WEBHOOK_SECRET: z.string().startsWith('whsec_'),
  WEBHOOK_URL: z.url(),
  JOURNAL_FILE: z.string().min(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/**
 * Runs a sandbox as this process until SIGTERM or SIGINT, then closes it at once: a call that hangs is cut off,
 * webhooks that were not taken stay in the journal. A start that fails prints one sentence and sets exit code 1.
 */
export async function serve(
  name: string, env: Record<string, string | undefined>, build: (options: SandboxOptions) => FastifyInstance,
): Promise<void> {
  try {
    const settings = readSettings(env);
    const app = build({
      apiKey: settings.API_KEY,
      webhookSecret: settings.WEBHOOK_SECRET,
      webhookUrl: settings.WEBHOOK_URL,
      journalFile: settings.JOURNAL_FILE,
      publicUrl: settings.PUBLIC_URL,
      logger: pino({ name, level: settings.LOG_LEVEL }),
    });
    const stop = () => {
      app.close().catch((error: unknown) => { fail(name, error); });
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

function readSettings(env: Record<string, string | undefined>): z.infer<typeof Settings> {
  const parsed = Settings.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new Error(`its settings are not complete. ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
}

function fail(name: string, error: unknown): void {
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
