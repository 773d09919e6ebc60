import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { connect } from '../books/transactions';
import type { AuditSources } from '../audit/run-audits';
import { SandboxCarrierProvider } from '../providers/carriers/sandbox-carrier';
import { SandboxSmsProvider } from '../providers/notifications/sandbox-sms';
import { SandboxPaymentProvider } from '../providers/payments/sandbox-gateway';
import { SandboxSupplierProvider } from '../providers/suppliers/sandbox-supplier';
import { readTemporalSettings } from './temporal-settings';

const TIMEOUT_MS = 30_000;
const POOL_SIZE = 2;
/** Allows an audit to sort a table of millions of orders before it returns the first row. */
const STATEMENT_LIMIT_MS = 30 * 60_000;

/** Lists the settings that an audit needs; the keys of personal data are not among them. */
const Settings = z.object({
  DATABASE_URL: z.url(),
  PAYMENT_URL: z.url(),
  PAYMENT_API_KEY: z.string().min(1),
  CARRIER_URL: z.url(),
  CARRIER_API_KEY: z.string().min(1),
  SUPPLIER_URL: z.url(),
  SUPPLIER_API_KEY: z.string().min(1),
  SMS_URL: z.url().optional(),
  SMS_API_KEY: z.string().min(1).optional(),
});

export interface OpenAuditSources extends AuditSources {
  close(): Promise<void>;
}

/**
 * Connects to the database, the providers and Temporal that an environment names. Throws one sentence when a setting is
 * missing or the database does not answer.
 */
export async function openAuditSources(env: NodeJS.ProcessEnv): Promise<OpenAuditSources> {
  const parsed = Settings.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The settings are not complete. ${faults.join('; ')}`);
  }
  const settings = parsed.data;
  const transactions = connect(
    settings.DATABASE_URL,
    POOL_SIZE,
    (error) => {
      process.stderr.write(`An idle database connection broke: ${error.message}\n`);
    },
    STATEMENT_LIMIT_MS,
  );
  try {
    await transactions.ping();
  } catch (error) {
    await transactions.close();
    const { message, code } = error as NodeJS.ErrnoException;
    throw new Error(`The database is unavailable: ${message || code}`, { cause: error });
  }
  const { connectionOptions, namespace } = readTemporalSettings(env);
  // Lazy: when Temporal does not answer, only the audits of Temporal remain unknown.
  const connection = Connection.lazy(connectionOptions);
  return {
    transactions,
    payments: new SandboxPaymentProvider({
      url: settings.PAYMENT_URL,
      apiKey: settings.PAYMENT_API_KEY,
      timeoutMs: TIMEOUT_MS,
    }),
    carriers: new SandboxCarrierProvider({
      url: settings.CARRIER_URL,
      apiKey: settings.CARRIER_API_KEY,
      timeoutMs: TIMEOUT_MS,
    }),
    suppliers: new SandboxSupplierProvider({
      url: settings.SUPPLIER_URL,
      apiKey: settings.SUPPLIER_API_KEY,
      timeoutMs: TIMEOUT_MS,
    }),
    notifications:
      settings.SMS_URL === undefined
        ? undefined
        : new SandboxSmsProvider({ url: settings.SMS_URL, apiKey: settings.SMS_API_KEY ?? '', timeoutMs: TIMEOUT_MS }),
    temporal: new Client({ connection, namespace }),
    close: async () => {
      await connection.close();
      await transactions.close();
    },
  };
}
